"""The tagger: units in, one calibrated probability per head out.

One shared encoder and one linear head per (kind, tag), whose calibration is folded into its weights; beside it, where
the checkpoint has one, a wide part of n-grams (`wide`) that is mixed in. What runs the encoder is `runtime` on processors and
`eager` on a GPU and in training; PyTorch is imported for these two only. This is the only prediction path: training's
evaluation, the batch job and the Python API all end in `Tagger.probabilities`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .checkpoint import DEFAULT, Card, fingerprint, is_ours, read_card
from .errors import InputError
from .taxonomy import Kind, head_names, heads_of
from .units import Units
from .vocabulary import PAD, Ragged, Vocabulary
from .wide import FILE, Wide

if TYPE_CHECKING:
    import torch


class Encoder(Protocol):
    """What turns token ids into logits."""

    precision: str

    def logits(self, rows: Ragged) -> np.ndarray:
        """Logit of every head for every row; float64 (rows, heads)."""
        ...


class Tagger:
    """A checkpoint ready to score.

    Parameters
    ----------
    model
        An encoder with `len(head_names())` outputs: `runtime.Runtime`, or a PyTorch model with one linear head.
    wide
        What is mixed with the encoder's logits; None if nothing is.
    """

    def __init__(
        self,
        model: Any,
        vocabulary: Vocabulary,
        card: Card,
        wide: Wide | None = None,
        mark: str = "unsaved",
    ):
        if not hasattr(model, "logits"):
            from .eager import Eager

            model = Eager(model)
        self.encoder: Encoder = model
        self.vocabulary, self.card, self.wide = vocabulary, card, wide
        self.name = f"{card.name}-{card.version}-{mark}"

    @classmethod
    def load(
        cls, folder: str | Path | None = None, device: str = "auto", threads: int | None = None
    ) -> "Tagger":
        """Load a checkpoint folder, or the one inside the package.

        Parameters
        ----------
        device
            `cpu`, `cuda`, or `auto` for the first GPU where there is one.
        threads
            Processors to be used; None is all that this process may use.

        Raises
        ------
        InputError
            If the folder is no checkpoint for this version, or the device is not there.
        """
        folder = DEFAULT if folder is None else Path(folder)
        card = read_card(folder)
        vocabulary = Vocabulary.read(folder / "vocab.txt")
        on_cpu = (
            device == "cpu" or (device == "auto" and not _may_have_gpu()) or pick_device(device).type == "cpu"
        )
        if on_cpu and is_ours(folder):
            from .runtime import Runtime

            encoder: Encoder = Runtime.load(folder, vocabulary, threads=threads)
        else:
            from .eager import Eager

            encoder = Eager.load(folder, pick_device("cpu" if on_cpu else device), threads)
        wide = Wide.read(folder / FILE) if (folder / FILE).is_file() else None
        return cls(encoder, vocabulary, card, wide, fingerprint(folder))

    @property
    def model(self) -> Any:
        """The PyTorch model, of a tagger that was made from one."""
        return vars(self.encoder)["model"]

    def thresholds(self, kind: Kind) -> np.ndarray:
        """Probability at or above which each tag of `kind` is given; float32 (tags of kind,)."""
        names = head_names()[heads_of(kind)]
        return np.array([self.card.thresholds[name] for name in names], dtype=np.float32)

    def score(self, units: Units) -> np.ndarray:
        """Probability of each tag of the units' kind; float32 (units, tags of kind)."""
        return self.probabilities(units)[:, heads_of(units.kind)]

    def probabilities(self, units: Units) -> np.ndarray:
        """Probability of every head for every unit; float32 (units, heads). Only the heads of the units' kind mean anything.

        A unit that is longer than is read at once gets the mean over its windows: of calibrated probabilities the mean
        stays calibrated, where the greatest would rise with the length.
        """
        rows, unit = units.windows(self.vocabulary)
        logits = self.logits(rows)
        if self.wide is not None:
            logits = self.wide.mixed(logits, rows, units.kind)
        found = 1 / (1 + np.exp(-logits))
        if len(rows) > len(units):
            begins = np.flatnonzero(np.diff(unit, prepend=-1))
            found = np.add.reduceat(found, begins) / np.bincount(unit)[:, None]
        return found.astype(np.float32)

    def logits(self, rows: Ragged) -> np.ndarray:
        """The encoder's logit of every head for every row; float64 (rows, heads)."""
        return self.encoder.logits(rows)


def padded(rows: Ragged) -> tuple[np.ndarray, np.ndarray]:
    """Ids int64 and mask int64, both (rows, longest); at least one column."""
    longest = max(1, int(rows.lengths.max(initial=0)))
    mask = np.arange(longest) < rows.lengths[:, None]
    ids = np.full(mask.shape, PAD, dtype=np.int64)
    ids[mask] = rows.ids
    return ids, mask.astype(np.int64)


def pick_device(name: str) -> "torch.device":
    """`auto` is the first GPU where there is one, else the processor."""
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            must="--device cuda needs a CUDA build of PyTorch and a GPU",
            found=f"PyTorch {torch.__version__} without one",
            do="Use --device cpu, or install PyTorch for your GPU",
        )
    return torch.device(name)


def _may_have_gpu() -> bool:
    """Whether a driver is there; asking PyTorch would take longer than loading a checkpoint."""
    return any(Path(path).exists() for path in ("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg", "/dev/kfd"))
