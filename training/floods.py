"""Floods of a simulated world: similar videos that a like brought to its user, whatever becomes of the like.

Some likes bring many within hours, others a few stray ones that nobody minds. It knows nothing of un-likes; `race` lets
floods cause them.
"""

from dataclasses import dataclass

import numpy as np

from .likes import Likes
from .threads import HOUR
from .worlds import World

FULL = 6  # similar videos from which it is felt as a flood


@dataclass(frozen=True)
class Floods:
    """Impressions of similar videos: `like` row of the like, `at` seconds; and `full` (likes,), when a flood is felt."""

    like: np.ndarray
    at: np.ndarray
    full: np.ndarray


def invented_floods(world: World, likes: Likes, rng: np.random.Generator) -> Floods:
    """Invent what the likes brought; `full` is infinite where no flood came."""
    n = len(likes)
    flooded = rng.random(n) < world.flooded * np.where(likes.surface == 0, 1.15, 0.75)
    rows = np.flatnonzero(flooded)
    many = rng.integers(FULL + 1, 15, rows.size)
    begin = likes.at[rows] + 300 + rng.exponential(3 * HOUR, rows.size)
    lasts = rng.uniform(1.0, 5.0, rows.size) * HOUR
    like = np.repeat(rows, many)
    at = np.repeat(begin, many) + rng.random(like.size) * np.repeat(lasts, many)
    order = np.lexsort((at, like))
    like, at = like[order], at[order]
    full = np.full(n, np.inf)
    full[rows] = at[np.cumsum(many) - many + FULL - 1]
    others = np.flatnonzero(~flooded & (rng.random(n) < 0.12))
    few = np.repeat(others, rng.integers(1, 4, others.size))
    stray = likes.at[few] + rng.uniform(0.1, 48, few.size) * HOUR
    return Floods(np.concatenate([like, few]), np.concatenate([at, stray]), full)
