"""The additive hazard of an un-like, and its fit by expectation-maximisation on aggregates.

The hazard of taking a like back at its age t is a sum of terms, each a level times an indicator times a time shape:

    h(t) = Σ_k θ_k x_k(t) f_{g(k)}(t) m_k,u                                      (1)

Every θ ≥ 0, every shape f piecewise constant on the bins of `AGE_EDGES`; terms of one group g share a shape. Two groups
carry a multiplier m of the user, a gamma frailty of mean one. The log-likelihood is

    Σ_events log h(t_e) − Σ_k θ_k Σ_b f_{g(k),b} T_{k,b}                           (2)

so likes that were kept enter through the person-time totals T alone, and an iteration costs as much as there are events.
The E-step splits each event among the terms (its responsibilities, h_k / Σ h); the M-step sets levels and shapes to
responsibilities over person-time in closed form. Credit by additive hazards: Zhang, Wei and Ren, ICDM 2014; time-to-event
attribution: Shender et al., JDS 2024. A leaf: it knows arrays, and neither tables nor causes.
"""

from dataclasses import dataclass, replace

import numpy as np

from .frailty import Frailty, leave_one_out, posterior_mean, spread

# Seconds. Fine where fingers slip, coarse where opinions change.
AGE_EDGES = np.array(
    [0, 1, 2, 3, 5, 8, 12, 20, 30, 60, 180, 600, 1800, 3600, 7200, 14400, 28800, 57600, 86400, 172800, 345600, 604800,
     1209600, 2592000, 31536000000], dtype=np.float64,
)  # fmt: skip
BINS = AGE_EDGES.size - 1
ACCIDENTAL_UNTIL = 30.0  # seconds; no slip of the finger is noticed later
REASON_FROM = 5.0  # seconds; no verdict on the content is reached sooner

_PRIOR = (
    0.5  # pseudo-events on every shape, spread by person-time: an empty bin is not proof of a zero hazard
)


@dataclass(frozen=True)
class Group:
    """Terms that share a time shape; the shape is zero outside [start, stop) seconds; `flat` ones do not vary in it."""

    name: str
    start: float = 0.0
    stop: float = AGE_EDGES[-1]
    flat: bool = False
    frailty: bool = False

    @property
    def support(self) -> np.ndarray:
        """Bins in which the shape may be positive; bool (BINS,)."""
        return (AGE_EDGES[:-1] >= self.start) & (AGE_EDGES[1:] <= self.stop)


@dataclass(frozen=True)
class Totals:
    """Everything of the data that a fit needs.

    `person_time` seconds (terms, BINS): ∫ x_k(t) dt by bin of age, over all likes. `event_terms` (events, terms): x_k at
    the un-like. `event_bin` (events,), `event_user` (events,): row in the users' arrays, `event_weight` (events,).
    `user_person_time` {group: (users, columns)} and `user_column` {group: column of each of its terms}: what a
    user with m = 1 has at risk, before levels and shape, for groups with frailty. `user_weight` (users,).
    """

    person_time: np.ndarray
    event_terms: np.ndarray
    event_bin: np.ndarray
    event_user: np.ndarray
    event_weight: np.ndarray
    user_person_time: dict[str, np.ndarray]
    user_weight: np.ndarray


@dataclass(frozen=True)
class Hazard:
    """A fitted hazard: levels (terms,), shapes (groups, BINS), and the frailty of each group that has one."""

    group_of: np.ndarray
    groups: tuple[Group, ...]
    level: np.ndarray
    shape: np.ndarray
    frailty: dict[str, Frailty]

    def terms(self, totals: Totals) -> np.ndarray:
        """Hazard of each term at each event, with the users' leave-one-out multipliers of the fit; (events, terms)."""
        base = totals.event_terms * self.level * self.shape[self.group_of][:, totals.event_bin].T
        for name, frailty in self.frailty.items():
            mine = np.flatnonzero([self.groups[g].name == name for g in self.group_of])
            base[:, mine] *= frailty.multiplier[:, None]
        return base

    def responsibilities(self, totals: Totals) -> np.ndarray:
        """Share of each term in each event; rows sum to one; (events, terms)."""
        each = self.terms(totals)
        total = each.sum(axis=1, keepdims=True)
        return np.divide(each, total, out=np.full_like(each, 0.0), where=total > 0)


