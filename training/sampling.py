"""Sampling: which texts of a pool people shall label.

By uncertainty: for each tag in turn the text of which the tagger is least certain (greatest entropy; Lewis and Gale 1994,
arXiv:cmp-lg/9407020), each distinct text once, so that no tag crowds out a rarer one. At random: a simple random sample, every
row with the same known chance, for audits. The order of the rows decides nothing where they have ids. How tools want
them is `tasks`' work.

    huizan-train sample --comments tagged/comments.parquet --tool label-studio --by uncertainty --n 500 --out tasks
"""

import hashlib
import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
from scipy.special import entr

from ..model.errors import InputError
from ..model.taxonomy import Kind, tag_names
from ..model.units import Units, comment_units, video_units
from .pools import Pool, open_pool

if TYPE_CHECKING:
    from ..model.tagger import Tagger

By = Literal["uncertainty", "random"]


@dataclass(frozen=True)
class SampleSettings:
    """What decided a sample; saved beside it."""

    comments: str | None
    videos: str | None
    tool: str
    by: By
    n: int
    tags: tuple[str, ...] = ()
    seed: int = 0
    suggest: bool = False
    chunk: int = 10_000
    model: str | None = None

    @property
    def kind(self) -> Kind:
        """What is drawn: comments, if there are any; videos then only give them titles."""
        return "comment" if self.comments else "video"


@dataclass(frozen=True)
class Drawn:
    """A drawn unit: its columns as text, p_<tag> among them where known; `drawn_with` is its chance of being drawn, if known."""

    columns: dict[str, Any]
    probability: dict[str, float]
    drawn_with: float | None


@dataclass(frozen=True)
class Sample:
    """Drawn units, the most uncertain first or in a random order, and how many rows there were, by what became of them."""

    kind: Kind
    drawn: list[Drawn]
    counts: dict[str, int]


def draw(settings: SampleSettings, load: "Callable[[], Tagger] | None" = None) -> Sample:
    """Draw a sample.

    Parameters
    ----------
    load
        Gives the tagger that scores the texts of a table without p_<tag>; called where the sample needs scores.

    Raises
    ------
    InputError
        If the table or a tag's name does not hold, or nothing can be drawn.
    """
    kind = settings.kind
    unknown = sorted(set(settings.tags) - set(tag_names(kind)))
    if unknown:
        raise InputError(
            f"Tags of {kind}s are {', '.join(tag_names(kind))}", unknown[0], "Name one of these, or none"
        )
    table = settings.comments or settings.videos
    titles = Path(settings.videos) if settings.comments and settings.videos else None
    pool = open_pool(kind, Path(str(table)), titles)
    chosen = [i for i, tag in enumerate(tag_names(kind)) if not settings.tags or tag in settings.tags]
    counts = {"rows": 0, "no text": 0, "no probability": 0}
    random = settings.by == "random"
    lists = [_Best(settings.n, distinct=not random) for _ in ([0] if random else chosen)]
    for rows, units, scores in _scored(pool, load, settings, counts):
        ties = [_hash(settings.seed, row["key"]) for row in rows]
        ranks = [np.array(ties) / 2**64] if scores is None else [_entropy(scores[:, i]) for i in chosen]
        if random:
            ranks = [np.array(ties) / 2**64]
        for best, rank in zip(lists, ranks, strict=True):
            best.add(rank, ties, rows, units, scores)
    heap = _in_turn([best.found() for best in lists], settings.n, by=1 if random else 3)
    if not heap:
        raise InputError(
            "A sample needs rows with text", f"{table}: none of {counts['rows']:,} rows", "Check the table"
        )
    usable = counts["rows"] - counts["no text"] - counts["no probability"]
    chance = len(heap) / usable if settings.by == "random" else None
    drawn = [
        Drawn(
            {k: v for k, v in row.items() if k != "key" and v is not None},
            {} if p is None else dict(zip(tag_names(kind), map(float, p), strict=True)),
            chance,
        )
        for _, _, row, _, p in heap
    ]
    return Sample(kind, drawn, {k: n for k, n in counts.items() if n} | {"drawn": len(drawn)})


