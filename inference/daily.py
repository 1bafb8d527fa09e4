"""Daily counts: likes given and likes cancelled per video and day, on their way into a table.

Counts are checked here cell by cell, as texts are in `collection`; what they say of tags is `rates`' work.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from . import cells
from .unfit import At, Unfit

LIKES, CANCELLED = "like_cnt", "cancel_like_cnt"
ROWS = 8_192  # held at a time
DAILY = pa.schema(
    [
        ("video_id", pa.string()),
        ("creator_id", pa.string()),
        ("day", pa.date32()),
        ("likes", pa.int64()),
        ("cancelled", pa.int64()),
        ("file_", pa.string()),
        ("line_", pa.int64()),
        ("row_", pa.int64()),
    ]
)


class Daily:
    """Rows of counts that go to a file as they come."""

    def __init__(self, path: Path, unfit: Unfit) -> None:
        self.path, self.rows = path, 0
        self._held: list[dict[str, Any]] = []
        self._writer, self._unfit = pq.ParquetWriter(path, DAILY), unfit

    def add(self, at: At, row: dict[str, Any]) -> None:
        """Add one row; its ids, day and counts as they came. `counts` is by how many the means are multiplied."""
        self._unfit.rows += 1
        try:
            video, creator = cells.identifier(row.get("video_id")), cells.identifier(row.get("author_id"))
        except cells.LostDigits as problem:
            self._unfit.lost_digits(at, "video_id or author_id", problem)
            return
        try:
            day = _day(row.get("date"))
            times = cells.measure(row.get("counts", 1))
            likes, cancelled = (cells.measure(row.get(name)) for name in (LIKES, CANCELLED))
        except ValueError as problem:
            self._unfit.row(at, "a day or a count cannot be read", problem)
            return
        if video is None or likes is None or cancelled is None or times is None:
            self._unfit.row(at, "no video_id, or no counts of likes and of cancelled likes")
            return
        counts = {"likes": round(likes * times), "cancelled": round(cancelled * times)}
        place = {"file_": at.file, "line_": at.line, "row_": self.rows}
        self._held.append({"video_id": video, "creator_id": creator, "day": day, **counts, **place})
        self.rows += 1
        if len(self._held) == ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is held."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_batch(pa.RecordBatch.from_pylist(self._held, schema=DAILY))
        self._held = []


def _day(cell: Any) -> date | None:
    if cells.nothing(cell):
        return None
    written = str(cell).strip().removesuffix(".0")
    return date.fromisoformat(written)
