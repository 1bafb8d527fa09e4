"""Files that come in: found, told apart by their ending, and opened lazily with nothing but their form checked.

Parquet, CSV (also with tabs, .tsv) and JSON lines, the latter two also with .gz, a file or a folder of them; DuckDB
reads them. What the columns must hold is checked by `tables`.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import codecs
import csv
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import Error as DuckDBError

from ..model.errors import InputError
from ..model.records import Column
from .engines import is_spark, spark_table
from .jsonlines import open_jsonl
from .refusal import FILE, Format

ENDINGS = {
    ".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
NULLS = ("", "NaN", "nan", "NaT", "None", "NULL", "null", r"\N")  # in a CSV, which has no null of its own
CHUNK = 1 << 20


@dataclass(frozen=True)
class Raw:
    """A table as it came."""

    table: ir.Table
    path: Path
    format: Format

    @property
    def names(self) -> list[str]:
        """Names of its columns."""
        return [name for name in self.table.columns if name != FILE]


def open_raw(con: Any, path: Path, columns: Iterable[Column]) -> Raw:
    """Open the file or folder lazily.

    Parameters
    ----------
    columns
        Columns that may be meant; of JSON lines no others are read.

    Raises
    ------
    InputError
        If there is no such file, it is empty, cut off, not UTF-8, or the files of a folder differ in their columns.
    """
    if is_spark(con):
        return Raw(spark_table(con, path), path, "parquet")
    files = files_of(path)
    for file in files:
        if file.stat().st_size == 0:
            raise InputError(
                "A table must hold at least one row", f"{file} is empty", "Give the table that was meant"
            )
    names, kind = [str(file) for file in files], _format(files[0])
    several = {"filename": FILE} if len(files) > 1 else {}
    try:
        if kind == "parquet":
            _check_parquet(files, {column.name for column in columns})
            table = con.read_parquet(names, union_by_name=True, binary_as_string=True, **several)
            return Raw(table, path, "parquet")
        for file in files:
            check_utf8(file)
        if kind == "jsonl":
            return Raw(open_jsonl(con, names, tuple(columns), several), path, "jsonl")
        separator = "\t" if kind == "tsv" else ","
        strings = dict.fromkeys(_header(files, separator), "string")
        table = con.read_csv(
            names, columns=strings, auto_detect=False, header=True, delim=separator, quote='"', escape='"',
            nullstr=list(NULLS), **several,
        )  # fmt: skip
        return Raw(table, path, "csv")
    except DuckDBError as problem:
        raise unreadable(path, problem) from problem


def files_of(path: Path) -> list[Path]:
    """The file, or the files of the folder in the order of their names, hidden ones left out.

    Raises
    ------
    InputError
        If there are none, or of several formats.
    """
    if path.is_dir():
        files = sorted(f for f in path.iterdir() if f.is_file() and not f.name.startswith((".", "_")))
        files = [f for f in files if _format(f)]
        found = f"{path} is a folder without such files"
    else:
        files = [path] if path.is_file() else []
        found = f"there is no {path}"
    if not files:
        raise InputError(
            "A table is a Parquet, CSV or JSONL file, or a folder of them", found, "Check the path"
        )
    formats = {_format(f) for f in files}
    if None in formats:
        must = "The ending tells the format: .parquet, .csv, .tsv or .jsonl"
        raise InputError(must, str(path), "Rename the file, or export it in one of these formats")
    if len(formats) > 1:
        endings = ", ".join(sorted({f.suffix for f in files}))
        raise InputError(
            "A folder holds files of one format", f"{endings} in {path}", "Give one of the files"
        )
    return files


def unreadable(path: Path, problem: Exception) -> InputError:
    """What DuckDB says about a file that it cannot read, in one line."""
    said = str(problem).split("Possible fixes")[0]
    said = said.replace("Invalid Input Error: ", "").replace("IO Error: ", "")
    said = " ".join(said.split())
    do = "Write the file again"
    if "CSV" in said:
        do = "Mend this line: every row needs all columns, and a text with commas, quotes or line breaks stands in quotes"
    elif "JSON" in said:
        do = "Mend this line: each line is one JSON object; the file may have been cut off"
    return InputError("The table must be readable", f"{path}: {said[:300]}", do)


def _format(file: Path) -> str | None:
    endings = [suffix.lower() for suffix in file.suffixes]
    if endings[-1:] == [".gz"]:
        inner = ENDINGS.get(endings[-2]) if len(endings) > 1 else None
        return None if inner == "parquet" else inner
    return ENDINGS.get(endings[-1]) if endings else None


def _check_parquet(files: list[Path], names: set[str]) -> None:
    first: dict[str, pa.DataType] | None = None
    for file in files:
        try:
            schema = pq.read_schema(file)
        except (pa.ArrowException, OSError) as problem:
            found = f"{file}: {str(problem).splitlines()[0]}"
            do = "Copy or write it again; it was probably cut off"
            raise InputError("A .parquet file must be whole", found, do) from problem
        types = {f.name: f.type for f in schema if f.name in names}
        if first is None:
            first = types
        for name in first.keys() | types.keys():
            one, other = first.get(name), types.get(name)
            if one != other and pa.null() not in (one, other):
                found = f"{name} is {one or 'missing'} in {files[0].name} and {other or 'missing'} in {file}"
                raise InputError(
                    "The files of a folder must have the same columns", found, "Write them alike"
                )


def _header(files: list[Path], separator: str) -> list[str]:
    """Names of the columns, the same in all files."""
    first: list[str] = []
    for file in files:
        with _bytes(file) as stream:
            lines = (line.decode("utf-8-sig", "replace") for line in stream)
            names = [name.strip() for name in next(csv.reader(lines, delimiter=separator), [])]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            do = "Rename or remove one of them"
            raise InputError("Each column must have a name of its own", f"{file} has {twice[0]!r} twice", do)
        first = first or names
        if names != first:
            found = f"{files[0].name} has {', '.join(first)}; {file.name} has {', '.join(names)}"
            raise InputError("The files of a folder must have the same columns", found, "Write them alike")
    return first


def check_utf8(file: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    line = 1
    with _bytes(file) as stream:
        while True:
            chunk = stream.read(CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as problem:
                if not chunk:
                    found = f"{file} ends in the middle of a character"
                    raise InputError("A file must be whole", found, "Copy or write it again") from problem
                line += problem.object[: problem.start].count(b"\n")
                raise _not_utf8(file, line) from problem
            if not chunk:
                return
            line += chunk.count(b"\n")


def _not_utf8(file: Path, line: int) -> InputError:
    with _bytes(file) as stream:
        wide = stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding, name = ("UTF-16", "UTF-16") if wide else ("GB18030", "GBK or GB18030")
    return InputError(
        f"{file.name} must be UTF-8 text",
        f"{file}, line {line}: bytes that are not UTF-8 (probably {name}, as Excel saves)",
        f"Convert it: iconv -f {encoding} -t UTF-8 {file.name} > utf8-{file.name}",
    )


def _bytes(file: Path) -> BinaryIO:
    return gzip.open(file, "rb") if file.suffix.lower() == ".gz" else open(file, "rb")  # type: ignore[return-value]
