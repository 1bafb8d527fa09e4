"""The hazard's terms: which covariates raise it, in which group of shapes, for which cause.

The one place where a cause meets the data. `TERMS` is read by the fit, by the responsibilities of each un-like, and by the
mass that a tag carries; a term whose column the data lack has no person-time and falls away. What a
hazard is stands in `model.hazard`; where totals come from, in `atrisk`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ..model.hazard import ACCIDENTAL_UNTIL, AGE_EDGES, BINS, REASON_FROM, Group, Totals
from .atrisk import QUANTILES, UNKNOWN, AtRisk
from .evidence import COUNTS

DAY = 86_400.0

GROUPS = (
    Group("tap", stop=ACCIDENTAL_UNTIL, frailty=True),
    Group("cooling", start=REASON_FROM, stop=14 * DAY),
    Group("exposed", start=REASON_FROM),
    Group("dispute", start=REASON_FROM),
    Group("flare", flat=True),
    Group("disappointment", start=REASON_FROM, stop=7 * DAY),
    Group("flood", flat=True),
    Group("background", flat=True, frailty=True),
)
CAUSE_OF = {
    "tap": "accidental_tap",
    "cooling": "emotional_manipulation",
    "exposed": "emotional_manipulation",
    "dispute": "social_pressure",
    "flare": "social_pressure",
    "disappointment": "content_quality",
    "flood": "recommender_correction",
    "background": "unexplained",
}

Cells = dict[str, np.ndarray]


@dataclass(frozen=True)
class Term:
    """One term: its group, the cells in which it can act, the clock after which it acts, and the tag it belongs to."""

    group: str
    acts: Callable[[Cells], np.ndarray]
    clock: str = "all"
    tag: str | None = None


def _at_least(tag: str, level: int) -> Callable[[Cells], np.ndarray]:
    return lambda cells: cells[tag] >= level


def _suspected(cells: Cells) -> np.ndarray:
    return (cells["clickbait"] >= 1) | (cells["staged"] >= 1)


def _everyone(cells: Cells) -> np.ndarray:
    return np.ones(cells["friend"].size, dtype=bool)


def _tap(gesture: int, completion: int) -> Callable[[Cells], np.ndarray]:
    return lambda cells: (cells["gesture"] == gesture) & (cells["completion"] == completion)


def _friendly(tag: str, level: int) -> Callable[[Cells], np.ndarray]:
    return lambda cells: (cells[tag] >= level) & (cells["friend"] == 1)


def _among_friends(cells: Cells) -> np.ndarray:
    return cells["friend"] == 1


_LEVELS = range(1, len(QUANTILES) + 1)
TERMS: tuple[Term, ...] = (
    *(Term("tap", _tap(g, c)) for g in range(3) for c in range(UNKNOWN + 1)),
    *(
        Term("cooling", _at_least(tag, level), tag=tag)
        for tag in ("clickbait", "staged")
        for level in _LEVELS
    ),
    *(Term("cooling", _everyone, clock=clock, tag="clickbait+staged") for clock in COUNTS["exposing"]),
    Term("exposed", _suspected, clock="exposed_first", tag="clickbait+staged"),
    *(
        Term("exposed", _everyone, clock=clock, tag="clickbait+staged")
        for clock in ("exposed_some", "exposed_many")
    ),
    *(Term("dispute", _at_least("controversy", level), tag="controversy") for level in _LEVELS),
    *(Term("dispute", _friendly("controversy", level), tag="controversy") for level in _LEVELS),
    *(Term("dispute", _everyone, clock=clock, tag="controversy") for clock in COUNTS["disputing"]),
    *(Term("dispute", _among_friends, clock=clock, tag="controversy") for clock in COUNTS["disputing"]),
    Term("dispute", _among_friends),
    Term("flare", _everyone, clock="flare", tag="controversy"),
    Term("disappointment", _everyone),
    Term("disappointment", lambda cells: cells["completion"] == 0),
    Term("disappointment", lambda cells: cells["completion"] <= 1),
    *(Term("disappointment", _everyone, clock=clock) for clock in COUNTS["complaining"]),
    Term("flood", _everyone, clock="flood"),
    Term("background", _everyone),
)
# The rival account: what the tags mark is poor content, and the tags raise the hazard of disappointment.
RIVAL: tuple[Term, ...] = (
    *TERMS,
    *(Term("disappointment", _at_least(tag, level)) for tag in ("clickbait", "staged") for level in _LEVELS),
)

CELLS = ("clickbait", "staged", "controversy", "completion", "friend", "gesture")


@dataclass(frozen=True)
class Design:
    """A design matrix in aggregate: everything that `totals` needs, built once, weighted anew for each bootstrap."""

    terms: tuple[Term, ...]
    group_of: np.ndarray
    cell_time: np.ndarray  # (terms, clusters, BINS)
    clusters: np.ndarray  # (clusters, 2): user group, video group
    event_terms: np.ndarray
    event_bin: np.ndarray
    event_user: np.ndarray
    event_groups: np.ndarray  # (events, 2)
    user_person_time: dict[str, np.ndarray]
    user_group: np.ndarray

    def totals(self, weights: tuple[np.ndarray, np.ndarray] | None = None) -> Totals:
        """Totals of the whole data, or with a weight for each group of users and of videos."""
        if weights is None:
            weights = (np.ones(self.clusters[:, 0].max() + 1), np.ones(self.clusters[:, 1].max() + 1))
        of_users, of_videos = weights
        by_cluster = of_users[self.clusters[:, 0]] * of_videos[self.clusters[:, 1]]
        return Totals(
            np.einsum("tcb,c->tb", self.cell_time, by_cluster),
            self.event_terms,
            self.event_bin,
            self.event_user,
            of_users[self.event_groups[:, 0]] * of_videos[self.event_groups[:, 1]],
            self.user_person_time,
            of_users[self.user_group],
        )


def design(data: AtRisk, terms: tuple[Term, ...] = TERMS) -> Design:
    """Turn aggregated likes into a design; terms that can never act are left out."""
    cells = _columns(data.cells)
    pairs = np.column_stack([_array(data.cells, "user_group"), _array(data.cells, "video_group")])
    clusters, of_cell = np.unique(pairs, axis=0, return_inverse=True)
    of_cell = of_cell.ravel()
    names = [group.name for group in GROUPS]
    time = np.zeros((len(terms), len(clusters), BINS))
    for k, term in enumerate(terms):
        acts = term.acts(cells)
        for b, seconds in _seconds(data.cells, term, GROUPS[names.index(term.group)]):
            np.add.at(time[k, :, b], of_cell[acts], seconds[acts])
    kept = [k for k in range(len(terms)) if time[k].sum() > 0]
    chosen = tuple(terms[k] for k in kept)
    events = data.events
    age = _array(events, "age") / 1e6
    event_bin = np.clip(np.searchsorted(AGE_EDGES, age, side="right") - 1, 0, BINS - 1)
    at_event = _columns(events)
    acting = np.array([term.acts(at_event) & _ticking(events, term) for term in chosen], dtype=float).T
    user_keys = {key: i for i, key in enumerate(data.users["user_key"].to_pylist())}
    taps = [c for c in data.users.column_names if c.startswith("tap_")]
    tap_at = [k for k in kept if terms[k].group == "tap"]
    tap_time = (
        np.column_stack([_array(data.users, taps[k]) for k in tap_at])
        if tap_at
        else np.zeros((len(user_keys), 0))
    )
    return Design(
        chosen,
        np.array([names.index(term.group) for term in chosen]),
        time[kept],
        clusters,
        acting.reshape(len(events), len(chosen)),
        event_bin,
        np.array([user_keys[key] for key in events["user_key"].to_pylist()], dtype=np.int64),
        np.column_stack([_array(events, "user_group"), _array(events, "video_group")]).reshape(-1, 2),
        {"tap": tap_time, "background": _array(data.users, "seconds")[:, None]},
        _array(data.users, "user_group").astype(np.int64),
    )


def _seconds(cells: pa.Table, term: Term, group: Group):
    if term.clock in ("flare", "flood"):
        yield BINS - 1, _array(cells, term.clock)  # flat: the bin does not matter
        return
    for b in np.flatnonzero(group.support):
        yield b, _array(cells, f"{term.clock}_{b}")


def _ticking(events: pa.Table, term: Term) -> np.ndarray:
    """Whether the term's clock had struck before the un-like."""
    age = _array(events, "age")
    if term.clock == "all":
        return np.ones(age.size, dtype=bool)
    if term.clock in ("flare", "flood"):
        return (_array(events, f"{term.clock}_from") < age) & (age < _array(events, f"{term.clock}_until"))
    return _array(events, term.clock) < age


def _columns(table: pa.Table) -> Cells:
    return {name: _array(table, name) for name in CELLS}


def _array(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy(zero_copy_only=False)
