"""Which words carry a tag: a text is scored again without each of its words, all in one batch.

Words are jieba's, of the normalised text that the tagger reads. What a word carries is how far the tag's logit falls without it
(occlusion; Zeiler and Fergus 2014), and the words of a unit are then made to sum to the unit's logit less that of an empty
unit (the completeness that Sundararajan, Taly and Yan, ICML 2017, ask for): what is left over goes to the words in
proportion to what they moved.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import logit

from ..model.taxonomy import tag_names
from ..model.units import Units
from .scorer import Scorer

MOST = 96  # words of a unit that are tried; later ones carry nothing


@dataclass(frozen=True)
class Word:
    """A word, where it stands, and what it carries.

    `part` 0 is the comment or title, 1 the title above a comment or the body of a video; `start`, `end` count characters of
    that part as normalised; `carries` (tags,) in logits, positive where it speaks for the tag.
    """

    text: str
    part: int
    start: int
    end: int
    carries: np.ndarray


@dataclass(frozen=True)
class Explanation:
    """A unit's two parts as they were read, its probabilities, and its words; arrays are (tags,) in the order of `tags`."""

    tags: tuple[str, ...]
    first: str
    second: str
    probability: np.ndarray
    empty: np.ndarray
    words: tuple[Word, ...]

    def top(self, tag: str, most: int = 3) -> list[str]:
        """The words that speak most for a tag."""
        column = self.tags.index(tag)
        best = sorted((w for w in self.words if w.carries[column] > 0), key=lambda w: -w.carries[column])
        return [word.text for word in best[:most]]


def explain(scorer: Scorer, units: Units, most: int = MOST) -> list[Explanation]:
    """Explain every unit by its first `most` words; all their variants are scored together."""
    tags = tag_names(units.kind)
    spans = [_spans(a, b)[:most] for a, b in zip(units.first, units.second, strict=True)]
    first, second = list(units.first), list(units.second)
    for i, words in enumerate(spans):
        for part, start, end in words:
            a, b = units.first[i], units.second[i]
            first.append(a[:start] + a[end:] if part == 0 else a)
            second.append(b[:start] + b[end:] if part == 1 else b)
    first.append("")
    second.append("")
    probability = scorer.score(Units(units.kind, first, second)).astype(np.float64)
    scores = logit(np.clip(probability, 1e-6, 1 - 1e-6))
    empty, at, found = scores[-1], len(units), []
    for i, words in enumerate(spans):
        moved = scores[i] - scores[at : at + len(words)]
        at += len(words)
        carries = _complete(moved, scores[i] - empty)
        parts = (units.first[i], units.second[i])
        found.append(
            Explanation(
                tags, *parts, probability[i], probability[-1],
                tuple(Word(parts[p][s:e], p, s, e, c) for (p, s, e), c in zip(words, carries, strict=True)),
            )
        )  # fmt: skip
    return found


def _complete(moved: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Spread what the words' effects lack of `total` over them in proportion to their size; (words, tags)."""
    size = np.abs(moved).sum(axis=0)
    part = np.divide(np.abs(moved), size, out=np.zeros_like(moved), where=size > 0)
    return moved + part * (total - moved.sum(axis=0))


def _spans(first: str, second: str) -> list[tuple[int, int, int]]:
    words = [(part, s, e) for part, text in ((0, first), (1, second)) for _, s, e in _cut(text)]
    return words[:MOST]


def _cut(text: str) -> list[tuple[str, int, int]]:
    return [(w, s, e) for w, s, e in _jieba().tokenize(text) if w.strip()]


@cache
def _jieba():
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba
