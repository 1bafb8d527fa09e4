"""Tables and documents that go out: whole under their name, or not at all.

Everything is written beside its place under a temporary name, flushed to the disk and renamed. Bytes depend on the
contents alone.
"""

import errno
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..model.errors import InputError


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
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.ENOTDIR):
            raise
        raise InputError(
            must=f"{path.parent} can be written and has room for {path.name}",
            found=os.strerror(problem.errno or 0),
            do="Make room or give another --out; nothing was left half-written",
        ) from problem
    finally:
        temporary.unlink(missing_ok=True)


def write_table(
    path: Path, batches: pa.Table | Iterable[pa.RecordBatch], schema: pa.Schema | None = None
) -> None:
    """Write a Parquet table; `batches` may be a table, or batches of one `schema`."""
    if isinstance(batches, pa.Table):
        schema, batches = batches.schema, batches.to_batches()
    if schema is None:
        raise ValueError("schema must be given with batches, was: None")
    with whole(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


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
