"""What an import collects: videos and comments on their way into the two tables, checked cell by cell.

Rows are staged in Parquet as they come, so that memory stays bounded whatever the export's size; `threads` makes the tables
of them. Cells are read by `cells`; what does not fit goes to `unfit`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from . import cells
from .garbled import Readable
from .unfit import At, Unfit

ROWS = 8_192  # held at a time
TIME = pa.timestamp("us", tz="UTC")
STAGED = (
    ("platform", pa.string()),
    ("collected_at", TIME),
    ("file_", pa.string()),
    ("line_", pa.int64()),
    ("row_", pa.int64()),
)
VIDEO = pa.schema(
    [
        ("video_id", pa.string()),
        ("creator_id", pa.string()),
        ("published_at", TIME),
        ("title", pa.string()),
        ("description", pa.string()),
        ("transcript", pa.string()),
        ("ocr_text", pa.string()),
        ("hashtags", pa.list_(pa.string())),
        ("category", pa.string()),
        ("duration_ms", pa.int64()),
        ("n_total", pa.int64()),
        ("more", pa.bool_()),
        *STAGED,
    ]
)
COMMENT = pa.schema(
    [
        ("comment_id", pa.string()),
        ("video_id", pa.string()),
        ("text", pa.string()),
        ("created_at", TIME),
        ("parent_id", pa.string()),
        ("like_count", pa.int64()),
        ("user_id", pa.string()),
        ("replies", pa.int64()),
        *STAGED,
    ]
)
NEEDED = {"video_id", "comment_id"}
TEXTS = {"title", "description", "transcript", "ocr_text", "category", "text"}


def _reader(name: str) -> Callable[[Any], Any]:
    if name.endswith("_id"):
        return cells.identifier
    if name.endswith("_at"):
        return cells.moment
    return cells.text if name in TEXTS else cells.count


READERS = {
    name: _reader(name)
    for name in (*VIDEO.names, *COMMENT.names)
    if not name.endswith("_") and name not in ("hashtags", "platform", "more")
}


class Collection:
    """Videos and comments of one import.

    Parameters
    ----------
    folder
        Where rows are staged.
    unfit
        Where what does not fit is reported.
    """

    def __init__(self, folder: Path, unfit: Unfit) -> None:
        self.videos = _Parts(folder / "videos.parquet", VIDEO)
        self.comments = _Parts(folder / "comments.parquet", COMMENT)
        self.unfit = unfit
        self._readable = Readable()

    def video(self, at: At, platform: str, given: dict[str, Any], hashtags: list[str] | None = None) -> None:
        """Add a video; `given` holds cells as they came, under the names of the table's columns.

        A description that only repeats the title is dropped. `n_total` is the platform's own count of comments.
        """
        row = self._read(at, VIDEO, given)
        if row is None:
            return
        if row["description"] == row["title"]:
            row["description"] = None
        if row["title"] is None:
            row["title"], row["description"] = row["description"], None
        row |= {
            "hashtags": [cells.text(tag) for tag in hashtags or ()] or None,
            "platform": platform,
            "more": cells.rounded(given.get("n_total")),
        }
        self._readable.watch(at.file, row["title"])
        self.videos.add(at, row)

    def comment(self, at: At, platform: str, given: dict[str, Any]) -> None:
        """Add a comment; a parent that is 0, the comment itself or the video is none. `replies` is the platform's count."""
        row = self._read(at, COMMENT, given)
        if row is None:
            return
        if row["parent_id"] in ("0", "-1", row["comment_id"], row["video_id"]):
            row["parent_id"] = None
        row["platform"] = platform
        self._readable.watch(at.file, row["text"])
        self.comments.add(at, row)

    def close(self, path: Path) -> None:
        """End the collecting, and refuse the export if ids have lost digits, texts are garbled or most rows do not fit."""
        self.videos.close()
        self.comments.close()
        self.unfit.check(path)
        self._readable.check()

    def _read(self, at: At, schema: pa.Schema, given: dict[str, Any]) -> dict[str, Any] | None:
        self.unfit.rows += 1
        row: dict[str, Any] = dict.fromkeys(schema.names)
        for name in schema.names:
            if name not in READERS:
                continue
            cell = given.get(name)
            try:
                row[name] = READERS[name](cell)
            except cells.LostDigits:
                self.unfit.lost_digits(at, name, cell)
                return None
            except (ValueError, OverflowError):
                if name in NEEDED:
                    self.unfit.row(at, f"{name} is no id", cell)
                    return None
                self.unfit.cell(at, f"{name} cannot be read", cell)
            if name in NEEDED and row[name] is None:
                self.unfit.row(at, f"no {name}")
                return None
        return row


class _Parts:
    """Rows that go to a file as they come."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self.rows = path, 0
        self._schema, self._held = schema, []
        self._writer = pq.ParquetWriter(path, schema)

    def add(self, at: At, row: dict[str, Any]) -> None:
        row |= {"file_": at.file, "line_": at.line, "row_": self.rows}
        self._held.append(row)
        self.rows += 1
        if len(self._held) == ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_batch(pa.RecordBatch.from_pylist(self._held, schema=self._schema))
            self._held = []
