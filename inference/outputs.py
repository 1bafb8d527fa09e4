"""Tables and documents that go out: whole under their name, or not at all.

Everything is written beside its place under a temporary name, flushed to the disk and renamed. Bytes depend on the
contents alone, not on the batches in which they came.
"""

import errno
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..model.errors import InputError
from .batches import evenly

ROWS = 65_536  # rows in a row group
REFUSED = {
    getattr(errno, name)
    for name in (
        "ENOSPC",
        "EDQUOT",
        "EFBIG",
        "EACCES",
        "EPERM",
        "EROFS",
        "ENOTDIR",
        "EISDIR",
        "EEXIST",
        "ENAMETOOLONG",
    )
    if hasattr(errno, name)
}  # what a user can mend


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it to `path` if the block ends well, remove it if not.

    Raises
    ------
    InputError
        If the disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _settle(path.parent)
    except OSError as problem:
        if problem.errno not in REFUSED:
            raise
        raise InputError(
            must=f"{path.parent} must be writable and have room for {path.name}",
            found=os.strerror(problem.errno or 0),
            do="Make room or give another --out; nothing was left half-written",
        ) from problem
    finally:
        with suppress(OSError):
            temporary.unlink()


def _settle(folder: Path) -> None:
    """Flush a folder, so that a rename outlives a power cut; not every system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_table(
    path: Path, batches: pa.Table | Iterable[pa.RecordBatch], schema: pa.Schema | None = None
) -> None:
    """Write a Parquet table; `batches` may be a table, or batches of one `schema`."""
    if isinstance(batches, pa.Table):
        whole_table: Any = batches
        schema, batches = whole_table.schema, whole_table.to_batches()
    if schema is None:
        raise ValueError("schema must be given with batches, was: None")
    with whole(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for table in evenly(batches, ROWS):
            writer.write_table(table.combine_chunks(), row_group_size=ROWS)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON document, UTF-8, indented; NaN is refused."""
    with whole(path) as temporary:
        text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
        temporary.write_text(text + "\n", encoding="utf-8")


def timestamps(table: pa.Table, columns: Iterable[str]) -> pa.Table:
    """Turn columns of int64 microseconds into UTC timestamps; a column that is not there is passed over."""
    for name in columns:
        if name in table.column_names:
            place = table.column_names.index(name)
            column = table[name].cast(pa.int64()).cast(pa.timestamp("us", tz="UTC"))
            table = table.set_column(place, name, column)
    return table
