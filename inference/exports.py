"""Exports of other tools, read as they lie: CSV, JSON lines, JSON, Excel workbooks and SQLite databases, one row at a time.

A file holds one or several sheets; a sheet gives its rows with the line on which each begins (the row of a workbook, the
`rowid` of a database). A row that cannot be read is given as `Broken`, so that whoever reads on can report it; only what makes
the rest unreadable is an error. What the columns mean is the sources' work. Nothing is held whole but a workbook's shared
texts.
"""

import csv
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..model.errors import InputError
from .formats import check_utf8

ENDINGS = {
    ".csv": "csv", ".jsonl": "json", ".ndjson": "json", ".json": "json", ".xlsx": "excel", ".db": "sqlite",
    ".sqlite": "sqlite", ".sqlite3": "sqlite",
}  # fmt: skip
LONGEST = 1 << 22  # characters of a CSV's field; more is a quote that was never closed
LONGEST_VALUE = 1 << 28  # characters of one JSON value: a whole thread may be one
CHUNK = 1 << 16
BETWEEN = re.compile(r"[\[\],\s]*")  # JSON values
MARK = "\ufeff "  # a byte order mark comes again where files were pasted together


@dataclass(frozen=True)
class Broken:
    """A row that cannot be read, and why."""

    reason: str


Row = dict[str, Any] | list[Any] | Broken


@dataclass(frozen=True)
class Sheet:
    """One table of a file: its columns (those of the first object where each row names its own) and its rows by line."""

    file: Path
    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[tuple[int, Row]]]


def exported(path: Path, endings: Iterable[str] = ENDINGS) -> list[Path]:
    """The file, or the files of a folder and of the folders in it, in the order of their paths, hidden ones left out.

    Raises
    ------
    InputError
        If there are none.
    """
    endings = tuple(endings)
    if path.is_file() and path.suffix.lower() in endings:
        return [path]
    files = []
    if path.is_dir():
        found = (file for file in path.rglob("*") if file.suffix.lower() in endings and file.is_file())
        hidden = (".", "_", "~$", "Thumbs.db")
        files = [f for f in found if not any(part.startswith(hidden) for part in f.relative_to(path).parts)]
    if not files:
        raise InputError(
            f"PATH is an export, or a folder of exports: {', '.join(endings)}",
            f"{path} is none" if path.exists() else f"there is no {path}",
            "Check the path",
        )
    return sorted(files, key=lambda file: file.relative_to(path).as_posix())


def sheets(file: Path) -> list[Sheet]:
    """The sheets of a file; none if it is empty.

    Raises
    ------
    InputError
        If it is no such file, is cut off, or is not UTF-8.
    """
    if not file.stat().st_size:
        return []
    match ENDINGS[file.suffix.lower()]:
        case "csv":
            return _csv(file)
        case "json":
            return _json(file)
        case "excel":
            return _excel(file)
        case _:
            return _sqlite(file)


def _unreadable(file: Path, found: str, do: str) -> InputError:
    return InputError(f"{file.name} must be readable to its end", f"{file}: {found}", do)


