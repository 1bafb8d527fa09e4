"""The shortcut: all but the first position skip the last layer but one, where the checkpoint was taught to bear it.

The tagger reads its answer at the first position. What the last layer's attention reads of the others is taken from what they
were one layer earlier, so that the last two layers are computed for the first position alone (of the family of Din et al. 2024,
arXiv:2303.09435, who jump layers by a linear map). It has heads of its own: each asks all keys of the layer before, so that no
position needs a second key, and adds what it weighed by a whole matrix, which costs no more than one of lower rank. `graph`
writes it where products are narrow, and its error counts with theirs (`runtime`); in float32 and in PyTorch every layer is
computed.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

FILE = "shortcut.npz"


@dataclass(frozen=True)
class Shortcut:
    """What stands for the last layer's queries, keys and values.

    Both float32 (heads, hidden, hidden). `query` times the last layer's norm at the first position, to be multiplied with the
    rotated keys of the last layer but one; `value` times what a head weighed of the norms with which that layer begins, to be
    added at the first position.
    """

    query: np.ndarray
    value: np.ndarray

    @classmethod
    def read(cls, folder: Path) -> "Shortcut | None":
        """That of a checkpoint; None where there is none."""
        if not (folder / FILE).is_file():
            return None
        with np.load(folder / FILE) as file:
            return cls(file["query"].astype(np.float32), file["value"].astype(np.float32))

    def write(self, folder: Path) -> None:
        """Write `shortcut.npz`, in float16."""
        np.savez_compressed(
            folder / FILE, query=self.query.astype(np.float16), value=self.value.astype(np.float16)
        )
