"""Unlabelled text made ready for pre-training: one long stream of token ids with its word beginnings.

Documents stand end to end as `[CLS] … [SEP]` and are cut into rows of equal length, so that nothing is padded; a
document never sees its neighbour (`masking` builds the mask from the `[CLS]` positions). Words are jieba's, of
rjieba where it is installed: identical cuts, ten times faster. Nothing here knows of models.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from ..model.errors import InputError
from ..model.text import normalise_all
from ..model.vocabulary import CLS, SEP, Vocabulary
from ..model.whole import whole

_BATCH = 20_000


@dataclass(frozen=True)
class Packed:
    """A packed corpus.

    `ids` is uint16 (rows, length), `begins` is bool (rows, length): True where a word begins.
    """

    ids: np.ndarray
    begins: np.ndarray
    vocabulary: Vocabulary


def texts_of(corpus: Path, without: Collection[str] = ()) -> Iterator[list[str]]:
    """Normalised texts of column `text` of a Parquet or JSONL corpus, in batches.

    Rows whose column `source` is in `without` are passed over: sources whose licence forbids to ship what learned from them.
    """
    from datasets import load_dataset

    kind = "parquet" if corpus.suffix == ".parquet" else "json"
    table = load_dataset(kind, data_files=str(corpus), split="train")
    columns = ["text", "source"] if without else ["text"]
    for batch in table.select_columns(columns).iter(batch_size=_BATCH):
        raw: list[str | None] = batch["text"]  # pyright: ignore[reportCallIssue, reportArgumentType]
        if without:
            sources: list[str] = batch["source"]  # pyright: ignore[reportCallIssue, reportArgumentType]
            raw = [text for text, source in zip(raw, sources, strict=True) if source not in without]
        yield [text for text in normalise_all(text or "" for text in raw) if text]


def pack(
    corpus: Path,
    folder: Path,
    *,
    vocabulary_size: int = 7680,
    length: int = 128,
    without: Collection[str] = (),
    vocabulary: Vocabulary | None = None,
) -> Packed:
    """Pack `corpus` into `folder` once; a second call with the same arguments reads what is there.

    Without a `vocabulary` one of at most `vocabulary_size` tokens is learned from the corpus.

    Raises
    ------
    InputError
        If there is no such corpus.
    OSError
        If the folder cannot be written; nothing half-written is ever taken for a corpus.
    """
    if not corpus.is_file():
        raise InputError(
            "A corpus is a Parquet or JSONL file with a column `text`", f"no file {corpus}", "Give its path"
        )
    recipe = {
        "corpus": corpus.name,
        "bytes": corpus.stat().st_size,
        "size": vocabulary_size,
        "length": length,
        "without": sorted(without),
    }
    if vocabulary:
        recipe["vocabulary"] = sha256("\n".join(vocabulary.tokens).encode()).hexdigest()
    card = folder / "packed.json"
    if card.exists() and json.loads(card.read_text()) == recipe:
        return read(folder, length)
    folder.mkdir(parents=True, exist_ok=True)
    if vocabulary is None:
        texts = ("\n".join(batch) for batch in texts_of(corpus, without))
        vocabulary = Vocabulary.learn(texts, vocabulary_size)
    vocabulary.write(folder / "vocab.txt")
    with open(folder / "ids.u16", "wb") as ids_file, open(folder / "begins.u8", "wb") as begins_file:
        for ids, begins in _streams(texts_of(corpus, without), vocabulary):
            ids.tofile(ids_file)
            begins.tofile(begins_file)
    with whole(card) as temporary:
        temporary.write_text(json.dumps(recipe))
    return read(folder, length)


def read(folder: Path, length: int) -> Packed:
    """Map a packed corpus into memory; the last, incomplete row is left out."""
    ids = np.memmap(folder / "ids.u16", dtype=np.uint16, mode="r")
    begins = np.memmap(folder / "begins.u8", dtype=bool, mode="r")
    rows = ids.size // length
    shape = (rows, length)
    return Packed(
        ids[: rows * length].reshape(shape),
        begins[: rows * length].reshape(shape),
        Vocabulary.read(folder / "vocab.txt"),
    )


def _streams(batches: Iterable[list[str]], vocabulary: Vocabulary) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    cut = _cutter()
    for texts in batches:
        encoded = vocabulary.encode(texts)
        rows = np.repeat(np.arange(len(encoded)), encoded.lengths)
        at = np.arange(encoded.ids.size) + 2 * rows + 1
        ids = np.empty(encoded.ids.size + 2 * len(encoded), dtype=np.uint16)
        ids[encoded.offsets[:-1] + 2 * np.arange(len(encoded))] = CLS
        ids[encoded.offsets[1:] + 2 * np.arange(len(encoded)) + 1] = SEP
        ids[at] = encoded.ids
        begins = np.ones(ids.size, dtype=bool)
        begins[at] = word_begins(texts, vocabulary, cut)
        yield ids, begins


def word_begins(texts: list[str], vocabulary: Vocabulary, cut: Callable[[str], Iterable[str]]) -> np.ndarray:
    """Which tokens begin a word; bool (tokens of all texts,). `cut` splits a text into its words."""
    lengths = np.fromiter(
        (len(word) for text in vocabulary.fold("\n".join(texts)).split("\n") for word in cut(text)),
        dtype=np.int64,
    )
    begins = np.zeros(int(lengths.sum()), dtype=bool)
    begins[np.cumsum(lengths) - lengths] = True
    return begins


def _cutter() -> Callable[[str], Iterable[str]]:
    try:
        import rjieba  # pyright: ignore[reportMissingImports]

        return rjieba.cut
    except ImportError:
        import jieba

        return jieba.cut
