"""Rows of an export by the names of their fields: the header's, or those of another known header of the same width.

A CSV that a tool appended to after its columns had changed holds rows of two widths under one header. What is as wide as neither,
or has its ids and times elsewhere, is reported and left out.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .exports import Broken, Sheet
from .unfit import At, Unfit

OTHER = "rows of another generation under one header: told by their width"
SHIFTED = "ids and times are not where the header says"


def label(sheet: Sheet, path: Path) -> str:
    """What a sheet is called in reports: its file below `path`, and its own name where a file has several."""
    file = below(sheet.file, path)
    return f"{file} [{sheet.name}]" if sheet.name else file


def below(file: Path, path: Path) -> str:
    """What a file is called below `path`; bytes of its name that are not UTF-8 are written out."""
    name = file.relative_to(path).as_posix() if path.is_dir() else file.name
    return name.encode("utf-8", "backslashreplace").decode()


def fields(
    sheet: Sheet,
    path: Path,
    unfit: Unfit,
    known: Iterable[tuple[str, ...]] = (),
    wanted: Iterable[str] = (),
    fits: Callable[[dict[str, Any]], bool] = bool,
) -> Iterator[tuple[At, dict[str, Any]]]:
    """The rows of a sheet, each with where it stands.

    Parameters
    ----------
    known
        Other headers that rows may follow, told by the number of their fields.
    wanted
        Columns that are needed; default: all.
    fits
        Whether ids and times are where they should be. It decides where several headers are as wide as a row; a row in which
        it holds for none of them is reported.
    """
    keep = set(wanted)
    places: dict[int, list[list[tuple[int, str]]]] = {}
    for header in dict.fromkeys((sheet.columns, *known)):
        column = [(i, name) for i, name in enumerate(header) if not keep or name in keep]
        places.setdefault(len(header), []).append(column)
    name, of = label(sheet, path), " or ".join(str(width) for width in sorted(places))
    for line, row in sheet.rows():
        at = At(name, line)
        if isinstance(row, dict):
            yield at, row
        elif isinstance(row, Broken):
            unfit.rows += 1
            unfit.row(at, row.reason)
        elif len(row) not in places:
            unfit.rows += 1
            unfit.row(at, f"not as wide as the header ({of} fields)", f"{len(row)} fields")
        else:
            for number, places_of in enumerate(places[len(row)]):
                named = {column: row[i] for i, column in places_of}
                if fits(named):
                    if number or len(row) != len(sheet.columns):
                        unfit.notes[OTHER] += 1
                    yield at, named
                    break
            else:
                unfit.rows += 1
                unfit.row(at, SHIFTED)
