"""Splits that a sceptic accepts: whole groups (incidents, parent posts, sources) on one side, never single rows.

Groups go to train, validation and test from the largest to the smallest, each to the side that lacks most; equal sizes
are ordered by a hash of the group's name and the seed, so that nothing depends on the order of the rows.
"""

import hashlib
from typing import Literal

import numpy as np

Side = Literal["train", "validation", "test"]
SHARES: dict[Side, float] = {"train": 0.7, "validation": 0.12, "test": 0.18}


def split(groups: np.ndarray, seed: int = 0) -> dict[Side, np.ndarray]:
    """Put whole groups on sides in the proportion of `SHARES`.

    Parameters
    ----------
    groups
        The group of each row (n,).

    Returns
    -------
    Row numbers of each side, int64, ascending; every row is on one side.
    """
    names, of_row, sizes = np.unique(groups.astype(str), return_inverse=True, return_counts=True)
    lacking = {side: share * groups.size for side, share in SHARES.items()}
    side_of = np.empty(names.size, dtype=object)
    for i in sorted(range(names.size), key=lambda i: (-sizes[i], _hash(names[i], seed))):
        side = max(lacking, key=lambda side: lacking[side])
        side_of[i] = side
        lacking[side] -= sizes[i]
    return {side: np.flatnonzero(side_of[of_row] == side) for side in SHARES}


def _hash(name: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{name}".encode()).digest()
