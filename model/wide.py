"""The wide part of the tagger: what single characters, pairs and triples say, beside what the encoder understands.

A linear model on hashed character n-grams remembers rare tell-tale words that a small encoder, trained on little text, does
not learn; the encoder sees order and context that n-grams do not. Their logits are mixed per head (wide and deep learning;
Cheng et al. 2016, arXiv:1606.07792). Everything is NumPy over whole batches of token ids; no loop over texts.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from .errors import InputError
from .taxonomy import KINDS, Kind, heads_of, tag_names
from .vocabulary import CLS, SEP, Ragged

BUCKETS = 1 << 22  # of which a kind uses one in ten, so that few n-grams share theirs
LONGEST_NGRAM = 3
BLOCK = 2048  # rows at a time: their n-grams stay in a core's cache
_PRIMES = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
FILE = "wide.npz"


@dataclass(frozen=True)
class Lexicon:
    """The n-grams that are used of one kind.

    `bucket` int32 (used,), ascending; `idf` float32 (used,); `weight` float32 (used, heads of the kind).
    """

    kind: Kind
    bucket: np.ndarray
    idf: np.ndarray
    weight: np.ndarray

    @classmethod
    def empty(cls, kind: Kind) -> "Lexicon":
        """Of a kind of which nothing was learned."""
        nothing = np.zeros((0, len(tag_names(kind))), dtype=np.float32)
        return cls(kind, nothing[:, 0].astype(np.int32), nothing[:, 0], nothing)

    def weighed(self, rows: Ragged) -> "Ngrams":
        """The n-grams of each row that are used, by TF-IDF, their squares summing to 1; `bucket` is their place here."""
        grams = ngrams(rows, self.kind, self._used)
        place = self._place[grams.bucket]
        value = grams.value * self.idf[place]
        norm = np.sqrt(np.bincount(grams.row, weights=value**2, minlength=len(rows)))
        return Ngrams(grams.row, place, value / np.maximum(norm, 1e-12)[grams.row])

    def sums(self, rows: Ragged) -> np.ndarray:
        """Weights of each row's n-grams, summed; float64 (rows, heads of the kind)."""
        grams = self.weighed(rows)
        result = np.zeros((len(rows), self.weight.shape[1]))
        if grams.value.size:
            begins = np.flatnonzero(np.diff(grams.row, prepend=-1))
            result[grams.row[begins]] = np.add.reduceat(
                grams.value[:, None] * self.weight[grams.bucket], begins
            )
        return result

    def rounded(self) -> "Lexicon":
        """In the precision in which it is stored."""
        return Lexicon(self.kind, self.bucket, _halved(self.idf), _halved(self.weight))

    @cached_property
    def _used(self) -> np.ndarray:
        used = np.zeros(BUCKETS, dtype=bool)
        used[self.bucket] = True
        return used

    @cached_property
    def _place(self) -> np.ndarray:
        place = np.zeros(BUCKETS, dtype=np.int32)
        place[self.bucket] = np.arange(self.bucket.size, dtype=np.int32)
        return place


@dataclass(frozen=True)
class Wide:
    """A linear model on hashed n-grams of each kind, and how it is mixed with the encoder.

    `bias` float32 (heads,); `mix` float32 (heads, 3): scale of the encoder's logit, scale of this one's, shift.
    """

    lexicons: dict[Kind, Lexicon]
    bias: np.ndarray
    mix: np.ndarray

    def logits(self, rows: Ragged, kind: Kind) -> np.ndarray:
        """Logit of every head from n-grams alone; float64 (rows, heads), of heads of the other kind their bias."""
        result = np.tile(self.bias.astype(np.float64), (len(rows), 1))
        for at in range(0, len(rows), BLOCK):
            block = rows.between(at, min(at + BLOCK, len(rows)))
            result[at : at + BLOCK, heads_of(kind)] += self.lexicons[kind].sums(block)
        return result

    def mixed(self, deep: np.ndarray, rows: Ragged, kind: Kind) -> np.ndarray:
        """Mix the encoder's logits (rows, heads) with the n-grams'; float64 of the same shape."""
        return self.mix[:, 0] * deep + self.mix[:, 1] * self.logits(rows, kind) + self.mix[:, 2]

    def write(self, path: Path) -> None:
        """Write everything as float16 but buckets and mix; `read` gives back what `rounded` is."""
        parts = {"bias": self.bias.astype(np.float16), "mix": self.mix.astype(np.float32)}
        for kind, lexicon in self.lexicons.items():
            # Steps between ascending buckets are small numbers, which compress well.
            parts[f"{kind}_steps"] = np.diff(lexicon.bucket, prepend=0).astype(np.int32)
            parts[f"{kind}_idf"] = lexicon.idf.astype(np.float16)
            parts[f"{kind}_weight"] = lexicon.weight.astype(np.float16)
        np.savez_compressed(path, **parts)  # pyright: ignore[reportArgumentType]

    @classmethod
    def read(cls, path: Path) -> "Wide":
        """Read what `write` wrote.

        Raises
        ------
        InputError
            If the file is of another version of huizan.
        """
        with np.load(path) as file:
            if missing := [f"{kind}_steps" for kind in KINDS if f"{kind}_steps" not in file]:
                raise InputError(
                    "The wide part of a checkpoint holds the n-grams of each kind",
                    f"{path} without {', '.join(missing)}",
                    "Take a checkpoint of this version of huizan, or learn it again with `huizan-train fit`",
                )
            lexicons: dict[Kind, Lexicon] = {
                kind: Lexicon(
                    kind,
                    np.cumsum(file[f"{kind}_steps"], dtype=np.int32),
                    file[f"{kind}_idf"].astype(np.float32),
                    file[f"{kind}_weight"].astype(np.float32),
                )
                for kind in KINDS
            }
            return cls(lexicons, file["bias"].astype(np.float32), file["mix"])

    def rounded(self) -> "Wide":
        """This model in the precision in which it is stored, so that what is measured is what is shipped."""
        lexicons: dict[Kind, Lexicon] = {kind: lexicon.rounded() for kind, lexicon in self.lexicons.items()}
        return Wide(lexicons, _halved(self.bias), self.mix.astype(np.float32))


def _halved(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float16).astype(np.float32)


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
