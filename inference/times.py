"""Times, in whatever form they come, as int64 microseconds since 1970 UTC.

Timestamps and ISO-8601 text without a zone are taken as UTC. Integers are seconds, milliseconds or microseconds: all
values of a column must fit one and the same unit between the years 2000 and 2100, else nothing is guessed.
"""

from pathlib import Path

import ibis
import ibis.expr.types as ir

from ..model.errors import InputError
from ..model.records import Column
from .refusal import refuse

FIRST, LAST = 946_684_800, 4_102_444_800  # 2000-01-01 and 2100-01-01, seconds
UNITS = {"s": 1, "ms": 1_000, "µs": 1_000_000}
DIGITS = r"^-?[0-9]+([.]0+)?$"


def microseconds(table: ir.Table, column: Column, path: Path) -> ir.IntegerValue:
    """The column as int64 microseconds; null stays null.

    Raises
    ------
    InputError
        If a value is no time, lies outside 2000–2100, or the column mixes units.
    """
    value = table[column.name]
    kind = value.type()
    if kind.is_timestamp() or kind.is_date():
        return _in_range(table, _since_epoch(value), column, path)
    if kind.is_numeric():
        return _with_unit(table, value.cast("int64"), column, path)
    text = value.cast("string").strip()
    digits = text.re_search(DIGITS)
    counts = table.aggregate(digits=digits.sum(), known=text.notnull().sum()).to_pyarrow().to_pylist()[0]
    if counts["known"] and counts["digits"] == counts["known"]:
        return _with_unit(table, text.try_cast("float64").cast("int64"), column, path)
    parsed = text.try_cast("timestamp('UTC')")  # heeds an offset; without one the session's zone, UTC, holds
    refuse(
        table,
        text.notnull() & (parsed.isnull() | digits),
        path,
        f"{column.name} must be a time: a timestamp, ISO-8601 text, or an integer of seconds, ms or µs",
        "Write every value in one of these forms",
    )
    return _in_range(table, _since_epoch(parsed), column, path)


def _since_epoch(value: ir.Value) -> ir.IntegerValue:
    # Never `ts - ts`: Spark drops its fractions of a second.
    return (
        value.cast("timestamp").delta(ibis.timestamp("1970-01-01 00:00:00"), unit="microsecond").cast("int64")
    )


def _with_unit(table: ir.Table, value: ir.IntegerValue, column: Column, path: Path) -> ir.IntegerValue:
    within = {u: ((value >= FIRST * f) & (value < LAST * f)) for u, f in UNITS.items()}
    counts = table.aggregate(known=value.notnull().sum(), **{u: m.sum() for u, m in within.items()})
    counts = counts.to_pyarrow().to_pylist()[0]
    if not counts["known"]:
        return value
    for unit, factor in UNITS.items():
        if counts[unit] == counts["known"]:
            return value * (UNITS["µs"] // factor)
    found = {unit: int(counts[unit] or 0) for unit in UNITS}
    outside = int(counts["known"]) - sum(found.values())
    main = max(found, key=lambda unit: found[unit])
    odd = table.mutate(row_=ibis.row_number(), odd_=value.notnull() & ~within[main]).filter(lambda t: t.odd_)
    first = odd.order_by("row_").limit(1).to_pyarrow().to_pylist()[0]
    raise InputError(
        f"{column.name} must hold integers of one unit (s, ms or µs) between the years 2000 and 2100",
        f"{path}, column {column.name}: {', '.join(f'{n} rows in {u}' for u, n in found.items() if n) or 'none'}"
        f"{f', {outside} in no unit' if outside else ''}; row {first['row_'] + 1} is {first[column.name]}",
        "Bring all rows to one unit",
    )


def _in_range(table: ir.Table, value: ir.IntegerValue, column: Column, path: Path) -> ir.IntegerValue:
    factor = UNITS["µs"]
    bad = value.notnull() & ((value < FIRST * factor) | (value >= LAST * factor))
    refuse(table, bad, path, f"{column.name} must lie between the years 2000 and 2100", "Mend the times")
    return value
