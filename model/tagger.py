"""The tagger: units in, one calibrated probability per head out.

One shared encoder and one linear head per (kind, tag), whose calibration is folded into its weights; beside it, where
the checkpoint has one, a wide part of n-grams (`wide`) that is mixed in. Batches are sorted by length and filled to a
budget of tokens. This is the only prediction path: training's evaluation, the batch job and the Python API all end in
`Tagger.probabilities`.
"""

from pathlib import Path

import numpy as np
import torch
from transformers import ModernBertForSequenceClassification
from transformers.utils.logging import disable_progress_bar

from .checkpoint import DEFAULT, Card, fingerprint, read_card
from .errors import InputError
from .taxonomy import Kind, head_names
from .units import Units
from .vocabulary import PAD, Ragged, Vocabulary
from .wide import FILE, Wide

BUDGET = {"cpu": 4096, "cuda": 131_072}  # tokens in a batch


class Tagger:
    """A checkpoint ready to score.

    Parameters
    ----------
    model
        Encoder with `len(head_names())` outputs, in float32.
    wide
        What is mixed with the encoder's logits; None if nothing is.
    """

    def __init__(
        self,
        model: ModernBertForSequenceClassification,
        vocabulary: Vocabulary,
        card: Card,
        wide: Wide | None = None,
        mark: str = "unsaved",
    ):
        self.model, self.vocabulary, self.card, self.wide = model.eval(), vocabulary, card, wide
        self.name = f"{card.name}-{card.version}-{mark}"

    @classmethod
    def load(cls, folder: str | Path | None = None, device: str = "auto") -> "Tagger":
        """Load a checkpoint folder, or the one inside the package.

        Raises
        ------
        InputError
            If the folder is no checkpoint for this version, or the device is not there.
        """
        folder = DEFAULT if folder is None else Path(folder)
        card = read_card(folder)
        place = pick_device(device)
        disable_progress_bar()  # loading takes a blink; the bar would mix with the caller's own
        model = ModernBertForSequenceClassification.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True
        )
        model.to(place)  # pyright: ignore[reportArgumentType]
        wide = Wide.read(folder / FILE) if (folder / FILE).is_file() else None
        return cls(model, Vocabulary.read(folder / "vocab.txt"), card, wide, fingerprint(folder))

    @property
    def device(self) -> torch.device:
        return self.model.device

    def thresholds(self, kind: Kind) -> np.ndarray:
        """Probability at or above which each tag of `kind` is given; float32 (tags of kind,)."""
        names = [name for name in head_names() if name.startswith(f"{kind}_")]
        return np.array([self.card.thresholds[name] for name in names], dtype=np.float32)

    def score(self, units: Units) -> np.ndarray:
        """Probability of each tag of the units' kind; float32 (units, tags of kind)."""
        return self.probabilities(units)[:, heads_of(units.kind)]

    def probabilities(self, units: Units) -> np.ndarray:
        """Probability of every head for every unit; float32 (units, heads). Only the heads of the units' kind mean anything."""
        rows = units.encode(self.vocabulary)
        logits = self.logits(rows)
        if self.wide is not None:
            logits = self.wide.mixed(logits, rows, units.kind)
        return (1 / (1 + np.exp(-logits))).astype(np.float32)

    @torch.inference_mode()
    def logits(self, rows: Ragged) -> np.ndarray:
        """The encoder's logit of every head for every row; float64 (rows, heads)."""
        result = np.empty((len(rows), len(head_names())))
        for chosen in batches(rows.lengths, BUDGET[self.device.type]):
            ids, mask = padded(rows.take(chosen))
            logits = self.model(
                input_ids=torch.from_numpy(ids).to(self.device),
                attention_mask=torch.from_numpy(mask).to(self.device),
            ).logits
            result[chosen] = logits.double().cpu().numpy()
        return result


def heads_of(kind: Kind) -> slice:
    """Where the heads of one kind stand among all heads."""
    places = [i for i, name in enumerate(head_names()) if name.startswith(f"{kind}_")]
    return slice(places[0], places[-1] + 1)


def batches(lengths: np.ndarray, budget: int) -> list[np.ndarray]:
    """Row numbers in batches of like length, each of at most `budget` tokens with its padding (or one row)."""
    order = np.argsort(lengths, kind="stable")
    result, start = [], 0
    while start < order.size:
        # Sorted upwards, the last row is the longest: the batch may grow while rows x longest stays in the budget.
        sizes = lengths[order[start:]] * np.arange(1, order.size - start + 1)
        stop = start + max(1, int(np.searchsorted(sizes, budget, side="right")))
        result.append(order[start:stop])
        start = stop
    return result


def padded(rows: Ragged) -> tuple[np.ndarray, np.ndarray]:
    """Ids int64 and mask int64, both (rows, longest); at least one column."""
    longest = max(1, int(rows.lengths.max(initial=0)))
    mask = np.arange(longest) < rows.lengths[:, None]
    ids = np.full(mask.shape, PAD, dtype=np.int64)
    ids[mask] = rows.ids
    return ids, mask.astype(np.int64)


def pick_device(name: str) -> torch.device:
    """`auto` is the first GPU where there is one, else the processor."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            must="--device cuda needs a CUDA build of PyTorch and a GPU",
            found=f"PyTorch {torch.__version__} without one",
            do="Use --device cpu, or install PyTorch for your GPU",
        )
    return torch.device(name)
