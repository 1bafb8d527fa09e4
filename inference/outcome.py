"""The outputs of an attribution, opened to be shown: the tables as expressions, the two documents as they were written.

A folder that lacks one, or holds something else under its name, is refused with what to do. It knows no meanings.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from ..model.errors import InputError
from ..model.taxonomy import cause_names
from . import times
from .refusal import Place

Row = dict[str, Any]
WORDS = "words.parquet"
DATED = ("created_at", "published_at")


@dataclass(frozen=True)
class Tables:
    """The tables of a folder of outputs; ids as text under `key`, times as int64 microseconds."""

    reversals: ir.Table
    effects: ir.Table
    videos: ir.Table | None
    comments: ir.Table | None
    words: ir.Table | None = None  # `highlights.find`


def open_tables(con: ibis.BaseBackend, folder: Path) -> Tables:
    """Open the outputs in `folder`.

    Raises
    ------
    InputError
        If an output is missing or is not what `attribute` writes.
    """
    reversals = _open(
        con, folder, "reversals", ("user_id", "video_id", "liked_at", "unliked_at", *cause_names())
    )
    effects = _open(con, folder, "videos_effect", ("video_id", "likes", "reversals"))
    videos = comments = None
    if (folder / "videos.parquet").exists():
        videos = _flagged(_open(con, folder, "videos", ("video_id",)))
    if (folder / "comments.parquet").exists():
        comments = _flagged(_open(con, folder, "comments", ("comment_id", "video_id")))
    words = con.read_parquet(str(folder / WORDS)) if (folder / WORDS).exists() else None
    return Tables(reversals, effects, videos, comments, words)


def _flagged(table: ir.Table) -> ir.Table:
    """Give tags that come as probabilities alone, from another model, the verdict at one half."""
    tags = [column[2:] for column in table.columns if column.startswith("p_")]
    return table.mutate({f"is_{t}": table[f"p_{t}"] >= 0.5 for t in tags if f"is_{t}" not in table.columns})


def document(folder: Path, name: str, key: str) -> Row:
    """Read one JSON document of the folder that must hold `key`."""
    path = folder / name
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _not_there(folder, name) from None
    except ValueError as problem:
        raise InputError(
            f"{name} must be JSON", f"{path}: {problem}", "Run `huizan attribute` again"
        ) from problem
    if not isinstance(value, dict) or key not in value:
        raise InputError(
            f"{name} must hold {key!r}", f"{path} does not", "Run `huizan attribute` again"
        ) from None
    return value


def _not_there(folder: Path, name: str) -> InputError:
    there = ", ".join(sorted(f.name for f in folder.iterdir())) if folder.is_dir() else "no such folder"
    return InputError(
        f"{folder} must hold the outputs of an attribution", f"no {name} ({there or 'empty'})",
        "Run `huizan run` or `huizan attribute` with --out on this folder first",
    )  # fmt: skip


def _open(con: ibis.BaseBackend, folder: Path, name: str, wanted: tuple[str, ...]) -> ir.Table:
    path = folder / f"{name}.parquet"
    if not path.exists():
        raise _not_there(folder, path.name)
    try:
        table = con.read_parquet(str(path))
    except Exception as problem:  # the engine has many names for a file that is no Parquet
        line = str(problem).splitlines()[0]
        raise InputError(f"{path.name} must be whole", f"{path}: {line}", "Write it again") from problem
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        raise InputError(
            f"{path.name} must have the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
            f"{path} has {', '.join(table.columns)}", "Run `huizan attribute` again",
        )  # fmt: skip
    epoch = ibis.timestamp("1970-01-01 00:00:00", timezone="UTC")
    moments = {
        column: table[column].cast("timestamp('UTC')").delta(epoch, unit="microsecond")
        for column, kind in table.schema().items()
        if kind.is_timestamp()
    }
    for column in set(DATED) & set(table.columns) - set(moments):  # text or numbers, in another model's table
        read = times.reading(Place(table, column, path))
        sums = {name: counted.sum() for name, counted in read.counts.items()}
        found = table.aggregate(**sums).to_pyarrow().to_pylist()[0]
        moments[column] = read.value({name: int(n or 0) for name, n in found.items()})
    return table.mutate(key=table.video_id.cast("string"), **moments)
