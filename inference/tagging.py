"""The batch job: a table of texts in, a table of tag probabilities out.

The input is read as a stream of batches, which worker processes judge while the next are read and the last are written; every
finished batch is kept as a part file beside the output, so that a killed job goes on where it stopped and ends with the
same bytes. What a batch becomes is `judging`'s work, the reader checks (`tables`); this module only moves rows.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..model.cores import processors
from ..model.records import COMMENTS, VIDEOS, Record
from ..model.taxonomy import Kind, tag_names
from ..model.units import VIDEO_TEXTS
from .batches import evenly
from .engines import stream
from .formats import files_of
from .judging import judge
from .outputs import timestamps, write_table
from .progress import Silent
from .scorer import Scorer
from .tables import read
from .workers import Workers

ROWS = 32_768  # rows in a batch and a part, of comments; of videos, which have transcripts, an eighth
KEPT = ("title", "category", "duration_ms", "n_collected", "n_total", "thread_truncated")
SHARING = 4  # workers that share a GPU: while one computes the others normalise and encode
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

    def texts(batch: pa.Table) -> pa.Table:
        return batch.select([name for name in VIDEO_TEXTS if name in batch.column_names])

    return _tag(table, "video", texts, [Path(videos)], VIDEOS, out, scorer, progress, why)


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

    def texts(batch: pa.Table) -> pa.Table:
        nonlocal unknown
        found = batch.select(["text"])
        if titles is not None:
            at = pc.index_in(batch["video_id"].cast(pa.string()), value_set=titles[0])
            unknown += at.null_count
            found = found.append_column("title", titles[1].take(at))
        return found

    sources = [Path(path) for path in (comments, videos) if path is not None]
    counts = _tag(table, "comment", texts, sources, COMMENTS, out, scorer, progress, why)
    return counts | ({UNKNOWN: unknown} if unknown else {})


UNKNOWN = "video not in the videos table: read without its title"


def rows_at_once(kind: Kind) -> int:
    """Rows in a batch and a part."""
    return ROWS if kind == "comment" else max(1, ROWS // 8)


def kept_columns(kind: Kind, there: Iterable[str]) -> list[str]:
    """Which of the input's columns go out again: of a video all but its long texts."""
    columns = COMMENTS.columns if kind == "comment" else VIDEOS.columns
    return [
        c.name
        for c in columns
        if c.name in there and (kind == "comment" or c.sort in ("id", "time") or c.name in KEPT)
    ]


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
    table: ir.Table, kind: Kind, texts, sources: list[Path], record: Record, out: Path, scorer: Scorer,
    progress: Silent | None, why: bool,
) -> dict[str, int]:  # fmt: skip
    keep = kept_columns(kind, table.columns)
    times = [column.name for column in record.columns if column.sort == "time"]
    total, rows = table.count().to_pyarrow().as_py(), rows_at_once(kind)
    parts = out.parent / f".{out.stem}-{_job(sources, kind, scorer, why)}"
    parts.mkdir(parents=True, exist_ok=True)
    with (progress or Silent()).stage(
        f"标注{'视频' if kind == 'video' else '评论'} tagging {kind}s", total
    ) as stage:

        def missing() -> Iterator[tuple[tuple[Path, pa.Table], pa.Table]]:
            for number, batch in enumerate(evenly(stream(table, rows), rows)):
                part, words = parts / CODE.format(number), texts(batch)
                if part.exists():
                    stage.advance(batch.num_rows)
                else:
                    yield (part, timestamps(batch.select(keep), times)), words

        for (part, kept), judged in _judged(missing(), total, scorer, kind, why):
            for name in judged.column_names:
                kept = kept.append_column(judged.field(name), judged[name])
            write_table(part, kept)
            stage.advance(kept.num_rows)
    _clear(out, but=parts)
    empty = _join(parts, out, f"p_{tag_names(kind)[0]}")
    shutil.rmtree(parts)
    return {"no text": empty} if empty else {}


def _judged(batches: Iterator, total: int, scorer: Scorer, kind: Kind, why: bool) -> Iterator:
    """Every batch with its judgement: in this process if there is one batch or one processor, else in workers."""
    count = min(processors(), -(-total // rows_at_once(kind)))
    if scorer.precision == "bfloat16":
        count = min(count, SHARING)
    if count == 1:
        return ((label, judge(scorer, kind, words, why)) for label, words in batches)
    return Workers(count, scorer, kind, why).each(batches)


def _job(sources: list[Path], kind: Kind, scorer: Scorer, why: bool) -> str:
    """A name for this very job: the same input and checkpoint give the same, anything else another."""
    files = [(f.name, f.stat().st_size, f.stat().st_mtime_ns) for s in sources for f in files_of(s)]
    decision = scorer.decision.as_dict()
    told = json.dumps([files, kind, scorer.name, scorer.precision, decision, ROWS, why])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _clear(out: Path, but: Path) -> None:
    """Remove what killed jobs left beside the output: parts of other inputs, and tables that were not finished."""
    for path in out.parent.glob(f".{out.stem}-*"):
        if path.is_dir() and path != but and len(path.name) == len(but.name):
            shutil.rmtree(path, ignore_errors=True)
    for path in out.parent.glob(f".{out.name}.*.tmp"):
        with suppress(OSError):
            path.unlink()


def _join(parts: Path, out: Path, column: str) -> int:
    """Put the parts together; returns in how many rows `column` is null."""
    files = sorted(parts.glob("part-*.parquet"))
    empty = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal empty
        for file in files:
            table = pq.read_table(file)
            empty += table[column].null_count
            yield from table.to_batches()

    write_table(out, batches(), pq.read_schema(files[0]))
    return empty
