"""Accounts of the same un-likes, fitted and weighed against each other.

Are clickbait and staged videos manipulation, or merely poor? `terms` has an account of either. Both are fitted, and each
counts as its likelihood says, less ½ log n for each parameter that it is free to choose (Schwarz 1978, n in units of what the
prior is worth): manipulation has time shapes of its own, which could mimic those of poor content. A third, in which they are
both, bounds what either may claim. Each is fitted from two beginnings: the likelihood of few un-likes has several modes, and each
that was found counts as it is likely, so that what is next to nothing in a score does not decide between them. Large data are
fitted on some groups of videos first, from one beginning, and on all of them to end with.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, softmax

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
_NATS = 5.0  # difference of evidence at which an account, or a mode, is three times as credible as the other
_FEW = 0.02  # weight of an account, or of a mode in its account, below which it is left out
_SAME = 0.005  # difference in any share below which two modes are one
_PRIOR_WORTH = 500.0  # un-likes that the prior on a parameter is worth
_HOPELESS = 30.0  # difference of evidence from which an account no longer widens the interval
_LAST = 6  # iterations on all data after a fit on some


@dataclass(frozen=True)
class Fitted:
    """One account: its terms, those that act in the data, the fitted model, its log-likelihood, and the same less the cost of
    its free parameters."""

    account: tuple[Latent, ...]
    terms: tuple[Latent, ...]
    model: Model
    log_likelihood: float
    evidence: float


@dataclass(frozen=True)
class Accounts:
    """The modes of both accounts, each account's best first, with their weights, which sum to one.

    `credit` is what all modes together give; `possible`: the credit of each that the data do not rule out.
    """

    modes: tuple[tuple[float, Fitted], ...]
    credit: Credit
    possible: tuple[Credit, ...]

    @property
    def manipulation(self) -> Fitted:
        """The best mode of that account."""
        return next(mode for _, mode in self.modes if mode.account == MANIPULATION)

    @property
    def hollow(self) -> Fitted:
        """The best mode of that account."""
        return next(mode for _, mode in self.modes if mode.account == HOLLOW)

    @property
    def weight(self) -> float:
        """Weight of manipulation."""
        return sum(weight for weight, mode in self.modes if mode.account == MANIPULATION)


def weigh(plan: Design, floods_seen: bool, iterations: int) -> Accounts:
    """Fit both accounts and credit every un-like."""
    found = [
        pair
        for account in (MANIPULATION, HOLLOW)
        for pair in _distinct(plan, modes(plan, account, iterations), floods_seen)
    ]
    weights = _weights([mode for mode, _ in found])
    best = max(mode.evidence for mode, _ in found)
    return Accounts(
        tuple((weight, mode) for weight, (mode, _) in zip(weights, found, strict=True)),
        mixed([(weight, credit) for weight, (_, credit) in zip(weights, found, strict=True)]),
        tuple(credit for mode, credit in found if best - mode.evidence < _HOPELESS),
    )


def fitted(plan: Design, account: tuple[Latent, ...], iterations: int, texts_alone: bool = False) -> Fitted:
    """The best mode of one account; `texts_alone`: see `latent.fit`."""
    return modes(plan, account, iterations, texts_alone)[0]


def modes(
    plan: Design, account: tuple[Latent, ...], iterations: int, texts_alone: bool = False
) -> list[Fitted]:
    """What fits of one account from neutral beginnings ended with, the best first."""
    terms = plan.acting(account) if plan.informed else ()
    model, groups = None, plan.even[1].size
    some = some_groups(plan, LARGE)
    if some < groups:
        (model,) = _models(plan.part(some), terms, None, leading(plan, some), iterations, texts_alone)
        model = latent.with_events(model, plan.totals())
        iterations = _LAST
    totals, evidence = plan.totals(), plan.evidence(terms)
    cost = 0.5 * np.log(max(totals.event_weight.sum() / _PRIOR_WORTH, 1.0))
    found = []
    for ended in _models(plan, terms, model, None, iterations, texts_alone):
        expected = latent.expect(ended, totals, evidence, texts_alone)
        free = len(terms) + _shape_freedom(totals, evidence, expected)
        likelihood = expected.log_likelihood
        found.append(Fitted(account, terms, ended, likelihood, likelihood - free * float(cost)))
    return sorted(found, key=lambda mode: -mode.evidence)


def resampled(
    plan: Design, accounts: Accounts, weights: Weights, floods_seen: bool, iterations: int
) -> dict[str, float]:
    """Shares when groups of users and of videos are weighted; each mode is fitted on, and all are weighed anew."""
    totals = plan.totals(weights)
    found: list[Fitted] = []
    credits: list[Credit] = []
    for prior, mode in accounts.modes:
        if prior < _FEW:  # what the data speak clearly against stays so
            continue
        evidence = plan.evidence(mode.terms, weights)
        model = latent.fit(mode.model, totals, evidence, iterations, cold=False)
        expected = latent.expect(model, totals, evidence)
        gain = expected.log_likelihood - mode.log_likelihood
        found.append(replace(mode, evidence=mode.evidence + gain))
        credits.append(credit_of(plan, mode.terms, model, floods_seen, weights))
    return mixed(list(zip(_weights(found), credits, strict=True))).as_shares(totals.event_weight)


def bound(plan: Design, floods_seen: bool, iterations: int) -> Credit:
    """Credit when clickbait and staged videos may be both manipulation and poor."""
    both = fitted(plan, BOTH, iterations)
    return credit_of(plan, both.terms, both.model, floods_seen)


def _models(
    plan: Design,
    terms: tuple[Latent, ...],
    model: Model | None,
    weights: Weights | None,
    iterations: int,
    texts_alone: bool,
) -> list[Model]:
    """`model` fitted on; where there is none, one fit, or two from beginnings in which un-likes have no say yet, and have one."""
    totals, evidence = plan.totals(weights), plan.evidence(terms, weights)
    if model is not None:
        return [latent.fit(model, totals, evidence, iterations, cold=False, texts_alone=texts_alone)]
    begin = latent.begin(start(plan.group_of, GROUPS, totals), totals, evidence)
    found = [latent.fit(begin, totals, evidence, iterations, texts_alone=texts_alone)]
    if not texts_alone and weights is None:
        found.append(latent.fit(begin, totals, evidence, iterations, cold=False))
    return found


def _distinct(plan: Design, found: list[Fitted], floods_seen: bool) -> list[tuple[Fitted, Credit]]:
    """Modes with their credit, without those that are another's double or far below the best."""
    kept: list[tuple[Fitted, Credit]] = []
    for mode in found:
        if expit((mode.evidence - found[0].evidence) / _NATS) < _FEW:
            continue
        credit = credit_of(plan, mode.terms, mode.model, floods_seen)
        shares = credit.as_shares()
        others = (other.as_shares() for _, other in kept)
        if all(max(abs(shares[name] - other[name]) for name in shares) > _SAME for other in others):
            kept.append((mode, credit))
    return kept


def _weights(modes: list[Fitted]) -> list[float]:
    """Weights of modes of either account: an account counts as its best mode does, and is shared out among its modes."""
    evidence = np.array([mode.evidence for mode in modes]) / _NATS
    weight = np.zeros(evidence.size)
    for account, odds in ((MANIPULATION, _PRIOR_ODDS), (HOLLOW, 1.0)):
        mine = np.array([mode.account == account for mode in modes])
        if mine.any():
            weight[mine] = odds * np.exp(evidence[mine].max() - evidence.max()) * softmax(evidence[mine])
    return (weight / weight.sum()).tolist()


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
