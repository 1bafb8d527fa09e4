"""Tables and documents that go out: whole under their name, or not at all (`model.whole`).

Bytes depend on the contents alone, not on the batches in which they came.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..model.whole import whole
from .batches import evenly

ROWS = 65_536  # rows in a row group


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
