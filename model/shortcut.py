"""The shortcut: all but the first position skip the last layer but one, where the checkpoint was taught to bear it.

The tagger reads its answer at the first position. What the last layer's attention reads of the others is taken from what they
were one layer earlier, by keys and values of its own, so that the last two layers are computed for the first position alone (of
the family of Din et al. 2024, arXiv:2303.09435, who jump layers by a linear map). Its keys are not rotated, for states know where
they are: so no position needs a key, and query and key are one matrix. `graph` writes it where products are narrow, and its error
counts with theirs (`runtime`); in float32 and in PyTorch every layer is computed.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

FILE = "shortcut.npz"


@dataclass(frozen=True)
class Shortcut:
    """`key` and `value` float32 (hidden, hidden): times the norm with which the last layer but one begins."""

    key: np.ndarray
    value: np.ndarray

    @classmethod
    def read(cls, folder: Path) -> "Shortcut | None":
        """That of a checkpoint; None where there is none."""
        if not (folder / FILE).is_file():
            return None
        with np.load(folder / FILE) as file:
            return cls(file["key"].astype(np.float32), file["value"].astype(np.float32))

    def write(self, folder: Path) -> None:
        """Write `shortcut.npz`, in float16."""
        np.savez_compressed(
            folder / FILE, key=self.key.astype(np.float16), value=self.value.astype(np.float16)
        )
