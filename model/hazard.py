"""The additive hazard of an un-like: time shapes, observed terms, and what the data add up to.

The hazard of taking a like back at its age t is a sum of terms, each a level times an indicator times a time shape:

    h(t) = Σ_k θ_k x_k(t) f_{g(k)}(t) m_k,u                                      (1)

Every θ ≥ 0, every shape f piecewise constant on the bins of `AGE_EDGES`; terms of one group g share a shape. Two groups
carry a multiplier m of the user, a gamma frailty of mean one. The log-likelihood is

    Σ_events log h(t_e) − Σ_k θ_k Σ_b f_{g(k),b} T_{k,b}                           (2)

so likes that were kept enter through the person-time totals T alone, and an iteration costs as much as there are events.
Terms whose indicator is a hidden trait of the video stand in `latent`, which also fits both. Credit by additive hazards:
Zhang, Wei and Ren, ICDM 2014; time-to-event attribution: Shender et al., JDS 2024. It knows arrays, and neither tables
nor causes.
"""

from dataclasses import dataclass

import numpy as np

from .frailty import Frailty

# Seconds. Fine where fingers slip, coarse where opinions change.
AGE_EDGES = np.array(
    [0, 1, 2, 3, 5, 8, 12, 20, 30, 60, 180, 600, 1800, 3600, 7200, 14400, 28800, 57600, 86400, 172800, 345600, 604800,
     1209600, 2592000, 31536000000], dtype=np.float64,
)  # fmt: skip
BINS = AGE_EDGES.size - 1
ACCIDENTAL_UNTIL = 30.0  # seconds; no slip of the finger is noticed later
REASON_FROM = 5.0  # seconds; no verdict on the content is reached sooner

SHAPE_PRIOR = 3.0  # pseudo-events by which each bin of a shape leans on its neighbours
_NEIGHBOURS = ((1, 1.0), (2, 0.3))  # distance in bins, weight
_SURE = 50.0  # events from which a bin's own rate counts fully as a neighbour


@dataclass(frozen=True)
class Group:
    """Terms that share a time shape.

    The shape is zero outside [start, stop) seconds; `flat` ones do not vary in it; with few events it leans on that of the
    group `like`.
    """

    name: str
    start: float = 0.0
    stop: float = AGE_EDGES[-1]
    flat: bool = False
    frailty: bool = False
    like: str = ""

    @property
    def support(self) -> np.ndarray:
        """Bins in which the shape may be positive; bool (BINS,)."""
        return (AGE_EDGES[:-1] >= self.start) & (AGE_EDGES[1:] <= self.stop)


@dataclass(frozen=True)
class Totals:
    """Everything of the data that observed terms need.

    `person_time` seconds (terms, BINS): ∫ x_k(t) dt by bin of age, over all likes. `event_terms` (events, terms): x_k at
    the un-like, bool. `event_bin` (events,), `event_user` (events,): row in the users' arrays, `event_weight` (events,).
    `user_person_time` {group: (users, columns)}: what a user with m = 1 has at risk in each term of a group with
    frailty, before levels and shape. `user_weight` (users,).
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
    """Observed terms of a hazard: levels (terms,), shapes (groups, BINS), and the frailty of each group that has one."""

    group_of: np.ndarray
    groups: tuple[Group, ...]
    level: np.ndarray
    shape: np.ndarray
    frailty: dict[str, Frailty]

    def terms(self, totals: Totals) -> np.ndarray:
        """θ_k x_k f m of every term at every event; (events, terms)."""
        each = totals.event_terms * self.level * self.shape[self.group_of][:, totals.event_bin].T
        for name, frailty in self.frailty.items():
            each[:, self.members(name)] *= frailty.multiplier[:, None]
        return each

    def members(self, group: str) -> np.ndarray:
        """Rows of the terms of a group."""
        return np.flatnonzero([self.groups[g].name == group for g in self.group_of])


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


def shape_of(
    events: np.ndarray,
    at_risk: np.ndarray,
    old: np.ndarray,
    support: np.ndarray,
    like: np.ndarray | None = None,
) -> np.ndarray:
    """A time shape from events (BINS,) over what was at risk (BINS,), scaled to a risk-weighted mean of one.

    Each bin is shrunk to the geometric mean of its neighbours by a few pseudo-events: with few events a shape is smooth and
    cannot split them among the causes by chance; with many it is free. Where another shape `like` it is given, a bin leans on
    that one's too.
    """
    at_risk = np.where(support, at_risk, 0.0)
    total = at_risk.sum()
    if total <= 0:
        return old
    seen = np.flatnonzero(at_risk > 0)
    e, r = events[seen], at_risk[seen]
    log_rate = np.log((e + 0.5) / (r + 0.5 * r.sum() / max(e.sum(), 1e-9)))
    weight = np.minimum(e, _SURE) + 0.2
    up, down = np.zeros(seen.size), np.zeros(seen.size)
    for distance, closeness in _NEIGHBOURS:
        if seen.size > distance:
            heavy = closeness * weight
            up[distance:] += (heavy * log_rate)[:-distance]
            up[:-distance] += (heavy * log_rate)[distance:]
            down[distance:] += heavy[:-distance]
            down[:-distance] += heavy[distance:]
    around = np.exp(np.divide(up, down, out=log_rate.copy(), where=down > 0))
    if like is not None and (like[seen] * r).sum() > 0:
        other = like[seen] * e.sum() / (like[seen] * r).sum()
        around = np.where(other > 0, np.sqrt(around * np.maximum(other, 1e-300)), around)
    rate = np.zeros(BINS)
    rate[seen] = (e + SHAPE_PRIOR) / (r + SHAPE_PRIOR / around)
    return np.where(support, rate * total / (rate * at_risk).sum(), 0.0)


def user_risk(totals: Totals, group: str, at_risk: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Events of each user expected at m = 1; (users,).

    `at_risk` (terms of the group,): events expected of each term over all users, `time` (terms of the group,): its
    person-time. A user's person-time is spread over the bins as all users' is.
    """
    return totals.user_person_time[group] @ np.divide(at_risk, time, out=np.zeros(time.size), where=time > 0)
