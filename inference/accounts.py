"""Accounts of the same un-likes, fitted and weighed against each other.

Are clickbait and staged videos manipulation, or merely poor? `terms` has an account of either. Both are fitted, and each
counts as its likelihood says, less ½ log n for each parameter that it is free to choose (Schwarz 1978, n in units of what the
prior is worth): manipulation has time shapes of its own, which could mimic those of poor content. A third, in which they are
both, bounds what either may claim. Each is fitted from two beginnings. Large data are fitted on some groups of videos
first, from one beginning, and on all of them to end with.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ..model import latent
from ..model.hazard import BINS, SHAPE_PRIOR, Totals, start
from ..model.latent import Expectation, Model
from ..model.traits import Evidence
from .credit import Credit, credit_of, mixed
from .design import Design, Weights
from .terms import BOTH, GROUP_NAMES, GROUPS, HOLLOW, MANIPULATION, Latent

LARGE = 25_000  # un-likes above which the first fit takes some groups of videos only
# A tag of packaging is taken to work as packaging unless the un-likes say otherwise; few of them hardly can.
_PRIOR_ODDS = 2.0
_NATS = 5.0  # difference of evidence at which an account is three times as credible as the other
_PRIOR_WORTH = 500.0  # un-likes that the prior on a parameter is worth
_HOPELESS = 30.0  # difference of evidence from which an account no longer widens the interval
_LAST = 6  # iterations on all data after a fit on some


@dataclass(frozen=True)
class Fitted:
    """One account: its terms, the fitted model, its log-likelihood, and the same less the cost of its free parameters."""

    terms: tuple[Latent, ...]
    model: Model
    log_likelihood: float
    evidence: float


@dataclass(frozen=True)
class Accounts:
    """`manipulation` and `hollow`, the weight of the first, and the credit that both together give.

    `possible`: the credit of each account that the data do not rule out.
    """

    manipulation: Fitted
    hollow: Fitted
    weight: float
    credit: Credit
    possible: tuple[Credit, ...]


def weigh(plan: Design, floods_seen: bool, iterations: int) -> Accounts:
    """Fit both accounts and credit every un-like."""
    manipulation, hollow = (fitted(plan, terms, iterations) for terms in (MANIPULATION, HOLLOW))
    gain = manipulation.evidence - hollow.evidence
    weight = _weight(gain)
    one, other = (credit_of(plan, a.terms, a.model, floods_seen) for a in (manipulation, hollow))
    possible = tuple(c for c, behind in ((one, -gain), (other, gain)) if behind < _HOPELESS)
    return Accounts(manipulation, hollow, weight, mixed([(weight, one), (1 - weight, other)]), possible)


def fitted(plan: Design, account: tuple[Latent, ...], iterations: int, texts_alone: bool = False) -> Fitted:
    """Fit one account from a neutral beginning; `texts_alone`: see `latent.fit`."""
    terms = plan.acting(account) if plan.informed else ()
    model, groups = None, plan.even[1].size
    some = some_groups(plan, LARGE)
    if some < groups:
        weights = leading(plan, some)
        part = plan.part(some)
        model = _fit(part, terms, None, weights, iterations, texts_alone)
        model = latent.with_events(model, plan.totals())
        iterations = _LAST
    model = _fit(plan, terms, model, None, iterations, texts_alone)
    totals, evidence = plan.totals(), plan.evidence(terms)
    expected = latent.expect(model, totals, evidence, texts_alone)
    free = len(terms) + _shape_freedom(totals, evidence, expected)
    cost = 0.5 * np.log(max(totals.event_weight.sum() / _PRIOR_WORTH, 1.0))
    return Fitted(terms, model, expected.log_likelihood, expected.log_likelihood - free * float(cost))


def resampled(
    plan: Design, accounts: Accounts, weights: Weights, floods_seen: bool, iterations: int
) -> dict[str, float]:
    """Shares when groups of users and of videos are weighted; each account is fitted on, and they are weighed anew."""
    totals = plan.totals(weights)
    found: list[tuple[float, Credit]] = []
    for account, prior in ((accounts.manipulation, accounts.weight), (accounts.hollow, 1 - accounts.weight)):
        if prior < 0.02:  # an account that the data speak clearly against stays so
            continue
        evidence = plan.evidence(account.terms, weights)
        model = latent.fit(account.model, totals, evidence, iterations, cold=False)
        expected = latent.expect(model, totals, evidence)
        gain = expected.log_likelihood - account.log_likelihood + account.evidence
        found.append((gain, credit_of(plan, account.terms, model, floods_seen, weights)))
    first = _weight(found[0][0] - found[1][0]) if len(found) == 2 else 1.0
    both = [(w, credit) for w, (_, credit) in zip((first, 1 - first), found, strict=False) if w > 0]
    return mixed(both).as_shares(totals.event_weight)


def bound(plan: Design, floods_seen: bool, iterations: int) -> Credit:
    """Credit when clickbait and staged videos may be both manipulation and poor."""
    both = fitted(plan, BOTH, iterations)
    return credit_of(plan, both.terms, both.model, floods_seen)


def _fit(
    plan: Design,
    terms: tuple[Latent, ...],
    model: Model | None,
    weights: Weights | None,
    iterations: int,
    texts_alone: bool,
) -> Model:
    totals, evidence = plan.totals(weights), plan.evidence(terms, weights)
    if model is not None:
        return latent.fit(model, totals, evidence, iterations, cold=False, texts_alone=texts_alone)
    begin = latent.begin(start(plan.group_of, GROUPS, totals), totals, evidence)
    found = latent.fit(begin, totals, evidence, iterations, texts_alone=texts_alone)
    if texts_alone or weights is not None:
        return found
    # The likelihood of few un-likes has several tops: where these have a say from the start, a higher one may be found.
    other = latent.fit(begin, totals, evidence, iterations, cold=False)
    return max(found, other, key=lambda m: latent.expect(m, totals, evidence).log_likelihood)


def _weight(gain: float) -> float:
    return float(expit(gain / _NATS + np.log(_PRIOR_ODDS)))


def _shape_freedom(totals: Totals, evidence: Evidence, expected: Expectation) -> float:
    """Free parameters of the shapes that only latent terms use: each bin as far as its events, not its neighbours, set it."""
    free = 0.0
    for group in ("cooling", "exposed"):
        mine = np.flatnonzero(evidence.group_of == GROUP_NAMES.index(group))
        struck = expected.latent[:, mine].sum(axis=1) * totals.event_weight
        events = np.bincount(totals.event_bin, weights=struck, minlength=BINS)
        free += float((events / (events + SHAPE_PRIOR)).sum())
    return free


def some_groups(plan: Design, events: int) -> int:
    """How many groups of videos hold about so many un-likes; all of them where there are not so many."""
    held = np.cumsum(np.bincount(plan.event_groups[:, 1].astype(int), minlength=plan.even[1].size))
    return min(int(np.searchsorted(held, events)) + 1, held.size)


def leading(plan: Design, groups: int) -> Weights:
    """Weights of the first groups of videos alone."""
    of_users, of_videos = plan.even
    return of_users, (np.arange(of_videos.size) < groups).astype(float)
