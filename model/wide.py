"""The wide part of the tagger: what single characters, pairs and triples say, beside what the encoder understands.

A linear model on hashed character n-grams remembers rare tell-tale words that a small encoder, trained on little text, does
not learn; the encoder sees order and context that n-grams do not. Their logits are mixed per head (wide and deep learning;
Cheng et al. 2016, arXiv:1606.07792). Everything is NumPy over whole batches of token ids; no loop over texts.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .taxonomy import KINDS, Kind
from .vocabulary import CLS, SEP, Ragged

BUCKETS = 1 << 18
LONGEST_NGRAM = 3
BLOCK = 2048  # rows at a time: their n-grams stay in a core's cache
_PRIMES = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
FILE = "wide.npz"


@dataclass(frozen=True)
class Wide:
    """A linear model on hashed n-grams, and how it is mixed with the encoder.

    `idf` float32 (kinds, BUCKETS), 0 where an n-gram is not used; `weight` float32 (BUCKETS, heads); `bias` float32 (heads,);
    `mix` float32 (heads, 3): scale of the encoder's logit, scale of this one's, shift.
    """

    idf: np.ndarray
    weight: np.ndarray
    bias: np.ndarray
    mix: np.ndarray

    def logits(self, rows: Ragged, kind: Kind) -> np.ndarray:
        """Logit of every head from n-grams alone; float64 (rows, heads)."""
        blocks = [rows.between(at, at + BLOCK) for at in range(0, len(rows), BLOCK)]
        return np.concatenate([self._logits(block, kind) for block in blocks or [rows]])

    def _logits(self, rows: Ragged, kind: Kind) -> np.ndarray:
        idf = self.idf[KINDS.index(kind)]
        grams = ngrams(rows, kind, idf != 0)
        value = grams.value * idf[grams.bucket]
        norm = np.sqrt(np.bincount(grams.row, weights=value**2, minlength=len(rows)))
        value = value / np.maximum(norm, 1e-12)[grams.row]
        result = np.tile(self.bias.astype(np.float64), (len(rows), 1))
        if value.size:
            begins = np.flatnonzero(np.diff(grams.row, prepend=-1))
            result[grams.row[begins]] += np.add.reduceat(value[:, None] * self.weight[grams.bucket], begins)
        return result

    def mixed(self, deep: np.ndarray, rows: Ragged, kind: Kind) -> np.ndarray:
        """Mix the encoder's logits (rows, heads) with the n-grams'; float64 of the same shape."""
        return self.mix[:, 0] * deep + self.mix[:, 1] * self.logits(rows, kind) + self.mix[:, 2]

    def write(self, path: Path) -> None:
        """Write everything as float16 but the mix; `read` gives back what `rounded` is."""
        np.savez_compressed(
            path, idf=self.idf.astype(np.float16), weight=self.weight.astype(np.float16),
            bias=self.bias.astype(np.float16), mix=self.mix.astype(np.float32),
        )  # fmt: skip

    @classmethod
    def read(cls, path: Path) -> "Wide":
        """Read what `write` wrote."""
        with np.load(path) as file:
            return cls(*(file[name].astype(np.float32) for name in ("idf", "weight", "bias", "mix")))

    def rounded(self) -> "Wide":
        """This model in the precision in which it is stored, so that what is measured is what is shipped."""
        idf, weight, bias = (
            part.astype(np.float16).astype(np.float32) for part in (self.idf, self.weight, self.bias)
        )
        return Wide(idf, weight, bias, self.mix.astype(np.float32))


@dataclass(frozen=True)
class Ngrams:
    """Distinct n-grams of each row, rows ascending: `row` and `bucket` int64 (n,), `value` float64 (n,), 1 + log of the count."""

    row: np.ndarray
    bucket: np.ndarray
    value: np.ndarray


def ngrams(rows: Ragged, kind: Kind, used: np.ndarray | None = None) -> Ngrams:
    """Hashed n-grams of 1 to `LONGEST_NGRAM` tokens, of where a text begins and ends too.

    Of a comment only its own text is read: a title names the incident, which does not carry over to others. A video is
    read whole.

    Parameters
    ----------
    used
        bool (BUCKETS,), buckets that matter; None is all.
    """
    ids = rows.ids
    ends = (ids == CLS) | (ids == SEP)
    usable = np.ones(ids.size, dtype=bool)
    if kind == "comment":
        begun = np.cumsum(ends, dtype=np.int32) - ends
        usable = begun <= np.repeat(begun[rows.offsets[:-1]] + 1, rows.lengths)
    there = np.flatnonzero(usable)  # nothing is looked up for titles
    row = (np.searchsorted(rows.offsets, there, side="right") - 1) * BUCKETS
    tokens = ids[there].astype(np.uint64) + np.uint64(1)
    hashed = np.zeros(there.size, dtype=np.uint64)
    found = []
    for n in range(min(LONGEST_NGRAM, there.size)):
        # A row's tokens stand together: the n-th after is of the same n-gram if it is of the same row.
        last = there.size - n
        hashed = hashed[:last] ^ (tokens[n:] * _PRIMES[n])
        bucket = (((hashed >> np.uint64(29)) ^ hashed) & np.uint64(BUCKETS - 1)).astype(np.int64)
        wanted = row[:last] == row[n:] if n else ~ends[there]  # an end by itself says nothing
        if used is not None:
            wanted &= used[bucket]
        found.append(row[:last][wanted] + bucket[wanted])
    if not found:
        return Ngrams(there, there, np.empty(0))
    distinct, counts = np.unique(np.concatenate(found), return_counts=True)
    return Ngrams(distinct // BUCKETS, distinct % BUCKETS, 1 + np.log(counts))
