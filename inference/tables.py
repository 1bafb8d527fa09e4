"""Tables that come in: found, opened lazily, checked against their record, and brought to one form.

Parquet, CSV and JSONL are read by DuckDB inside the process, through Ibis; nothing is loaded whole. What comes back has
the columns of its record: ids as they came, times as int64 microseconds since 1970 UTC (`times`), texts with NaN and
blanks as null. A table that breaks its record ends in one `InputError`. What the columns mean is `model.records`.
"""

import codecs
import difflib
from collections.abc import Iterator
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import Error as DuckDBError

from ..model.errors import InputError
from ..model.records import LIKE_EVENTS, LIKES, Column, Record
from .refusal import refuse
from .times import microseconds

ENDINGS = {
    ".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip

SCIENTIFIC = r"^[0-9]+([.][0-9]+)?[eE][+]?[0-9]+$"
CANONICAL_INTEGER = r"^(0|-?[1-9][0-9]{0,17})$"


def connect(threads: int | None = None, memory: str | None = None) -> ibis.BaseBackend:
    """A DuckDB inside the process; `threads` and `memory` ("2GB") bound it."""
    con = ibis.duckdb.connect()
    con.raw_sql("SET TimeZone = 'UTC'")
    con.raw_sql("SET enable_progress_bar = false")
    if threads:
        con.raw_sql(f"SET threads = {int(threads)}")
    if memory:
        con.raw_sql(f"SET memory_limit = '{memory}'")
    return con


def read(con: ibis.BaseBackend, path: str | Path, record: Record) -> ir.Table:
    """Open and check one table.

    Parameters
    ----------
    path
        A file or a folder of files, told by their ending.
    record
        What the table must hold.

    Returns
    -------
    The record's columns that are there, in its order.

    Raises
    ------
    InputError
        If the file is not there, broken, empty or of another encoding, if a column is missing, or if ids, times,
        categories or probabilities do not hold.
    """
    path = Path(path)
    table, typed = _open(con, path, record)
    _check_columns(table, path, record)
    if not table.limit(1).count().to_pyarrow().as_py():
        raise InputError(
            f"{record.name} must hold at least one row", f"{path} holds none", "Give the table that was meant"
        )
    columns = [column for column in record.columns if column.name in table.columns]
    table = table.select([column.name for column in columns])
    try:
        table = table.mutate({c.name: _formed(table, c, path, typed) for c in columns})
        if record.key:
            _check_unique(table, record.key, path)
    except DuckDBError as problem:
        raise _broken(path, problem) from problem
    return table


def read_likes(con: ibis.BaseBackend, path: str | Path) -> ir.Table:
    """Open likes in either of their two shapes; `event` among the columns tells the raw log."""
    table, _ = _open(con, Path(path), LIKES)
    return read(con, path, LIKE_EVENTS if "event" in table.columns else LIKES)


def stream(table: ir.Table, rows: int) -> Iterator[pa.RecordBatch]:
    """The table in batches of about `rows` rows, in the order of its files, never whole."""
    con = table.get_backend()
    # Ibis 12's own `to_pyarrow_batches` asks DuckDB 2 for a method that it no longer has.
    yield from con.con.sql(con.compile(table)).to_arrow_reader(rows)


def files_of(path: Path) -> list[Path]:
    """The file, or the files of the folder in the order of their names, hidden ones left out."""
    if path.is_dir():
        files = sorted(f for f in path.iterdir() if f.is_file() and not f.name.startswith((".", "_")))
        files = [f for f in files if f.suffix.lower() in ENDINGS]
    else:
        files = [path] if path.is_file() else []
    if not files:
        found = "a folder without such files" if path.is_dir() else "nothing"
        raise InputError(
            f"{path} must be a Parquet, CSV or JSONL file, or a folder of them", found, "Check the path"
        )
    kinds = {ENDINGS.get(f.suffix.lower()) for f in files}
    if len(kinds) > 1 or None in kinds:
        raise InputError(
            "The ending tells the format (.parquet, .csv, .jsonl), and a folder holds one format",
            f"{', '.join(sorted({f.suffix or f.name for f in files}))} in {path}",
            "Rename the file or give one format",
        )
    return files


def _open(con: ibis.BaseBackend, path: Path, record: Record) -> tuple[ir.Table, bool]:
    """The raw table, and whether its file format has types of its own."""
    files = files_of(path)
    kind = ENDINGS[files[0].suffix.lower()]
    for file in files:
        if file.stat().st_size == 0:
            raise InputError(
                f"{record.name} must hold at least one row",
                f"{file} is empty",
                "Give the table that was meant",
            )
        if kind == "parquet":
            _check_parquet(file)
        else:
            _check_utf8(file)
    names = [str(f) for f in files]
    try:
        if kind == "parquet":
            return con.read_parquet(names, union_by_name=True), True
        if kind == "csv":
            return con.read_csv(
                names, all_varchar=True, header=True, delim=",", quote='"', union_by_name=True
            ), False
        return _read_jsonl(con, names, record), True
    except DuckDBError as problem:
        raise _broken(path, problem) from problem


def _read_jsonl(con: ibis.BaseBackend, names: list[str], record: Record) -> ir.Table:
    """JSONL with its values' own types: text that looks like a date or a number stays text."""
    quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    source = f"read_json_objects([{quoted}], format = 'newline_delimited')"
    keys = con.raw_sql(f"SELECT DISTINCT unnest(json_keys(json)) FROM {source}").fetchall()
    there = [name for (name,) in keys]
    chosen = [n for n in dict.fromkeys((*record.names, "event", *there)) if n in there]
    fields = []
    for name in chosen:
        value, at = f"json -> '$.\"{name}\"'", f"json ->> '$.\"{name}\"'"
        kinds = {
            kind for (kind,) in con.raw_sql(f"SELECT DISTINCT json_type({value}) FROM {source}").fetchall()
        }
        fields.append(f'{_json_cast(kinds - {None, "NULL"}, at)} AS "{name}"')
    view = ibis.util.gen_name("huizan_jsonl")
    con.raw_sql(f"CREATE VIEW {view} AS SELECT {', '.join(fields)} FROM {source}")
    return con.table(view)


def _json_cast(kinds: set[str], at: str) -> str:
    if kinds and kinds <= {"BIGINT", "UBIGINT"}:
        return f"CAST({at} AS BIGINT)" if kinds == {"BIGINT"} else f"CAST({at} AS HUGEINT)::BIGINT"
    if kinds and kinds <= {"BIGINT", "UBIGINT", "DOUBLE"}:
        return f"CAST({at} AS DOUBLE)"
    if kinds == {"BOOLEAN"}:
        return f"CAST({at} AS BOOLEAN)"
    if kinds == {"ARRAY"}:
        return f"CAST({at} AS VARCHAR[])"
    return at


def _check_parquet(file: Path) -> None:
    try:
        pq.read_metadata(file)
    except (pa.ArrowException, OSError) as problem:
        raise InputError(
            "A .parquet file must be whole",
            f"{file}: {str(problem).splitlines()[0]}",
            "Copy or write it again; it was probably cut off",
        ) from problem


def _check_utf8(file: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    row = 1
    with open(file, "rb") as stream:
        while chunk := stream.read(1 << 20):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as problem:
                row += chunk[: problem.start].count(b"\n")
                raise InputError(
                    f"{file.name} must be UTF-8 text",
                    f"{file}, line {row}: a byte that is not UTF-8 (GBK or GB18030, probably saved by Excel)",
                    f"Convert it: iconv -f GB18030 -t UTF-8 {file.name} > utf8-{file.name}",
                ) from problem
            row += chunk.count(b"\n")


def _check_columns(table: ir.Table, path: Path, record: Record) -> None:
    there = list(table.columns)
    missing = [name for name in record.required if name not in there]
    none_of = record.one_of and not set(record.one_of) & set(there)
    if not missing and not none_of:
        return
    wanted = missing or [f"one of {', '.join(record.one_of)}"]
    spare = [name for name in there if name not in record.names]
    near = [difflib.get_close_matches(name, spare, n=1, cutoff=0.6) for name in missing]
    hints = [f"{match[0]} to {name}" for name, match in zip(missing, near, strict=True) if match]
    raise InputError(
        f"{record.name} must have the column{'s' if len(wanted) > 1 else ''} {', '.join(wanted)}",
        f"{path} has {', '.join(there)}",
        f"Rename {'; '.join(hints)}" if hints else "Add the column or give the table that was meant",
    )


def _formed(table: ir.Table, column: Column, path: Path, typed: bool) -> ir.Value:
    value = table[column.name]
    if column.sort == "id":
        return _id(table, column, path, typed)
    if column.sort == "time":
        return microseconds(table, column, path)
    if column.sort in ("number", "probability", "integer"):
        return _number(table, column, path)
    if column.sort == "flag":
        return value.cast("boolean")
    if column.sort == "category":
        return _category(table, column, path)
    if column.sort == "words" and value.type().is_array():
        return value
    if value.type().is_floating():  # a text column of nothing but NaN
        return ibis.null("string")
    text = value.cast("string")
    return text.nullif("NaN").nullif("nan") if not typed else text


def _id(table: ir.Table, column: Column, path: Path, typed: bool) -> ir.Value:
    value = table[column.name]
    if column.required:
        refuse(
            table,
            value.isnull(),
            path,
            f"{column.name} must be there in every row",
            "Fill it in or leave the row out",
        )
    if value.type().is_floating() or value.type().is_decimal():
        refuse(
            table, value.notnull(), path, f"{column.name} must be text or an integer: a decimal number has lost digits",
            "Export the column as text (in Excel: format cells as text before pasting)",
        )  # fmt: skip
        return value.cast("string")
    if value.type().is_integer():
        return value
    text = value.cast("string")
    refuse(
        table, text.re_search(SCIENTIFIC), path, f"{column.name} must keep all its digits",
        "Export the column as text (in Excel: format cells as text before pasting)",
    )  # fmt: skip
    if not typed:
        canonical = text.isnull() | text.re_search(CANONICAL_INTEGER)
        if all(
            table.aggregate(all=canonical.all(), some=text.notnull().any())
            .to_pyarrow()
            .to_pylist()[0]
            .values()
        ):
            return text.cast("int64")
    return text


def _number(table: ir.Table, column: Column, path: Path) -> ir.Value:
    value = table[column.name]
    number = value.try_cast("float64") if value.type().is_string() else value.cast("float64")
    bad = value.notnull() & number.isnull()
    must = f"{column.name} must be a number"
    if column.sort == "probability":
        bad = bad | (number < 0) | (number > 1)
        must = f"{column.name} must be a probability between 0 and 1"
    refuse(table, bad.fill_null(False), path, must, "Mend the column or leave it out")
    return number.nullif(float("nan"))


def _category(table: ir.Table, column: Column, path: Path) -> ir.Value:
    text = table[column.name].cast("string")
    bad = text.notnull() & text.notin(column.words)
    if column.required:
        bad = bad | text.isnull()
    refuse(
        table,
        bad,
        path,
        f"{column.name} must be one of {', '.join(column.words)}",
        "Translate the values, or leave them empty",
    )
    return text


def _check_unique(table: ir.Table, key: str, path: Path) -> None:
    twice = table.group_by(key).having(lambda t: t.count() > 1).aggregate(n=lambda t: t.count())
    if (n := twice.count().to_pyarrow().as_py()) > 0:
        first = twice.order_by(key).limit(1).to_pyarrow()[key][0]
        raise InputError(
            f"{key} must be there once", f"{path}: {n} repeated, such as {first}", "Keep one row for each"
        )


def _broken(path: Path, problem: Exception) -> InputError:
    line = next((line for line in str(problem).splitlines() if line.strip()), "")
    return InputError(
        "The table must be readable", f"{path}: {line[:300]}", "Mend the file or write it again"
    )
