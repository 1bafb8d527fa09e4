"""The batch job: a table of texts in, a table of tag probabilities out.

The input is read as a stream of batches; each distinct text of a batch is scored once; every finished batch is kept as a part
file beside the output, so that a killed job goes on where it stopped and ends with the same bytes. The scorer does
the scoring (`scorer`), the reader the checking (`tables`); this module only moves rows.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import hashlib
import json
import shutil
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..model.records import COMMENTS, VIDEOS, Record
from ..model.taxonomy import Kind, tag_names
from ..model.units import VIDEO_TEXTS, Units, comment_units, video_units
from .batches import evenly
from .engines import stream
from .explanation import explain
from .formats import files_of
from .outputs import timestamps, whole, write_table
from .progress import Silent
from .scorer import Scorer
from .tables import read

ROWS = 65_536  # rows in a batch, a part and a row group
EXPLAINED = 256  # rows whose words are tried together
KEPT = ("title", "category", "duration_ms", "n_collected", "n_total", "thread_truncated")
CODE = "part-{:06d}.parquet"


def tag_videos(
    con: ibis.BaseBackend,
    videos: str | Path,
    out: Path,
    scorer: Scorer,
    progress: Silent | None = None,
    why: bool = False,
) -> dict[str, int]:
    """Tag a table of videos; with `why`, name the words that carry each tag that is given.

    Returns
    -------
    Rows by reason for which they got no probability.

    Raises
    ------
    InputError
        If the table does not hold (`tables.read`) or the output cannot be written; nothing is half-written.
    """
    table = read(con, videos, VIDEOS)
    keep = [c.name for c in VIDEOS.columns if c.sort in ("id", "time") or c.name in KEPT]

    def units(batch: pa.Table) -> tuple[Units, np.ndarray]:
        texts = [name for name in VIDEO_TEXTS if name in batch.column_names]
        rows = batch.select(texts).to_pylist()
        read_as = video_units(rows)
        empty = np.array(
            [not (a or b) for a, b in zip(read_as.first, read_as.second, strict=True)], dtype=bool
        )
        return read_as, empty

    return _tag(table, "video", keep, units, [Path(videos)], VIDEOS, out, scorer, progress, why)


def tag_comments(
    con: ibis.BaseBackend,
    comments: str | Path,
    videos: str | Path | None,
    out: Path,
    scorer: Scorer,
    progress: Silent | None = None,
    why: bool = False,
) -> dict[str, int]:
    """Tag a table of comments, each read with its video's title where `videos` knows the video; `why` as for videos.

    Returns
    -------
    Rows by reason for which they got no probability, or no title.
    """
    table = read(con, comments, COMMENTS)
    titles = _titles(con, videos)
    unknown = 0

    def units(batch: pa.Table) -> tuple[Units, np.ndarray]:
        nonlocal unknown
        texts = batch["text"].fill_null("").to_pylist()
        found = None
        if titles is not None:
            at = pc.index_in(batch["video_id"].cast(pa.string()), value_set=titles[0])
            unknown += at.null_count
            found = titles[1].take(at).fill_null("").to_pylist()
        read_as = comment_units(texts, found)
        return read_as, np.array([not text for text in read_as.first], dtype=bool)

    keep = [c.name for c in COMMENTS.columns]
    sources = [Path(path) for path in (comments, videos) if path is not None]
    counts = _tag(table, "comment", keep, units, sources, COMMENTS, out, scorer, progress, why)
    return counts | ({"video not in the videos table: read without its title": unknown} if unknown else {})


def _titles(con: ibis.BaseBackend, videos: str | Path | None) -> tuple[pa.Array, pa.ChunkedArray] | None:
    """Ids as text, and titles, of all videos."""
    if videos is None:
        return None
    table = read(con, videos, VIDEOS)
    if "title" not in table.columns:
        return None
    known = table.select(id=table.video_id.cast("string"), title=table.title.fill_null("")).to_pyarrow()
    return known["id"].combine_chunks(), known["title"]


def _tag(
    table: ir.Table, kind: Kind, keep: list[str], units, sources: list[Path], record: Record, out: Path, scorer: Scorer,
    progress: Silent | None, why: bool,
) -> dict[str, int]:  # fmt: skip
    keep = [name for name in keep if name in table.columns]
    total = table.count().to_pyarrow().as_py()
    parts = out.parent / f".{out.stem}-{_job(sources, kind, scorer, why)}"
    parts.mkdir(parents=True, exist_ok=True)
    empty = 0
    with (progress or Silent()).stage(
        f"标注{'视频' if kind == 'video' else '评论'} tagging {kind}s", total
    ) as stage:
        for number, batch in enumerate(evenly(stream(table, ROWS), ROWS)):
            part = parts / CODE.format(number)
            read_as, no_text = units(batch)
            empty += int(no_text.sum())
            if not part.exists():
                scores = _score_distinct(read_as, scorer)
                scores[no_text] = np.nan
                tagged = _tagged(batch.select(keep), scores, kind, record, scorer)
                write_table(part, _with_reasons(tagged, read_as, scorer) if why else tagged)
            stage.advance(batch.num_rows)
    _join(parts, out)
    shutil.rmtree(parts)
    return {"no text": empty} if empty else {}


def _score_distinct(units: Units, scorer: Scorer) -> np.ndarray:
    """Score each distinct unit once: short comments repeat."""
    distinct: dict[tuple[str, str], int] = {}
    at = [distinct.setdefault(unit, len(distinct)) for unit in zip(units.first, units.second, strict=True)]
    first, second = (list(part) for part in zip(*distinct, strict=True))
    return scorer.score(Units(units.kind, first, second))[at]


def _tagged(kept: pa.Table, scores: np.ndarray, kind: Kind, record: Record, scorer: Scorer) -> pa.Table:
    kept = timestamps(kept, [c.name for c in record.columns if c.sort == "time"])
    unknown = np.isnan(scores)
    given, known = scorer.verdicts(scores, kind)
    for column, tag in enumerate(tag_names(kind)):
        kept = kept.append_column(f"p_{tag}", pa.array(scores[:, column], mask=unknown[:, column]))
    for column, tag in enumerate(tag_names(kind)):
        kept = kept.append_column(f"is_{tag}", pa.array(given[:, column], mask=~known[:, column]))
    return kept.append_column("model", pa.array([scorer.name] * len(kept)).dictionary_encode())


def _with_reasons(tagged: pa.Table, units: Units, scorer: Scorer) -> pa.Table:
    """Add `why_<tag>`: the words that carry the tag most, for rows that are given it; an empty list for others."""
    tags = tag_names(units.kind)
    given = {tag: tagged[f"is_{tag}"].fill_null(False).to_numpy(zero_copy_only=False) for tag in tags}
    rows = np.flatnonzero(np.any(list(given.values()), axis=0))
    reasons: dict[str, list[list[str]]] = {tag: [[] for _ in range(len(tagged))] for tag in tags}
    for begin in range(0, rows.size, EXPLAINED):
        some = rows[begin : begin + EXPLAINED]
        part = Units(units.kind, [units.first[i] for i in some], [units.second[i] for i in some])
        for i, found in zip(some, explain(scorer, part), strict=True):
            for tag in tags:
                if given[tag][i]:
                    reasons[tag][i] = found.top(tag)
    for tag in tags:
        tagged = tagged.append_column(f"why_{tag}", pa.array(reasons[tag], pa.list_(pa.string())))
    return tagged


def _job(sources: list[Path], kind: Kind, scorer: Scorer, why: bool) -> str:
    """A name for this very job: the same input and checkpoint give the same, anything else another."""
    files = [(f.name, f.stat().st_size, f.stat().st_mtime_ns) for s in sources for f in files_of(s)]
    told = json.dumps([files, kind, scorer.name, scorer.decision.as_dict(), ROWS, why])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _join(parts: Path, out: Path) -> None:
    files = sorted(parts.glob("part-*.parquet"))
    with (
        whole(out) as temporary,
        pq.ParquetWriter(temporary, pq.read_schema(files[0]), compression="zstd") as writer,
    ):
        for file in files:
            writer.write_table(pq.read_table(file))
