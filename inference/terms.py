"""The hazard's terms: what raises it, in which group of shapes, for which cause.

The one place where a cause meets the data. `OBSERVED` terms act on what a like's own row and clocks show; `LATENT` terms act
through what its video is. Three accounts differ in their latent terms: in `MANIPULATION` clickbait and staged videos lose
likes as emotion cools and as comments expose them, in `HOLLOW` they are poor content and no more, in `BOTH` they are both. A
term whose column the data lack has no person-time and falls away. What a hazard is stands in `model.hazard` and
`model.latent`; `design` brings terms and likes together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..model.hazard import ACCIDENTAL_UNTIL, REASON_FROM, Group
from .atrisk import UNKNOWN
from .evidence import COUNTS

DAY = 86_400.0

GROUPS = (
    Group("tap", stop=ACCIDENTAL_UNTIL, frailty=True),
    Group("cooling", start=REASON_FROM, stop=14 * DAY, like="disappointment"),
    Group("exposed", start=REASON_FROM),
    Group("dispute", start=REASON_FROM),
    Group("flare", flat=True),
    Group("disappointment", start=REASON_FROM, stop=7 * DAY),
    Group("flood", flat=True),
    Group("background", flat=True, frailty=True),
)
GROUP_NAMES = tuple(group.name for group in GROUPS)
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
    """An observed term: its group, the cells in which it can act, the clock after which it acts, and the tag it belongs to."""

    group: str
    acts: Callable[[Cells], np.ndarray]
    clock: str = "all"
    tag: str | None = None


@dataclass(frozen=True)
class Latent:
    """A latent term: the trait that carries it (one of `traits.CARRIERS`), its group, and the clock after which it acts.

    The clock `friend` means: on the friends' surface, at any time.
    """

    carrier: str
    group: str
    clock: str = "all"


def _everyone(cells: Cells) -> np.ndarray:
    return np.ones(cells["friend"].size, dtype=bool)


def _among_friends(cells: Cells) -> np.ndarray:
    return cells["friend"] == 1


def _tap(gesture: int, completion: int) -> Callable[[Cells], np.ndarray]:
    return lambda cells: (cells["gesture"] == gesture) & (cells["completion"] == completion)


PLAIN_DISAPPOINTMENT = Term("disappointment", _everyone)
OBSERVED: tuple[Term, ...] = (
    *(Term("tap", _tap(g, c)) for g in range(3) for c in range(UNKNOWN + 1)),
    Term("dispute", _among_friends),
    Term("flare", _everyone, clock="flare", tag="controversy"),
    PLAIN_DISAPPOINTMENT,
    Term("disappointment", lambda cells: cells["completion"] == 0),
    Term("disappointment", lambda cells: cells["completion"] <= 1),
    *(Term("disappointment", _everyone, clock=clock) for clock in COUNTS["complaining"]),
    Term("flood", _everyone, clock="flood"),
    Term("background", _everyone),
)

_DISPUTE = (Latent("controversy", "dispute"), Latent("controversy", "dispute", "friend"))
_POOR = (Latent("clickbait", "disappointment"), Latent("staged", "disappointment"))
_HOLLOW = (Latent("low_quality", "disappointment"),)
MANIPULATION: tuple[Latent, ...] = (
    Latent("clickbait", "cooling"),
    Latent("staged", "cooling"),
    *(Latent("either", "exposed", clock) for clock in COUNTS["exposing"]),
    *_DISPUTE,
    *_HOLLOW,
)
HOLLOW: tuple[Latent, ...] = (*_POOR, *_DISPUTE, *_HOLLOW)
BOTH: tuple[Latent, ...] = (*MANIPULATION, *_POOR)