Entry = tuple[
    float, int, dict[str, Any], tuple[str, str], np.ndarray | None
]  # rank, hash, row, texts, probabilities


class _Best:
    """The n rows of greatest rank so far, of equals those of greatest hash; each text once if `distinct`."""

    def __init__(self, n: int, distinct: bool) -> None:
        self.n, self.distinct = n, distinct
        self.heap: list[Entry] = []  # its first entry is the next to be replaced
        self.held: set[tuple[str, str]] = set()

    def add(
        self,
        rank: np.ndarray,
        ties: list[int],
        rows: list[dict[str, Any]],
        units: Units,
        scores: np.ndarray | None,
    ) -> None:
        for i in np.lexsort((np.array(ties, dtype=np.uint64), rank))[::-1]:
            if len(self.heap) == self.n and (rank[i], ties[i]) <= self.heap[0][:2]:
                return
            text = units.first[i], units.second[i]
            if self.distinct and text in self.held:
                continue
            entry = (float(rank[i]), ties[i], rows[i], text, None if scores is None else scores[i])
            self.held.add(text)
            if len(self.heap) < self.n:
                heapq.heappush(self.heap, entry)
            else:
                self.held.discard(heapq.heapreplace(self.heap, entry)[3])

    def found(self) -> list[Entry]:
        return sorted(self.heap, key=lambda entry: entry[:2], reverse=True)


def _in_turn(lists: list[list[Entry]], n: int, by: int) -> list[Entry]:
    """At most n entries, one of each list in turn, none twice that has the same in place `by`."""
    taken: dict[Any, Entry] = {}
    for entries in zip_longest(*lists):
        for entry in entries:
            if entry is not None and len(taken) < n:
                taken.setdefault(entry[by], entry)
    return list(taken.values())


def _scored(
    pool: Pool, load: "Callable[[], Tagger] | None", settings: SampleSettings, counts: dict[str, int]
) -> Iterator[tuple[list[dict[str, Any]], Units, np.ndarray | None]]:
    """Rows that can be drawn, as read, with their probabilities float64 (rows, tags) where the sample needs any."""
    needed = settings.by == "uncertainty" or settings.suggest
    tagger = None
    if needed and not pool.tagged:
        if load is None:
            raise ValueError("load must be given for a pool without probabilities, was: None")
        tagger = load()
    names = [f"p_{tag}" for tag in tag_names(pool.kind)]
    for batch in pool.batches():
        rows = pa.Table.from_batches([batch]).to_pylist()
        counts["rows"] += len(rows)
        units = _units(pool.kind, rows)
        full = [i for i in range(len(rows)) if units.first[i] or (pool.kind == "video" and units.second[i])]
        counts["no text"] += len(rows) - len(full)
        rows, units = [rows[i] for i in full], _take(units, full)
        if not rows:
            continue
        if not needed:
            yield [{k: v for k, v in row.items() if k not in names} for row in rows], units, None
            continue
        if tagger is None:
            scores = np.array([[row[n] for n in names] for row in rows], dtype=np.float64)
        else:
            scores = tagger.score(units).astype(np.float64)
        known = np.flatnonzero(~np.isnan(scores).any(axis=1))
        counts["no probability"] += len(rows) - known.size
        kept = [{k: v for k, v in rows[i].items() if k not in names} for i in known]
        if tagger is not None:
            kept = [row | {"model": tagger.name} for row in kept]
        yield kept, _take(units, known), scores[known]


def _entropy(p: np.ndarray) -> np.ndarray:
    """Of a yes/no tag, in bits; 1 where the tagger knows nothing."""
    return (entr(p) + entr(1 - p)) / np.log(2)


def _hash(seed: int, key: object) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=8).digest())


def _units(kind: Kind, rows: list[dict[str, Any]]) -> Units:
    if kind == "video":
        return video_units(rows)
    return comment_units([row["text"] or "" for row in rows], [row.get("title") or "" for row in rows])


def _take(units: Units, rows: Sequence[int] | np.ndarray) -> Units:
    return Units(units.kind, [units.first[i] for i in rows], [units.second[i] for i in rows])
