"""Recovery: un-likes are drawn anew from the fitted hazard, so that their causes are known, and attributed again.

What a video is, is drawn from the belief in it; how often each latent term strikes, from its hazard over the person-time
that was there; un-likes of observed terms are drawn among those that were credited to them. A fit that cannot find what it
put in itself cannot be believed on the real data of that size. The parametric bootstrap of Efron, Annals of Statistics 1979.
"""

from dataclasses import replace

import numpy as np

from ..model import latent
from ..model.hazard import Totals, start
from ..model.taxonomy import cause_names
from ..model.traits import CARRIED, Evidence
from .accounts import LARGE, Accounts, Fitted, leading, some_groups
from .design import Design
from .terms import CAUSE_OF, GROUPS, Latent

CLOCKS = ("exposed_first", "exposed_some", "exposed_many")  # each strikes no sooner than the one before


def recovered(plan: Design, accounts: Accounts, seed: int, iterations: int) -> dict[str, tuple[float, float]]:
    """Drawn and recovered share of each cause, under the likelier account."""
    account = accounts.manipulation if accounts.weight >= 0.5 else accounts.hollow
    rng = np.random.default_rng([seed, 3])
    groups = some_groups(plan, LARGE)
    weights = leading(plan, groups)
    part = plan.part(groups) if groups < plan.even[1].size else plan
    totals, evidence = part.totals(weights), part.evidence(account.terms, weights)
    if part is not plan:  # users' multipliers are laid out by un-like: those of the part
        account = replace(account, model=latent.with_events(account.model, totals))
    drawn, true = _drawn(part, account, totals, evidence, rng)
    model = latent.begin(start(part.group_of, GROUPS, drawn[0]), *drawn)
    found = latent.expect(latent.fit(model, *drawn, iterations), *drawn)
    names = cause_names()
    n = max(drawn[0].event_bin.size, 1)
    shares = np.zeros(len(names))
    for k, cause in enumerate(_causes(part, account.terms)):
        credit = np.concatenate([found.observed, found.latent], axis=1)[:, k]
        shares[cause] += credit.sum() / n
    truth = np.bincount(true, minlength=len(names)) / n
    return {name: (float(truth[i]), float(shares[i])) for i, name in enumerate(names)}


def _causes(plan: Design, terms: tuple[Latent, ...]) -> list[int]:
    names = cause_names()
    return [names.index(CAUSE_OF[term.group]) for term in (*plan.terms, *terms)]


def _drawn(
    plan: Design, account: Fitted, totals: Totals, evidence: Evidence, rng: np.random.Generator
) -> tuple[tuple[Totals, Evidence], np.ndarray]:
    """Un-likes drawn from the fit as totals and evidence, and the row of each one's cause in the taxonomy."""
    fitted = latent.expect(account.model, totals, evidence)
    causes = _causes(plan, account.terms)
    rows, video, bins, clocks, cause, thin = [], [], [], [], [], []
    for k in range(len(plan.terms)):
        credit = fitted.observed[:, k]
        if credit.sum() > 0:
            taken = rng.choice(credit.size, rng.poisson(credit.sum()), p=credit / credit.sum())
            rows.append(taken)
            video.append(evidence.event_video[taken])
            bins.append(totals.event_bin[taken])
            clocks.append(evidence.acts[taken])
            cause.append(np.full(taken.size, causes[k]))
            thin.append(np.zeros(taken.size, dtype=bool))
    is_so = _draw_rows(fitted.belief, rng)
    for j, term in enumerate(account.terms):
        rate = account.model.level[j] * account.model.observed.shape[evidence.group_of[j]]
        expected = evidence.person_time[j] * rate * CARRIED[is_so, evidence.carrier[j], None]
        struck = rng.poisson(expected * evidence.video_weight[:, None])
        of, at = np.nonzero(struck)
        of, at = np.repeat(of, struck[of, at]), np.repeat(at, struck[of, at])
        credit = fitted.latent.sum(axis=1)
        rows.append(rng.choice(credit.size, of.size, p=credit / credit.sum()))
        video.append(of)
        bins.append(at)
        clocks.append(_clocks(plan, account.terms, term, of, at, rng))
        cause.append(np.full(of.size, causes[len(plan.terms) + j]))
        thin.append(np.ones(of.size, dtype=bool))
    row, of, anew = np.concatenate(rows), np.concatenate(video), np.concatenate(thin)
    said = evidence.said_before[:, row]
    # What had been said by the time of a new un-like: a random part of what was said under its video at all.
    share = rng.random(int(anew.sum()))[None, :, None]
    said[:, anew] = rng.binomial(evidence.said[:, of[anew]].astype(int), share)
    totals = replace(
        totals,
        event_terms=totals.event_terms[row],
        event_bin=np.concatenate(bins),
        event_user=totals.event_user[row],
        event_weight=np.ones(row.size),
    )
    evidence = replace(evidence, acts=np.concatenate(clocks), event_video=of, said_before=said)
    return (totals, evidence), np.concatenate(cause)


def _clocks(
    plan: Design,
    terms: tuple[Latent, ...],
    struck: Latent,
    video: np.ndarray,
    at: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Which latent terms could act at new un-likes; (events, terms). A clock has struck as often as it ticks there."""
    everyone = plan.video_time["all"][video, at]
    luck = rng.random(video.size)  # one draw for nested clocks
    acts = np.ones((video.size, len(terms)), dtype=bool)
    for j, term in enumerate(terms):
        if term.clock == "all":
            continue
        ticking = np.divide(
            plan.video_time[term.clock][video, at], everyone, out=np.zeros(video.size), where=everyone > 0
        )
        sure = term.clock == struck.clock or (
            term.clock in CLOCKS
            and struck.clock in CLOCKS
            and CLOCKS.index(term.clock) <= CLOCKS.index(struck.clock)
        )
        drawn = rng.random(video.size) if term.clock == "friend" else luck
        acts[:, j] = sure | (drawn < ticking)
    return acts


def _draw_rows(belief: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One class per row, drawn with its probabilities."""
    reached = belief.cumsum(axis=1) / belief.sum(axis=1, keepdims=True)
    return np.minimum((rng.random(len(belief))[:, None] > reached).sum(axis=1), belief.shape[1] - 1)
