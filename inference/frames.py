"""Data frames and Arrow tables scored in place: the same kind of table comes back with the tags' columns.

narwhals tells the libraries apart; what it does not know but can be read as an Arrow stream becomes a `pyarrow.Table`. Rows are
judged in batches, in their order. Files are `tagging`'s work.
"""

# pyarrow makes the functions of `compute` when it is imported, where a type checker does not see them.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..model.errors import InputError
from ..model.taxonomy import Kind, tag_names
from ..model.units import VIDEO_TEXTS, Units, comment_units, video_units
from .scorer import Scorer
from .values import NO_TEXT

ROWS = 65_536  # rows judged at a time
TEXTS: dict[Kind, tuple[str, ...]] = {"comment": ("text", "title"), "video": VIDEO_TEXTS}


def score_table(scorer: Scorer, table: Any, kind: Kind) -> Any:
    """What `Scorer.score_table` says."""
    import narwhals as nw

    if isinstance(table, pa.RecordBatchReader):
        schema = _with_columns(table.schema.empty_table(), scorer, kind).schema
        batches = (_with_columns(pa.Table.from_batches([batch]), scorer, kind) for batch in table)
        return pa.RecordBatchReader.from_batches(schema, (b for t in batches for b in t.to_batches()))
    frame = nw.from_native(table, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        if not hasattr(table, "__arrow_c_stream__"):
            raise InputError(
                "A table to be scored is a data frame or an Arrow table that holds its rows",
                f"a {type(table).__module__}.{type(table).__name__}",
                "Give a frame of pandas or polars or a pyarrow.Table; collect a lazy one first",
            )
        return _with_columns(pa.table(table), scorer, kind)
    if frame.implementation.is_pyarrow():
        return _with_columns(table, scorer, kind)
    texts = frame.select([name for name in _texts(frame.columns, kind)]).to_arrow()
    judged = _judged(texts, scorer, kind)
    if frame.implementation.is_pandas():
        import pandas as pd

        found = judged.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
        return table.assign(**{name: found[name].array for name in judged.column_names})
    columns = [
        nw.new_series(name, judged[name].to_pylist(), _dtype(nw, name), backend=frame.implementation)
        for name in judged.column_names
    ]
    return frame.with_columns(columns).to_native()


def _dtype(nw: Any, name: str) -> Any:
    return nw.Boolean if name.startswith("is_") else nw.Float32


def _with_columns(table: pa.Table, scorer: Scorer, kind: Kind) -> pa.Table:
    judged = _judged(table.select(_texts(table.column_names, kind)), scorer, kind)
    for name in judged.column_names:
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, judged[name])
        else:
            table = table.append_column(name, judged[name])
    return table


def _texts(names: list[str], kind: Kind) -> list[str]:
    there = [name for name in TEXTS[kind] if name in names]
    if not there or (kind == "comment" and "text" not in there):
        wanted = "text" if kind == "comment" else f"one of {', '.join(VIDEO_TEXTS)}"
        raise InputError(
            f"A table of {kind}s must have the column {wanted}", f"it has {', '.join(map(str, names))}",
            "Rename the column that holds the texts",
        )  # fmt: skip
    return there


def _judged(texts: pa.Table, scorer: Scorer, kind: Kind) -> pa.Table:
    tags = tag_names(kind)
    schema = pa.schema(
        [(f"p_{tag}", pa.float32()) for tag in tags] + [(f"is_{tag}", pa.bool_()) for tag in tags]
    )
    return pa.Table.from_batches(_batches(texts, scorer, kind, schema), schema)


def _batches(texts: pa.Table, scorer: Scorer, kind: Kind, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for begin in range(0, texts.num_rows, ROWS):
        units = _units(texts.slice(begin, ROWS), kind)
        pairs = zip(units.first, units.second, strict=True)
        empty = np.array([not (a or (b and kind == "video")) for a, b in pairs], dtype=bool)
        scores = scorer.score(units)
        scores[empty] = np.nan
        given, known = scorer.verdicts(scores, kind)
        columns = [pa.array(scores[:, i], mask=empty) for i in range(scores.shape[1])]
        columns += [pa.array(given[:, i], mask=~known[:, i]) for i in range(scores.shape[1])]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _units(texts: pa.Table, kind: Kind) -> Units:
    words = {name: _words(texts[name]) for name in texts.column_names}
    if kind == "comment":
        found = {name: [text or "" for text in column] for name, column in words.items()}
        return comment_units(found["text"], found.get("title"))
    names = list(words)
    return video_units([dict(zip(names, row, strict=True)) for row in zip(*words.values(), strict=True)])


def _words(column: pa.ChunkedArray) -> list[Any]:
    """Texts, or lists of them, with None where there is nothing."""
    sort = column.type
    if pa.types.is_dictionary(sort):
        column, sort = column.cast(sort.value_type), sort.value_type
    if pa.types.is_list(sort) or pa.types.is_large_list(sort) or pa.types.is_fixed_size_list(sort):
        return column.to_pylist()
    if pa.types.is_floating(sort):  # a column of nothing but NaN
        column = pc.if_else(pc.is_nan(column), None, column)
    text = column.cast(pa.large_string())
    return pc.if_else(pc.is_in(text, value_set=pa.array(NO_TEXT, pa.large_string())), None, text).to_pylist()
