"""The vocabulary: characters to numbers by one table look-up, for millions of texts a second.

A token is one character of normalised text (`text`), or one of the codes that platforms write in brackets and read
as one sign (`[doge]`, `<url>`, `@用户`). Encoding folds each code into a private-use character, views the whole batch
as UTF-32 and indexes a table of all code points: no loop over texts. The same vocabulary can be saved as a
Hugging Face `tokenizers` file that gives identical ids, for programs that expect one.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import InputError
from .text import MENTION, NUMBER, URL

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = range(len(SPECIALS))
MASKS = (URL, MENTION, NUMBER)

_CODE = re.compile(r"\[[^\[\]\s]{1,8}\]|" + "|".join(map(re.escape, MASKS)))
_FIRST_FOLDED = 0xE000  # normalised text holds no private-use characters, so these are free
_CODE_POINTS = 0x110000


@dataclass(frozen=True)
class Ragged:
    """Token ids of many texts, end to end.

    `ids` is int32 (total,); text i owns `ids[offsets[i]:offsets[i + 1]]`, `offsets` is int64 (n + 1,).
    """

    ids: np.ndarray
    offsets: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """Tokens per text, int64 (n,)."""
        return np.diff(self.offsets)

    def __len__(self) -> int:
        return self.offsets.size - 1

    def take(self, rows: np.ndarray) -> "Ragged":
        """The texts `rows`, in that order."""
        return _gather(self, self.offsets[rows], self.lengths[rows])

    def between(self, begin: int, end: int) -> "Ragged":
        """The texts from `begin` to before `end`, without a copy."""
        offsets = self.offsets[begin : end + 1]
        return Ragged(self.ids[offsets[0] : offsets[-1]], offsets - offsets[0])

    def head(self, longest: int) -> "Ragged":
        """Every text cut to at most `longest` tokens."""
        return _gather(self, self.offsets[:-1], np.minimum(self.lengths, longest))

    def windows(self, longest: int, most: int) -> tuple["Ragged", np.ndarray]:
        """Every text in windows of `longest` tokens, evenly spread over its first `most`; and whose each is, int64 (windows,)."""
        lengths = np.minimum(self.lengths, most)
        count = np.maximum(-(-lengths // longest), 1)
        text = np.repeat(np.arange(len(self)), count)
        number = np.arange(text.size) - np.repeat(np.cumsum(count) - count, count)
        apart = np.maximum(lengths - longest, 0)[text] * number // np.maximum(count - 1, 1)[text]
        return _gather(self, self.offsets[text] + apart, np.minimum(lengths, longest)[text]), text


class Vocabulary:
    """Tokens in the order of their ids; the first five are `SPECIALS`.

    Parameters
    ----------
    tokens
        Special tokens, then single characters and codes of two characters or more.

    Raises
    ------
    InputError
        If the specials are not first or a token stands twice.
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = tuple(tokens)
        if self.tokens[: len(SPECIALS)] != SPECIALS or len(set(self.tokens)) != len(self.tokens):
            raise InputError(
                must=f"A vocabulary starts with {' '.join(SPECIALS)} and holds every token once",
                found=f"{len(self.tokens)} tokens, {len(set(self.tokens))} distinct, first: {self.tokens[:5]}",
                do="Use the vocab.txt that was saved with the checkpoint",
            )
        codes = [token for token in self.tokens[len(SPECIALS) :] if len(token) > 1]
        self._folded = {code: chr(_FIRST_FOLDED + i) for i, code in enumerate(codes)}

    def __len__(self) -> int:
        return len(self.tokens)

    @classmethod
    def learn(cls, batches: Iterable[str], size: int, least: int = 5) -> "Vocabulary":
        """The `size` most frequent characters and codes of normalised lines, none seen fewer than `least` times."""
        characters: Counter[str] = Counter()
        codes: Counter[str] = Counter()
        for lines in batches:
            codes.update(_CODE.findall(lines))
            characters.update(_CODE.sub("", lines))
        del characters["\n"]
        # A code is worth a token where it is common: spelled out it costs several.
        kept_codes = [*MASKS, *sorted(c for c, n in codes.items() if n >= 10 * least and c not in MASKS)]
        room = size - len(SPECIALS) - len(kept_codes)
        kept = [c for c, n in sorted(characters.items(), key=lambda item: (-item[1], item[0])) if n >= least]
        return cls([*SPECIALS, *kept_codes, *kept[:room]])

    @classmethod
    def read(cls, path: Path) -> "Vocabulary":
        """Read `vocab.txt`, one token a line."""
        return cls(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"))

    def write(self, path: Path) -> None:
        """Write `vocab.txt`, one token a line; `read` gives the same vocabulary back."""
        path.write_text("\n".join(self.tokens) + "\n", encoding="utf-8", newline="\n")

    def fold(self, lines: str) -> str:
        """Replace each known code by its single private-use character."""
        folded = self._folded
        return _CODE.sub(lambda match: folded.get(match.group(), match.group()), lines)

    def encode_lines(self, lines: str) -> Ragged:
        """Ids of normalised texts joined by line feeds.

        Returns
        -------
        One entry per line, without `[CLS]` and `[SEP]`; unknown characters are `[UNK]`.
        """
        code_points = np.frombuffer(self.fold(lines).encode("utf-32-le"), dtype=np.uint32)
        ends = np.flatnonzero(code_points == ord("\n"))
        ids = self._table[code_points]
        keep = np.ones(ids.size, dtype=bool)
        keep[ends] = False
        bounds = np.concatenate([[-1], ends, [code_points.size]])
        offsets = np.concatenate([[0], np.cumsum(np.diff(bounds) - 1)])
        return Ragged(ids[keep], offsets.astype(np.int64))

    def encode(self, texts: Iterable[str]) -> Ragged:
        """Ids of normalised texts, none of which holds a line feed."""
        if not (texts := list(texts)):
            return Ragged(np.empty(0, dtype=np.int32), np.zeros(1, dtype=np.int64))
        return self.encode_lines("\n".join(texts))

    @cached_property
    def _table(self) -> np.ndarray:
        table = np.full(_CODE_POINTS, UNK, dtype=np.int32)
        for i, token in enumerate(self.tokens):
            if i >= len(SPECIALS):
                table[ord(self._folded.get(token, token))] = i
        return table

    def to_tokenizers(self) -> "Tokenizer":
        """The same vocabulary for `tokenizers`; on normalised text its ids equal `encode`'s, in `[CLS] a [SEP] b [SEP]`."""
        from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

        tokenizer = Tokenizer(models.WordLevel({t: i for i, t in enumerate(self.tokens)}, unk_token="[UNK]"))
        codes = "|".join(re.escape(code) for code in self._folded)
        tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(f"(?:{codes})|[\\s\\S]"), "isolated")
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP] [SEP]",
            pair="[CLS] $A [SEP] $B [SEP]",
            special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)],
        )
        return tokenizer


def pair(first: Ragged, second: Ragged, longest: tuple[int, int]) -> Ragged:
    """`[CLS] first [SEP] second [SEP]` for every row, each part cut to its `longest`.

    A comment is read with its video's title as the second part, a video's title with its body.
    """
    a, b = first.head(longest[0]), second.head(longest[1])
    lengths = a.lengths + b.lengths + 3
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.full(offsets[-1], SEP, dtype=np.int32)
    ids[offsets[:-1]] = CLS
    ids[_spread(offsets[:-1] + 1, a.lengths)] = a.ids
    ids[_spread(offsets[:-1] + 2 + a.lengths, b.lengths)] = b.ids
    return Ragged(ids, offsets)


def _spread(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Positions `starts[i], …, starts[i] + lengths[i] - 1` for every i, end to end; int64 (sum of lengths,)."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def _gather(source: Ragged, starts: np.ndarray, lengths: np.ndarray) -> Ragged:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Ragged(source.ids[_spread(starts, lengths)], offsets)
