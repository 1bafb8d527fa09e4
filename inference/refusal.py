"""Refusing a table: one error that names the first bad row and says how many there are; and when rows are only left out.

A few rows that cannot be used are kept out and counted. When more than half of a table cannot be used for one and the
same reason, the table is not the one that was meant, and it is refused.
"""

from pathlib import Path

import ibis
import ibis.expr.types as ir

from ..model.errors import InputError


def refuse(table: ir.Table, bad: ir.BooleanValue, path: Path, must: str, do: str) -> None:
    """Raise an InputError that names the first bad row and how many there are; nothing if there is none."""
    n = table.filter(bad).count().to_pyarrow().as_py()
    if not n:
        return
    name = must.split()[0]
    numbered = (
        table.mutate(row_=ibis.row_number(), bad_=bad).filter(lambda t: t.bad_).order_by("row_").limit(1)
    )
    first = numbered.to_pyarrow().to_pylist()[0]
    raise InputError(
        must, f"{path}, column {name}, row {first['row_'] + 1}: {first[name]!r} ({n} such rows)", do
    )


def refuse_if_most(bad: int, rows: int, table: str, reason: str, do: str) -> None:
    """Raise an InputError if more than half of `rows` rows of `table` cannot be used for one `reason`."""
    if 2 * bad > rows:
        raise InputError(f"Most rows of {table} must be usable", f"{bad} of {rows} rows: {reason}", do)
