"""Rows of an export by the names of their fields: the header's, or those of another known header of the same width.

A CSV that a tool appended to after its columns had changed holds rows of two widths under one header. What is as wide as neither
is reported and left out.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .exports import Broken, Sheet
from .unfit import At, Unfit

OTHER = "rows of another generation under one header: told by their width"


def label(sheet: Sheet, path: Path) -> str:
    """What a sheet is called in reports: its file below `path`, and its own name where a file has several."""
    file = sheet.file.relative_to(path).as_posix() if path.is_dir() else sheet.file.name
    return f"{file} [{sheet.name}]" if sheet.name else file


def fields(
    sheet: Sheet, path: Path, unfit: Unfit, known: Iterable[tuple[str, ...]] = (), wanted: Iterable[str] = ()
) -> Iterator[tuple[At, dict[str, Any]]]:
    """The rows of a sheet, each with where it stands.

    Parameters
    ----------
    known
        Other headers that rows may follow, told by the number of their fields.
    wanted
        Columns that are needed; default: all.
    """
    widths: dict[int, tuple[str, ...]] = {len(sheet.columns): sheet.columns}
    for header in known:
        widths.setdefault(len(header), header)
    keep = set(wanted)
    places = {
        width: [(i, name) for i, name in enumerate(header) if not keep or name in keep]
        for width, header in widths.items()
    }
    name, of = label(sheet, path), " or ".join(str(width) for width in sorted(widths))
    for line, row in sheet.rows():
        at = At(name, line)
        if isinstance(row, dict):
            yield at, row
        elif isinstance(row, Broken):
            unfit.rows += 1
            unfit.row(at, row.reason)
        elif len(row) not in widths:
            unfit.rows += 1
            unfit.row(at, f"not as wide as the header ({of} fields)", f"{len(row)} fields")
        else:
            if len(row) != len(sheet.columns):
                unfit.notes[OTHER] += 1
            yield at, {column: row[i] for i, column in places[len(row)]}
