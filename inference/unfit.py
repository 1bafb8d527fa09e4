"""What did not fit: every row that an import leaves out and every cell that it leaves empty, by file and line.

Written as they come to `unfit.jsonl`, so that nothing has to be held, and counted by reason for the terminal. The rule for
tables holds here, too: where most rows are unusable for one reason, the export is not the one that was meant.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ..model.errors import InputError
from .refusal import refuse_if_most

SHOWN = 80  # characters of a cell in the report


@dataclass(frozen=True)
class At:
    """Where a row stands: file (and sheet), and line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"


class Unfit:
    """The report of one import, written to an open file.

    `rows` are those that were read, `left_out` and `emptied` count rows without which and cells without which the tables were
    made, by reason; `first` says where each reason was met first; `notes` counts what is worth saying and lost nothing.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.rows = 0
        self.left_out: Counter[str] = Counter()
        self.emptied: Counter[str] = Counter()
        self.first: dict[str, At] = {}
        self.notes: Counter[str] = Counter()
        self._rounded: dict[str, list[Any]] = {}

    def row(self, at: At, reason: str, cell: Any = None) -> None:
        """Report a row that is left out."""
        self.left_out[reason] += 1
        self._write(at, "row left out", reason, cell)

    def cell(self, at: At, reason: str, cell: Any = None) -> None:
        """Report a cell that is left empty."""
        self.emptied[reason] += 1
        self._write(at, "cell left empty", reason, cell)

    def lost_digits(self, at: At, column: str, cell: Any) -> None:
        """Remember an id that has lost digits; `check` then refuses the export."""
        first = self._rounded.setdefault(column, [at, cell, 0])
        first[2] += 1

    def check(self, path: Path) -> None:
        """Raise an InputError if ids have lost digits, or if most rows were left out for one reason."""
        for column, (at, cell, rows) in self._rounded.items():
            many = f"{rows:,} such cells" if rows > 1 else "the only such cell"
            raise InputError(
                f"{column} must keep all its digits",
                f"{at}: {str(cell)[:SHOWN]} ({many})",
                EXPORT_AGAIN,
            )
        for reason, rows in self.left_out.items():
            if reason not in REPEATED:
                seen = f"{reason}, first in {self.first[reason]}"
                refuse_if_most(rows, self.rows, str(path), seen, "Give the export that was meant")

    def _write(self, at: At, what: str, reason: str, cell: Any) -> None:
        self.first.setdefault(reason, at)
        told = {"file": at.file, "line": at.line, "what": what, "reason": reason}
        if cell is not None:
            told["cell"] = str(cell)[:SHOWN]
        self._stream.write(json.dumps(told, ensure_ascii=False) + "\n")


EXPORT_AGAIN = (
    "A spreadsheet rounded them and the digits are gone: export again and do not save the file from Excel, or format the "
    "column as text before pasting"
)
AGAIN = "the same comment again, collected later: that row is kept"
DAY_AGAIN = "the same day of the same video again: the first row is kept"
REPEATED = {AGAIN, DAY_AGAIN}  # left out because the same is there once more: never a sign of a wrong file
