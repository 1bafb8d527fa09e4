"""Whole-word masking: which words of a packed row are hidden, and what stands in their place.

Words are masked whole (Cui et al. 2019, arXiv:1906.08101): a character is easily guessed from the other half of its
word, so hiding half of a word teaches little. Randomness depends on the seed and the step alone, so that a resumed
run masks what an undisturbed one would have masked.
"""

from dataclasses import dataclass

import numpy as np

from ..model.vocabulary import CLS, MASK, SEP, SPECIALS

IGNORED = -100  # the label that the loss passes over


@dataclass(frozen=True)
class MaskedBatch:
    """One step's input.

    `ids` int64 (rows, length); `labels` int64 (rows, length), `IGNORED` where nothing is hidden; `document` int16
    (rows, length): equal numbers may attend to each other.
    """

    ids: np.ndarray
    labels: np.ndarray
    document: np.ndarray


def mask_words(
    ids: np.ndarray, begins: np.ndarray, vocabulary_size: int, rng: np.random.Generator, share: float = 0.2
) -> MaskedBatch:
    """Hide about `share` of the words: 80 % become `[MASK]`, 10 % a random token, 10 % stay.

    Parameters
    ----------
    ids
        Token ids (rows, length).
    begins
        True where a word begins (rows, length); a row's first token begins one in any case.
    """
    ids = ids.astype(np.int64)
    starts = begins.copy()
    starts[:, 0] = True
    word = np.cumsum(starts, axis=None) - 1
    hidden = (rng.random(int(word[-1]) + 1) < share)[word].reshape(ids.shape)
    hidden &= (ids != CLS) & (ids != SEP)
    labels = np.where(hidden, ids, IGNORED)
    fate = rng.random(ids.shape)
    masked = np.where(hidden & (fate < 0.8), MASK, ids)
    swapped = hidden & (fate >= 0.8) & (fate < 0.9)
    masked[swapped] = rng.integers(len(SPECIALS), vocabulary_size, size=int(swapped.sum()))
    document = np.cumsum(ids == CLS, axis=1).astype(np.int16)
    return MaskedBatch(masked, labels, document)
