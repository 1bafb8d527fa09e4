"""An import: an export in, two tables and a report of what did not fit out; all of it or nothing.

A source (`mediacrawler`, `wechat_channels`, `tiktok`, `kuaishou_logs`) only adds rows to a `Collection`; this module stages,
merges, checks and writes. Everything is written beside its place and moved there when all of it is whole.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..model.errors import InputError
from .collected import (
    COMMENTS_OUT,
    VIDEOS_OUT,
    batches,
    check_digits,
    check_platforms,
    comments_table,
    counted,
    report_repeated,
    told,
    videos_table,
)
from .collection import Collection
from .daily import Daily
from .destination import destination
from .engines import connect
from .outputs import write_json, write_table
from .progress import Silent, Stage
from .unfit import Unfit

TABLES = ("videos.parquet", "comments.parquet", "likes.parquet", "daily.parquet")
STAGED = ".import-"
REPORT, LIST = "import.json", "unfit.jsonl"
UTC = pa.timestamp("us", tz="UTC")

Source = Callable[[Collection, Path, Stage], dict[str, Any]]
Counts = Callable[[Collection, Daily, Path, Stage], dict[str, Any]]


@dataclass
class Imported:
    """What came of an import: rows by table, and the report that was written."""

    out: Path
    tables: dict[str, int] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """The same for the terminal."""
        lines = [f"{self.out / name}: {rows:,} rows" for name, rows in self.tables.items()]
        for note, count in self.report.get("notes", {}).items():
            lines.append(f"  {count:,} {note}" if isinstance(count, int) else f"  {note}: {count}")
        for what, words in (("left_out", "rows left out"), ("emptied", "cells left empty")):
            for reason, told_of in self.report[what].items():
                lines.append(f"  {told_of['n']:,} {words}: {reason} (first in {told_of['first']})")
        if self.report["left_out"] or self.report["emptied"]:
            lines.append(f"  each by file and line in {self.out / LIST}")
        return lines


def import_texts(
    name: str, source: Source, path: Path, out: Path, progress: Silent | None = None
) -> Imported:
    """Run a source over an export of videos and comments.

    Parameters
    ----------
    source
        Adds the rows of the export at `path` to a collection and returns what the report shall say of it.

    Raises
    ------
    InputError
        If the export cannot be read, its ids have lost digits, its texts are garbled, most of its rows do not fit, or `out`
        holds tables of another import; nothing is written then.
    """
    progress = progress or Silent()
    with staging(path, out) as (folder, unfit, done):
        raw = folder / "raw"
        raw.mkdir()
        collection = Collection(raw, unfit)
        with progress.stage("读取 reading") as stage:
            facts = source(collection, path, stage)
        collection.close(path)
        if not collection.videos.rows + collection.comments.rows:
            do = "Give the folder into which it was exported"
            raise InputError("An export must hold videos or comments", f"{path} holds neither", do)
        con = connect()
        with progress.stage("整理 merging and writing"):
            check_digits(con, collection)
            check_platforms(con, collection)
            report_repeated(con, collection)
            for file, part, make, columns in (
                ("videos.parquet", collection.videos, videos_table, VIDEOS_OUT),
                ("comments.parquet", collection.comments, comments_table, COMMENTS_OUT),
            ):
                if part.rows:
                    table = told(make(con, collection), columns)
                    done.tables[file] = write_stream(folder / file, batches(table))
        shutil.rmtree(raw)
        done.report = {"source": name, **facts}
    return done


def import_counts(
    name: str, source: Counts, path: Path, out: Path, progress: Silent | None = None
) -> Imported:
    """Run a source over a log that counts likes and cancelled likes: `videos.parquet` and `daily.parquet`.

    Raises
    ------
    InputError
        As `import_texts`.
    """
    progress = progress or Silent()
    with staging(path, out) as (folder, unfit, done):
        raw = folder / "raw"
        raw.mkdir()
        collection, daily = Collection(raw, unfit), Daily(raw / "daily.parquet", unfit)
        with progress.stage("读取 reading") as stage:
            facts = source(collection, daily, path, stage)
        daily.close()
        collection.close(path)
        con = connect()
        with progress.stage("整理 merging and writing"):
            for file, table in counted(con, collection, daily).items():
                done.tables[file] = write_stream(folder / file, batches(table))
        shutil.rmtree(raw)
        done.report = {"source": name, **facts}
    return done


@contextmanager
def staging(path: Path, out: Path) -> Iterator[tuple[Path, Unfit, Imported]]:
    """Give a folder in which tables are made; they and the report move to `out` if the block ends well.

    The block fills in `tables` and `report` of what it is given; what did not fit is added here.
    """
    if path.is_dir() and out.resolve().is_relative_to(path.resolve()):
        raise InputError(
            "--out must lie outside what is imported", f"{out} lies in {path}", "Give another --out"
        )
    done = Imported(out)
    with destination(out, (), ()):
        for stale in out.glob(f"{STAGED}*"):  # of an import that was killed
            shutil.rmtree(stale, ignore_errors=True)
        folder = out / f"{STAGED}{os.getpid()}"
        try:
            folder.mkdir()
            with open(folder / LIST, "w", encoding="utf-8", errors="backslashreplace") as stream:
                unfit = Unfit(stream)
                yield folder, unfit, done
            done.report |= {"huizan": version("huizan"), "rows": done.tables, **_told_of(unfit)}
            write_json(folder / REPORT, done.report)
            _check_replaced(out, done)
            for name in (*done.tables, LIST, REPORT):
                os.replace(folder / name, out / name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def write_stream(path: Path, rows: Iterator[pa.RecordBatch], times: tuple[str, ...] = ()) -> int:
    """Write batches as they come; timestamps, and int64 microseconds in `times`, become UTC. Returns how many rows there were."""
    first = next(rows, None)
    if first is None:
        raise ValueError("rows must hold at least one batch")
    fields = [
        f.with_type(UTC) if pa.types.is_timestamp(f.type) or f.name in times else f for f in first.schema
    ]
    schema = pa.schema([f.with_metadata(None) for f in fields])
    count = 0

    def cast() -> Iterator[pa.RecordBatch]:
        nonlocal count
        batch: pa.RecordBatch | None = first
        while batch is not None:
            count += batch.num_rows
            yield from pa.Table.from_batches([batch]).cast(schema).to_batches()
            batch = next(rows, None)

    write_table(path, cast(), schema)
    return count


def _told_of(unfit: Unfit) -> dict[str, Any]:
    def by_reason(counts: dict[str, int]) -> dict[str, Any]:
        return {reason: {"n": n, "first": str(unfit.first[reason])} for reason, n in sorted(counts.items())}

    return {
        "notes": dict(unfit.notes),
        "left_out": by_reason(unfit.left_out),
        "emptied": by_reason(unfit.emptied),
    }


def _check_replaced(out: Path, done: Imported) -> None:
    """Refuse to leave a table of an earlier import beside the new ones."""
    others = [name for name in TABLES if name not in done.tables and (out / name).exists()]
    if others:
        raise InputError(
            "--out must not hold tables that this import does not replace",
            f"{out} holds {', '.join(others)}, and this import made {', '.join(done.tables)}",
            "Give an empty folder",
        )
