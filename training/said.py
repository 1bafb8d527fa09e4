"""What a checkpoint says of texts, from which batches of one length are drawn; `shortening` learns on them."""

from dataclasses import dataclass, replace

import numpy as np
import torch

from ..model.runtime import Runtime
from ..model.tagger import Tagger
from ..model.taxonomy import Kind, head_names
from ..model.units import Units
from ..model.vocabulary import Ragged


@dataclass(frozen=True)
class Said:
    """Texts of one kind.

    `rows` their ids; `encoder` and `ngrams` float32 (rows, heads), the checkpoint's logits; `mixture` float32 (heads, 3), the
    scale of either and the shift with which they make a probability.
    """

    kind: Kind
    rows: Ragged
    encoder: torch.Tensor
    ngrams: torch.Tensor
    mixture: torch.Tensor

    @classmethod
    def of(cls, units: Units, tagger: Tagger, encoder: Runtime) -> "Said":
        """Units, and what a tagger's encoder and n-grams, where it has any, say of them."""
        rows = units.encode(tagger.vocabulary)
        logits = encoder.logits(rows)
        if tagger.wide is None:
            ngrams, mixture = np.zeros_like(logits), np.tile([1.0, 0.0, 0.0], (len(head_names()), 1))
        else:
            ngrams, mixture = tagger.wide.logits(rows, units.kind), tagger.wide.mix
        return cls(units.kind, rows, *(torch.from_numpy(part).float() for part in (logits, ngrams, mixture)))

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: np.ndarray) -> "Said":
        """The rows `rows`, in that order."""
        return replace(self, rows=self.rows.take(rows), encoder=self.encoder[rows], ngrams=self.ngrams[rows])

    def batch(self, random: np.random.Generator, tokens: int) -> np.ndarray:
        """Some rows of one length, that of a row drawn at random; of `tokens` tokens, or 8 rows."""
        lengths = self.rows.lengths
        length = lengths[random.integers(lengths.size)]
        same = np.flatnonzero(lengths == length)
        return random.permutation(same)[: max(8, tokens // int(length))]

    def probability(self, logits: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
        """What the tagger tells of `rows` where its encoder says `logits` (…, rows, heads)."""
        ngrams, mixture = self.ngrams[rows].to(logits.device), self.mixture.to(logits.device)
        return torch.sigmoid(mixture[:, 0] * logits + mixture[:, 1] * ngrams + mixture[:, 2])
