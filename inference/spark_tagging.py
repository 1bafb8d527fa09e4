"""The batch job on Spark: the same judgements, made where the tables lie.

Executors judge Arrow batches (`mapInArrow`) with a scorer that each Python process loads once; huizan must be installed on
them, and a checkpoint that is not the package's must lie under the same path on every node. Where Spark has given a task a GPU,
the task uses that one. A task that fails is Spark's to repeat; rows come out in no promised order.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportAttributeAccessIssue=false, reportMissingImports=false, reportArgumentType=false

import os
import shutil
import sys
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from ..model.records import COMMENTS, VIDEOS, Record
from ..model.taxonomy import Kind, tag_names
from ..model.units import VIDEO_TEXTS
from .decision import Decision
from .engines import address
from .judging import TEXTS, judge, schema
from .outputs import timestamps
from .progress import Silent
from .scorer import Scorer
from .tables import read
from .tagging import UNKNOWN, kept_columns, rows_at_once

TEXT_OF = "_huizan_{}"  # columns that are read and not written


def tag_videos_on_spark(
    con: Any, videos: Path, out: Path, scorer: Scorer, progress: Silent | None = None, why: bool = False
) -> dict[str, int]:
    """Tag a table of videos; as `tagging.tag_videos`, into a folder of Parquet files."""
    table = read(con, videos, VIDEOS)
    words = {TEXT_OF.format(name): table[name] for name in VIDEO_TEXTS if name in table.columns}
    return _tag(con, table, words, "video", VIDEOS, out, scorer, progress, why)


def tag_comments_on_spark(
    con: Any,
    comments: Path,
    videos: Path | None,
    out: Path,
    scorer: Scorer,
    progress: Silent | None = None,
    why: bool = False,
) -> dict[str, int]:
    """Tag a table of comments; as `tagging.tag_comments`, into a folder of Parquet files."""
    table, unknown = read(con, comments, COMMENTS), 0
    words = {"text": table.text}
    if videos is not None:
        known = read(con, videos, VIDEOS)
        if "title" in known.columns:
            key = TEXT_OF.format("key")
            titles = known.select(**{key: known.video_id.cast("string"), "_huizan_title": known.title})
            same = table.video_id.cast("string") == titles[key]
            unknown = table.anti_join(titles, same).count().to_pyarrow().as_py()
            table = table.left_join(titles, same)
            words = {"text": table.text, "title": table["_huizan_title"]}
    words = {TEXT_OF.format(name): column for name, column in words.items()}
    return _tag(con, table, words, "comment", COMMENTS, out, scorer, progress, why) | (
        {UNKNOWN: unknown} if unknown else {}
    )


def _tag(
    con: Any, table: ir.Table, words: dict[str, ir.Value], kind: Kind, record: Record, out: Path, scorer: Scorer,
    progress: Silent | None, why: bool,
) -> dict[str, int]:  # fmt: skip
    keep = kept_columns(kind, table.columns)
    given = table.select(*(table[name] for name in keep), **words)
    session = con._session
    frame = session.sql(con.compile(given))
    times = [column.name for column in record.columns if column.sort == "time" and column.name in keep]
    fields = [
        f"`{f.name}` {'timestamp' if f.name in times else f.dataType.simpleString()}"
        for f in frame.schema.fields
        if f.name in keep
    ]
    fields += [f"{field.name} {_spark_type(field.type)}" for field in schema(kind, why)]
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(rows_at_once(kind)))
    session.conf.set(
        "spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS"
    )  # else nanoseconds without a zone
    context = session.sparkContext
    if context.master.startswith("local") and "PYSPARK_PYTHON" not in os.environ:
        context.pythonExec = sys.executable  # else any python3, which need not have huizan
    job = partial(
        _judge_batches, folder=scorer.folder, device=scorer.device, decision=scorer.decision, kind=kind, why=why,
        times=times,
    )  # fmt: skip
    with (progress or Silent()).stage(f"标注{'视频' if kind == 'video' else '评论'} tagging {kind}s"):
        _write(frame.mapInArrow(job, ", ".join(fields)), out)
    empty = session.read.parquet(address(out)).where(f"p_{tag_names(kind)[0]} is null").count()
    return {"no text": empty} if empty else {}


def _write(frame: Any, out: Path) -> None:
    """Write a folder, whole or not at all where there is a file system; an address is written as Spark does."""
    if "://" in address(out):
        frame.write.mode("overwrite").parquet(address(out))
        return
    made = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        frame.write.mode("overwrite").parquet(made.resolve().as_uri())
        if out.is_dir():
            shutil.rmtree(out)
        out.unlink(missing_ok=True)
        made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _judge_batches(
    batches: Iterator[pa.RecordBatch],
    folder: Path | None,
    device: str,
    decision: Decision,
    kind: Kind,
    why: bool,
    times: list[str],
) -> Iterator[pa.RecordBatch]:
    """What runs in an executor."""
    scorer = _scorer(folder, *_granted(device))
    scorer.decision = decision
    prefix = TEXT_OF.format("")
    for batch in batches:
        table = pa.Table.from_batches([batch])
        words = [name for name in table.column_names if name.startswith(prefix)]
        texts = table.select(words).rename_columns([name.removeprefix(prefix) for name in words])
        texts = texts.select([name for name in TEXTS[kind] if name in texts.column_names])
        kept = timestamps(table.drop_columns(words), times)
        judged = judge(scorer, kind, texts, why)
        for name in judged.column_names:
            column = judged[name].cast(pa.string()) if name == "model" else judged[name]
            kept = kept.append_column(name, column)
        yield from kept.combine_chunks().to_batches()


def _granted(device: str) -> tuple[str, int]:
    """Device and threads that Spark grants the task at hand."""
    from pyspark import TaskContext

    context = TaskContext.get()
    if context is None:
        return device, 1
    if (gpu := context.resources().get("gpu")) and device != "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu.addresses[0]
        return "cuda", context.cpus()
    return device, context.cpus()


@cache
def _scorer(folder: Path | None, device: str, threads: int) -> Scorer:
    return Scorer.load(folder, device, threads)


def _spark_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return "array<string>"
    return {"float": "float", "bool": "boolean"}.get(str(kind), "string")
