"""Tables that come in: opened lazily, checked against their record, and brought to one form.

An engine (`engines`) reads them, through Ibis; nothing is loaded whole. What comes back has the columns of its
record: ids as they came (`ids`), times as int64 microseconds since 1970 UTC (`times`), the rest as `values` says. A table
that breaks its record ends in one `InputError`. What the columns mean is `model.records`, how files are opened `formats`.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import difflib
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from duckdb import Error as DuckDBError

from ..model.errors import InputError
from ..model.records import LIKE_EVENTS, LIKES, Column, Record
from . import ids, times, values
from .formats import Raw, files_of, open_raw, unreadable
from .refusal import Place, Reading, refuse_if_most

TEXTS = "texts"  # key of the counts over all columns of which one must be there
CHECKED = "_huizan_checked"  # attribute of a connection: the tables that it has opened, by their files' state


def read(con: ibis.BaseBackend, path: str | Path, record: Record) -> ir.Table:
    """Open and check one table; files that have not changed are not checked twice through the same connection.

    Parameters
    ----------
    path
        A file or a folder of files, told by their ending.
    record
        What the table must hold.

    Returns
    -------
    The record's columns that are there, in its order; columns that it does not know are left out.

    Raises
    ------
    InputError
        If the file is not there, broken, empty or of another encoding, if a column is missing, or if ids, times,
        categories, numbers or probabilities do not hold.
    """
    path = Path(path)
    known: dict[tuple, ir.Table] = vars(con).setdefault(CHECKED, {})
    key = _state(path, record)
    if key not in known:
        known[key] = _checked(open_raw(con, path, record.columns), record)
    return known[key]


def read_likes(con: ibis.BaseBackend, path: str | Path) -> ir.Table:
    """Open likes in either of their two shapes; `event` among the columns tells the raw log.

    Raises
    ------
    InputError
        As `read`.
    """
    path = Path(path)
    known: dict[tuple, ir.Table] = vars(con).setdefault(CHECKED, {})
    key = _state(path, LIKES)
    if key not in known:
        raw = open_raw(con, path, dict.fromkeys((*LIKES.columns, *LIKE_EVENTS.columns)))
        known[key] = _checked(raw, LIKE_EVENTS if "event" in raw.names else LIKES)
    return known[key]


def _state(path: Path, record: Record) -> tuple:
    if not path.exists():  # a name in a catalogue, or an address
        return record.name, str(path)
    files = [(str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for file in files_of(path)]
    return record.name, str(path), *files


def _checked(raw: Raw, record: Record) -> ir.Table:
    _check_columns(raw, record)
    columns = [column for column in record.columns if column.name in raw.names]
    try:
        readings = {column.name: _reading(raw, column) for column in columns}
        rows, counts = _count(raw, readings, record)
        if not rows:
            must, found = f"{record.name} must hold at least one row", f"{raw.path} holds none"
            raise InputError(must, found, "Give the table that was meant")
        table = raw.table.select(**{name: readings[name].value(counts[name]) for name in readings})
        _check_empty(raw, record, rows, counts)
        if record.key:
            _check_unique(table, record.key, raw.path)
    except DuckDBError as problem:
        raise unreadable(raw.path, problem) from problem
    return table


def _check_columns(raw: Raw, record: Record) -> None:
    missing = [name for name in record.required if name not in raw.names]
    none_of = record.one_of and not set(record.one_of) & set(raw.names)
    if not missing and not none_of:
        return
    wanted = [*missing, *([f"one of {', '.join(record.one_of)}"] if none_of else [])]
    spare = [name for name in raw.names if name not in record.names]
    near = {name: difflib.get_close_matches(name, spare, n=1, cutoff=0.6) for name in missing}
    hints = [f"{match[0]} to {name}" for name, match in near.items() if match]
    other = " (or be a raw log with event and at)" if record is LIKES else ""
    raise InputError(
        f"{record.name} must have the column{'s' if len(wanted) > 1 else ''} {', '.join(wanted)}{other}",
        f"{raw.path} has {', '.join(raw.names)}",
        f"Rename {'; '.join(hints)}" if hints else "Add the column, or give the table that was meant",
    )


def _check_empty(raw: Raw, record: Record, rows: int, counts: dict[str, dict[str, int]]) -> None:
    """Refuse a table that has nothing in most rows of a column that matters."""
    for column in record.columns:
        if column.required and not column.sparse:
            empty, reason = counts[column.name]["empty"], f"nothing in {column.name}"
            refuse_if_most(
                empty, rows, str(raw.path), reason, "Give the column that was meant under this name"
            )
    if record.one_of:
        reason = f"nothing in {' or '.join(name for name in record.one_of if name in counts)}"
        refuse_if_most(
            counts[TEXTS]["empty"], rows, str(raw.path), reason, "Give the column that holds the texts"
        )


def _reading(raw: Raw, column: Column) -> Reading:
    place = Place(raw.table, column.name, raw.path)
    match column.sort:
        case "id":
            return ids.reading(place, column.required, raw.format)
        case "time":
            return times.reading(place)
        case "number" | "probability":
            return values.number(place, probability=column.sort == "probability")
        case "flag":
            return values.flag(place)
        case "category":
            return values.category(place, column)
        case "words":
            return values.words(place)
        case "text":
            return values.text(place)


def _count(raw: Raw, readings: dict[str, Reading], record: Record) -> tuple[int, dict[str, dict[str, int]]]:
    """Rows, and for each reading its empty rows and what it wants counted, in one pass."""
    wanted = {(name, key): c for name, reading in readings.items() for key, c in reading.counts.items()}
    wanted |= {(name, "empty"): reading.empty for name, reading in readings.items()}
    if record.one_of:
        texts = [readings[name].empty for name in record.one_of if name in readings]
        wanted[TEXTS, "empty"] = reduce(and_, texts)
    sums = {f"{name} {key}": condition.sum() for (name, key), condition in wanted.items()}
    found = raw.table.aggregate(rows=raw.table.count(), **sums).to_pyarrow().to_pylist()[0]
    counts: dict[str, dict[str, int]] = {}
    for name, key in wanted:
        counts.setdefault(name, {})[key] = int(found[f"{name} {key}"] or 0)
    return found["rows"], counts


def _check_unique(table: Any, key: str, path: Path) -> None:
    twice = table.group_by(key).aggregate(n=table.count()).filter(lambda t: t.n > 1)
    found = twice.aggregate(ids=twice.count(), rows=(twice.n - 1).sum()).to_pyarrow().to_pylist()[0]
    if not found["ids"]:
        return
    first = twice.order_by(key).limit(1).to_pyarrow()[key][0]
    raise InputError(
        f"{key} must be there once",
        f"{path}, column {key}: {found['ids']:,} ids come again in {found['rows']:,} rows, the first is {first}",
        "Keep one row for each id",
    )