def start(group_of: np.ndarray, groups: tuple[Group, ...], totals: Totals) -> Hazard:
    """A neutral beginning: every term explains an equal part of the events, all shapes are flat."""
    shape = np.array([group.support.astype(float) for group in groups])
    at_risk = (totals.person_time * shape[group_of]).sum(axis=1)
    events = max(float(totals.event_weight.sum()), 1e-9) / max(group_of.size, 1)
    level = np.divide(events, at_risk, out=np.zeros(group_of.size), where=at_risk > 0)
    n = totals.event_bin.size
    names = [group.name for group in groups if group.frailty and group.name in totals.user_person_time]
    return Hazard(
        group_of, groups, level, shape, {name: Frailty.none(totals.user_weight.size, n) for name in names}
    )


def fit(hazard: Hazard, totals: Totals, iterations: int = 250, tolerance: float = 1e-7) -> Hazard:
    """Run expectation-maximisation from `hazard`.

    Stops when no level's share of the events moves by more than `tolerance` in an iteration.
    """
    shares = np.zeros(hazard.level.size)
    weight = totals.event_weight
    for iteration in range(iterations):
        each = hazard.responsibilities(totals) * weight[:, None]
        credit = each.sum(axis=0)
        hazard = _maximise(hazard, totals, each, credit, learn_spread=iteration % 10 == 9)
        moved = np.abs(credit - shares).max(initial=0.0) / max(weight.sum(), 1e-9)
        shares = credit
        if iteration > 30 and moved < tolerance:
            break
    return hazard


def _maximise(
    hazard: Hazard, totals: Totals, each: np.ndarray, credit: np.ndarray, learn_spread: bool
) -> Hazard:
    level, shape = hazard.level.copy(), hazard.shape.copy()
    frailty = dict(hazard.frailty)
    time = totals.person_time.copy()
    for name, old in frailty.items():
        mine = np.flatnonzero([hazard.groups[g].name == name for g in hazard.group_of])
        g = hazard.group_of[mine[0]]
        risk = _user_risk(totals, name, time[mine], level[mine], shape[g])
        own = each[:, mine].sum(axis=1) / np.maximum(totals.event_weight, 1e-12)
        credits = np.bincount(totals.event_user, weights=own, minlength=risk.size)
        alpha = spread(credits, risk, totals.user_weight, old.alpha) if learn_spread else old.alpha
        mean = posterior_mean(credits, risk, alpha)
        frailty[name] = Frailty(alpha, mean, leave_one_out(credits, risk, alpha, totals.event_user, own))
        plain = (totals.user_person_time[name] * totals.user_weight[:, None]).sum(axis=0)
        scaled = (totals.user_person_time[name] * (totals.user_weight * mean)[:, None]).sum(axis=0)
        time[mine] *= np.divide(scaled, plain, out=np.ones_like(plain), where=plain > 0)[:, None]
    for g, group in enumerate(hazard.groups):
        mine = np.flatnonzero(hazard.group_of == g)
        if mine.size == 0:
            continue
        if not group.flat:
            at_risk = (level[mine, None] * time[mine]).sum(axis=0)
            events = np.bincount(totals.event_bin, weights=each[:, mine].sum(axis=1), minlength=BINS)
            shape[g] = _shape(events, at_risk, shape[g], group.support)
        at_risk = (time[mine] * shape[g]).sum(axis=1)
        level[mine] = np.divide(credit[mine], at_risk, out=np.zeros(mine.size), where=at_risk > 0)
    return replace(hazard, level=level, shape=shape, frailty=frailty)


def _shape(events: np.ndarray, at_risk: np.ndarray, old: np.ndarray, support: np.ndarray) -> np.ndarray:
    """Events over what was at risk, shrunk a little to the mean, scaled to a person-time-weighted mean of one."""
    at_risk = np.where(support, at_risk, 0.0)
    total = at_risk.sum()
    if total <= 0:
        return old
    mean = events[support].sum() / total
    raw = np.divide(
        events + _PRIOR, at_risk + _PRIOR / max(mean, 1e-300), out=np.zeros(BINS), where=at_risk > 0
    )
    scale = (raw * at_risk).sum() / total
    return np.where(support, raw / scale, 0.0) if scale > 0 else old


def _user_risk(
    totals: Totals, name: str, time: np.ndarray, level: np.ndarray, shape: np.ndarray
) -> np.ndarray:
    """Expected events of each user at m = 1; (users,). A user's person-time is spread over the bins as all users' is."""
    per_unit = np.divide(
        level * (time * shape).sum(axis=1),
        time.sum(axis=1),
        out=np.zeros(level.size),
        where=time.sum(axis=1) > 0,
    )
    return totals.user_person_time[name] @ per_unit
