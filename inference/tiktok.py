"""The TikTok Research API: answers as they were saved, or their videos and comments one by one.

JSON and JSON lines may hold whole answers (`{"data": {"videos": [...]}}`) or single records, CSV holds records. `voice_to_text`
is the transcript. The field names are those of the API's codebook.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..model.errors import InputError
from . import cells
from .collection import Collection
from .exports import exported, sheets
from .fields import fields
from .hashtags import inline, listed
from .progress import Stage
from .unfit import At

PLATFORM = "tiktok"
SECOND = 1_000


def read_tiktok(collection: Collection, path: Path, stage: Stage) -> dict[str, Any]:
    """Add every video and comment under `path`; returns the rows by kind."""
    read = {"videos": 0, "comments": 0}
    for file in exported(path, (".json", ".jsonl", ".ndjson", ".csv")):
        for sheet in sheets(file):
            for at, row in fields(sheet, path, collection.unfit):
                stage.advance()
                for kind, record in _records(row):
                    if kind is None:
                        collection.unfit.rows += 1
                        collection.unfit.row(at, "neither a video nor a comment", ", ".join(record))
                        continue
                    read[kind] += 1
                    (_video if kind == "videos" else _comment)(collection, at, record)
    if not any(read.values()):
        raise InputError(
            "PATH must hold answers of the TikTok Research API",
            f"{path} holds none",
            "Save the API's answers as .json or .jsonl",
        )
    return {"read": read}


def _records(row: dict[str, Any]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    data = row.get("data")
    if isinstance(data, dict):
        for kind in ("videos", "comments"):
            for record in data.get(kind) or ():
                yield (kind, record) if isinstance(record, dict) else (None, {})
    elif "video_id" in row and "text" in row:
        yield "comments", row
    elif "id" in row and {"video_description", "voice_to_text", "username", "create_time"} & row.keys():
        yield "videos", row
    else:
        yield None, row


def _video(collection: Collection, at: At, row: dict[str, Any]) -> None:
    seconds: Any = row.get("duration", row.get("video_duration"))
    if not cells.nothing(seconds):
        try:
            seconds = round(float(seconds) * SECOND)
        except (TypeError, ValueError):
            collection.unfit.cell(at, "duration cannot be read", seconds)
            seconds = None
    given = {
        "video_id": row.get("id"),
        "creator_id": row.get("username"),
        "published_at": row.get("create_time"),
        "title": row.get("video_description"),
        "transcript": row.get("voice_to_text"),
        "duration_ms": seconds,
        "n_total": row.get("comment_count"),
    }
    words = listed(row.get("hashtag_names") or row.get("hashtags"))
    collection.video(at, PLATFORM, given, words or inline(cells.text(given["title"]), "#tag"))


def _comment(collection: Collection, at: At, row: dict[str, Any]) -> None:
    given = {
        "comment_id": row.get("id"),
        "video_id": row.get("video_id"),
        "text": row.get("text"),
        "created_at": row.get("create_time"),
        "parent_id": row.get("parent_comment_id"),
        "like_count": row.get("like_count"),
        "replies": row.get("reply_count"),
    }
    collection.comment(at, PLATFORM, given)
