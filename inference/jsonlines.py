"""JSON lines: which fields there are and of which types, found in one pass, and the table that follows from them.

Values keep their own types: text that looks like a date or a number stays text. DuckDB's guessing, which looks at the first
rows only, is not used.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import json
from typing import Any

import ibis.expr.types as ir

from ..model.errors import InputError
from ..model.records import Column


def open_jsonl(con: Any, files: list[str], columns: tuple[Column, ...], options: dict[str, str]) -> ir.Table:
    """A lazy table of all fields: those among `columns` with types of their own, others as text."""
    fields = structure(con, files)
    types = {column.name: _type(column, fields[column.name]) for column in columns if column.name in fields}
    others = {name: "VARCHAR" for name in fields if name not in types}
    return con.read_json(
        files, columns=types | others, format="newline_delimited", auto_detect=False, **options
    )


def structure(con: Any, files: list[str]) -> dict[str, Any]:
    """The type of each field over all rows, as DuckDB merges them: a word, a list of one, or an object.

    Raises
    ------
    duckdb.Error
        If a line is no JSON.
    InputError
        If the lines are JSON, but no objects.
    """
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    source = f"read_json_objects([{quoted}], format = 'newline_delimited')"
    (found,) = con.raw_sql(f"SELECT json_group_structure(json) FROM {source}").fetchone()
    merged = json.loads(found) if found else None
    if not isinstance(merged, dict):
        raise InputError(
            "Each line must be one JSON object",
            f"{files[0]} holds {merged or 'no line'}",
            'Write {"video_id": …} lines',
        )
    return merged


def _type(column: Column, found: Any) -> str:
    if isinstance(found, list):
        return "VARCHAR[]" if column.sort == "words" else "VARCHAR"
    if column.sort == "id":  # a number with decimals is read as it is written, to be refused
        return found if found in ("BIGINT", "UBIGINT", "HUGEINT") else "VARCHAR"
    if found == "HUGEINT":  # below zero and, perhaps, beyond int64
        return "DOUBLE"
    return found if found in ("BIGINT", "UBIGINT", "DOUBLE", "BOOLEAN") else "VARCHAR"
