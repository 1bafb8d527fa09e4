"""Refusing a table: one error that names file, column and first bad row and says how many there are.

A few rows that cannot be used are kept out and counted. When more than half of a table cannot be used for one and the
same reason, the table is not the one that was meant, and it is refused.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from ..model.errors import InputError

Value = Any  # an Ibis expression of a column: the types that Ibis declares know few of its operators
Format = Literal["parquet", "csv", "jsonl"]
FILE = "_huizan_file"  # column that names each row's file, where a table has several


@dataclass(frozen=True)
class Place:
    """Where values stand: a column of a table that was opened from `path`, before any of its values are trusted."""

    table: ir.Table
    column: str
    path: Path

    @property
    def value(self) -> Value:
        """The column as it came."""
        return self.table[self.column]

    def refuse(self, bad: Value, count: int, must: str, do: str) -> None:
        """Raise an InputError about the first row where `bad` holds; `count` such rows are known, none is no error."""
        if not count:
            return
        table: Any = self.table.mutate(row_=ibis.row_number(), bad_=bad)
        first = table.filter(table.bad_).order_by("row_").limit(1).to_pyarrow().to_pylist()[0]
        file, row = self.path, first["row_"]
        if FILE in first:
            file = Path(first[FILE])
            row -= table.filter(table[FILE] == first[FILE]).row_.min().to_pyarrow().as_py()
        value = first[self.column]
        shown = "nothing" if value is None else repr(value) if isinstance(value, str) else str(value)
        many = f"{count:,} such rows" if count > 1 else "the only such row"
        raise InputError(must, f"{file}, column {self.column}, row {row + 1}: {shown[:120]} ({many})", do)


@dataclass(frozen=True)
class Reading:
    """One column on its way in: conditions to be counted over all rows, then its value, or an error, given the counts.

    All columns of a table are counted in one pass; `value` gets this column's numbers under the same keys. `empty` holds
    where there is nothing.
    """

    empty: Value
    counts: dict[str, Value]
    value: Callable[[dict[str, int]], Value]


def refuse_if_most(bad: int, rows: int, table: str, reason: str, do: str) -> None:
    """Raise an InputError if more than half of `rows` rows of `table` cannot be used for one `reason`."""
    if 2 * bad > rows:
        raise InputError(f"Most rows of {table} must be usable", f"{bad:,} of {rows:,} rows: {reason}", do)
