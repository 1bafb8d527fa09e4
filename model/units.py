"""The two units that are tagged, and how each is laid out for the tagger.

A comment is read as (its own text, its video's title); a video as (its title, everything else there is of it). Both
become `[CLS] first [SEP] second [SEP]`. This is the only place that decides which words stand where and how many of
them are read; the tagger, training and the batch job all go through it. What is longer than the tagger reads at once, a
transcript, is read in windows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .taxonomy import Kind
from .text import normalise_all
from .vocabulary import Ragged, Vocabulary, pair

VIDEO_TEXTS = ("title", "description", "hashtags", "ocr_text", "transcript")

# Tokens read at once of the first and of the second part.
LONGEST: dict[Kind, tuple[int, int]] = {"comment": (128, 48), "video": (64, 190)}
MOST = 4_000  # tokens of a comment, or of a video's body, that are read at all


@dataclass(frozen=True)
class Units:
    """Texts to be tagged: normalised, `first[i]` and `second[i]` belong together; both have one entry per unit."""

    kind: Kind
    first: list[str]
    second: list[str]

    def __len__(self) -> int:
        return len(self.first)

    def encode(self, vocabulary: Vocabulary) -> Ragged:
        """Token ids as the tagger reads them at once, one row per unit; what is longer is cut."""
        return pair(vocabulary.encode(self.first), vocabulary.encode(self.second), LONGEST[self.kind])

    def windows(self, vocabulary: Vocabulary) -> tuple[Ragged, np.ndarray]:
        """Token ids with every part of a long comment or body in some row.

        Returns
        -------
        One row or more per unit, and whose each is, int64 (rows,), ascending. A window of a comment stands with its title, a
        window of a body with the video's; a unit that is read at once has the row of `encode`.
        """
        first, second = vocabulary.encode(self.first), vocabulary.encode(self.second)
        longest = LONGEST[self.kind]
        if self.kind == "comment":
            first, unit = first.windows(longest[0], MOST)
            second = second.take(unit)
        else:
            second, unit = second.windows(longest[1], MOST)
            first = first.take(unit)
        return pair(first, second, longest), unit

    def joined(self) -> list[str]:
        """One string per unit, for readers that know no parts (the n-gram baseline)."""
        return [f"{a} ▏ {b}" for a, b in zip(self.first, self.second, strict=True)]


def comment_units(texts: Iterable[str], titles: Iterable[str] | None = None) -> Units:
    """Comments with the titles of their videos; a missing title is an empty one.

    Raises
    ------
    ValueError
        If there are not as many titles as texts.
    """
    first = normalise_all(texts) if (texts := list(texts)) else []
    second = normalise_all(titles) if titles is not None and (titles := list(titles)) else [""] * len(first)
    if len(second) != len(first):
        raise ValueError(f"titles must have one entry per comment ({len(first)}), was: {len(second)}")
    return Units("comment", first, second)


def video_units(videos: Sequence[Mapping[str, object]]) -> Units:
    """Videos from whatever of `VIDEO_TEXTS` they hold; hashtags may be a list or one string."""
    if not videos:
        return Units("video", [], [])
    titles = normalise_all(_words(video.get("title")) for video in videos)
    bodies = normalise_all(
        " ".join(filter(None, (_words(v.get(part)) for part in VIDEO_TEXTS[1:]))) for v in videos
    )
    return Units("video", titles, bodies)


def _words(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, float):  # a missing text is NaN in a data frame
        return ""
    if isinstance(value, Iterable):
        return " ".join(f"#{str(tag).lstrip('#')}" for tag in value if tag is not None)
    return str(value)