def _csv(file: Path) -> list[Sheet]:
    check_utf8(file)

    def rows() -> Iterator[tuple[int, Row]]:
        with open(file, encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            line = 1
            try:
                for row in reader:
                    if row:
                        yield line, row
                    line = reader.line_num + 1
            except csv.Error as problem:
                do = "Mend this line: a text with commas, quotes or line breaks stands in quotes, each quote in it doubled"
                raise _unreadable(file, f"from line {line} on, {problem}", do) from problem

    csv.field_size_limit(LONGEST)  # of the whole process; the default is too short for a long description
    header = next((row for _, row in rows() if isinstance(row, list)), None)
    if header is None:
        return []
    names = tuple(str(name).strip(MARK) for name in header)

    def below() -> Iterator[tuple[int, Row]]:
        found = rows()
        next(found)
        for line, row in found:
            again = (
                isinstance(row, list)
                and row[0].strip(MARK) == names[0]
                and tuple(cell.strip(MARK) for cell in row) == names
            )
            yield line, Broken("the header again") if again else row

    return [Sheet(file, "", names, below)]


def _json(file: Path) -> list[Sheet]:
    check_utf8(file)
    lines = file.suffix.lower() != ".json"

    def rows() -> Iterator[tuple[int, Row]]:
        for line, value in _lines(file) if lines else _values(file):
            fits = isinstance(value, (dict, Broken))
            yield line, value if fits else Broken("no JSON object")

    first = next((row for _, row in rows() if isinstance(row, dict)), None)
    return [] if first is None else [Sheet(file, "", tuple(first), rows)]


def _lines(file: Path) -> Iterator[tuple[int, Any]]:
    with open(file, encoding="utf-8-sig") as stream:
        for line, text in enumerate(stream, 1):
            if not text.strip():
                continue
            try:
                yield line, json.loads(text)
            except ValueError:
                yield line, Broken("no JSON object")


def _values(file: Path) -> Iterator[tuple[int, Any]]:
    """The values of an array, or of values one after another, without reading the file whole."""
    decoder = json.JSONDecoder()
    with open(file, encoding="utf-8-sig") as stream:
        held, at, line, ended = "", 0, 1, False
        while True:
            between = BETWEEN.match(held, at)
            start = between.end() if between else at
            line += held.count("\n", at, start)
            at = start
            try:
                value, end = decoder.raw_decode(held, at)
            except ValueError as problem:
                rest = len(held) - at
                if rest and (ended or rest > LONGEST_VALUE):
                    do = "Export it again; it was probably cut off"
                    raise _unreadable(file, f"the value from line {line} on is no JSON", do) from problem
                if ended:
                    return
                chunk = stream.read(max(CHUNK, rest))  # doubling, so that a long value is not tried too often
                held, at, ended = held[at:] + chunk, 0, not chunk
                continue
            yield line, value
            line += held.count("\n", at, end)
            at = end


def _excel(file: Path) -> list[Sheet]:
    try:
        from openpyxl import load_workbook
    except ImportError as problem:
        raise InputError(
            "Reading .xlsx needs openpyxl", "it is not installed", "pip install 'huizan[import]'"
        ) from problem

    def opened():
        try:
            return load_workbook(file, read_only=True, data_only=True)
        except (zipfile.BadZipFile, KeyError, OSError, ValueError) as problem:
            do = "Save it again as .xlsx"
            raise _unreadable(file, f"no Excel workbook ({type(problem).__name__})", do) from problem

    def rows_of(name: str) -> Iterator[tuple[int, list[Any]]]:
        with closing(opened()) as book:
            for number, row in enumerate(book[name].iter_rows(values_only=True), 1):
                if any(cell is not None for cell in row):
                    yield number, list(row)

    found = []
    with closing(opened()) as book:
        names = book.sheetnames
    for name in names:
        header = next(rows_of(name), None)
        if header is None:
            continue
        columns = tuple("" if cell is None else str(cell).strip() for cell in header[1])
        while columns and not columns[-1]:
            columns = columns[:-1]

        def below(name: str = name, width: int = len(columns)) -> Iterator[tuple[int, Row]]:
            rows = rows_of(name)
            next(rows)
            for number, row in rows:
                more = any(cell is not None for cell in row[width:])
                yield number, row if more else (row + [None] * width)[:width]

        found.append(Sheet(file, name, columns, below))
    return found


def _sqlite(file: Path) -> list[Sheet]:
    def connected() -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True))

    def rows_of(name: str) -> Iterator[tuple[int, Row]]:
        quoted = name.replace('"', '""')
        try:
            with connected() as con:
                for row in con.execute(f'SELECT rowid, * FROM "{quoted}" ORDER BY rowid'):
                    yield row[0], list(row[1:])
        except sqlite3.Error as problem:
            raise _unreadable(
                file, f"table {name}: {problem}", "Copy it again while nothing writes"
            ) from problem

    try:
        with connected() as con:
            kinds = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            names = [name for (name,) in con.execute(kinds)]
            columns = {
                name: tuple(column[1] for column in con.execute("SELECT * FROM pragma_table_info(?)", [name]))
                for name in names
            }
    except sqlite3.Error as problem:
        raise _unreadable(file, str(problem), "Copy it again while nothing writes") from problem
    return [Sheet(file, name, columns[name], lambda name=name: rows_of(name)) for name in names]
