"""Traits: what a video may be, and all that speaks for it in the data.

A video has each trait (clickbait, staged, controversy, poor content) not at all or at one of a few strengths; a class is one
combination. `latent` fits what classes do to the hazard. A leaf: it knows arrays.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product

import numpy as np

TRAITS = ("clickbait", "staged", "controversy", "low_quality")
# What a latent term may act through; "either": the stronger of clickbait and staged.
CARRIERS = (*TRAITS, "either")
STRENGTHS = {name: (0.0, 0.65, 1.4) for name in TRAITS[:3]} | {"low_quality": (0.0, 1.0)}
RUN = 8_192  # videos and events whose classes are weighed at a time: few enough for a processor's cache
Run = tuple[slice, slice]


def _classes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    strengths = np.array(list(product(*(STRENGTHS[name] for name in TRAITS))))
    present = (strengths > 0).astype(float)
    carried = np.column_stack([strengths, strengths[:, :2].max(axis=1)])
    ways = np.array([np.log(len(STRENGTHS[name]) - 1) for name in TRAITS])
    return carried, present, -present @ ways


# Strengths (classes, carriers), traits that are there (classes, traits), and log-weights of the ways to have them (classes,).
CARRIED, PRESENT, EVEN = _classes()


@dataclass(frozen=True)
class Evidence:
    """All that latent terms need of the data.

    `carrier` (terms,): column of `CARRIED`; `group_of` (terms,): the shape; `acts` (events, terms): x_j at the un-like, bool;
    `person_time` one (videos, BINS) per term, seconds; `event_video` (events,); `video_weight` (videos,); `score` and
    `sharp` (videos, traits): logits of the videos' own scores, and the same spread out for the beginning; `said_before`
    (traits, events, SCORE_BINS) and `said` (traits, videos, SCORE_BINS): comments by score, before each un-like and before each
    video's last one.
    """

    carrier: np.ndarray
    group_of: np.ndarray
    acts: np.ndarray
    person_time: tuple[np.ndarray, ...]
    event_video: np.ndarray
    video_weight: np.ndarray
    score: np.ndarray
    sharp: np.ndarray
    said_before: np.ndarray
    said: np.ndarray

    @cached_property
    def by_video(self) -> np.ndarray:
        """Rows of the events in the order of their videos; (events,)."""
        return np.argsort(self.event_video, kind="stable")

    @cached_property
    def runs(self) -> list[Run]:
        """Runs of whole videos that hold about `RUN` rows, videos and events: the videos, and their events in `by_video`."""
        until = np.concatenate([[0], np.cumsum(np.bincount(self.event_video, minlength=len(self.score)))])
        rows = until + np.arange(until.size)  # a video costs as much as an event
        cuts = np.unique(np.searchsorted(rows, np.arange(0, rows[-1] + RUN, RUN)).clip(max=until.size - 1))
        return [(slice(a, b), slice(until[a], until[b])) for a, b in pairwise(cuts.tolist())]
