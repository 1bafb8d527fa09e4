"""WeChat Channels (视频号) as wx_channel exports it: one JSON file of comments per video, and the browsing and download lists.

A creator is the channel's name, which is all that the three have in common; no list says when a video was published but the
download list. Comments name their writers by `username`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..model.errors import InputError
from . import cells
from .collection import Collection
from .exports import Sheet, exported, sheets
from .fields import below, fields
from .hashtags import inline
from .progress import Stage
from .unfit import At

PLATFORM = "wx_channels"
HISTORY = {"ID", "Title", "Author", "BrowseTime", "CommentCount"}
DOWNLOADS = {"ID", "标题", "视频号名称", "评论量"}
THREAD = {"objectId", "commentInfo"}
PREFIX = "ID_"  # that keeps a spreadsheet from rounding the ids of the download list


def read_wechat_channels(collection: Collection, path: Path, stage: Stage) -> dict[str, Any]:
    """Add every thread and every list under `path`; returns the rows by kind and the files that were not read."""
    read: dict[str, int] = {}
    skipped: list[str] = []
    for file in exported(path, (".json", ".jsonl", ".csv")):
        found = sheets(file)
        kind = _kind(found[0]) if found else None
        if kind is None:
            skipped.append(below(file, path))
            continue
        for at, row in fields(found[0], path, collection.unfit):
            stage.advance()
            read[kind] = read.get(kind, 0) + 1
            if kind == "threads":
                _thread(collection, at, row)
            else:
                _listed(collection, at, row, kind)
    if not read:
        raise InputError(
            "PATH must hold comments (JSON) or lists (CSV) as wx_channel exports them",
            f"{path} holds {', '.join(skipped[:5]) or 'nothing'}",
            "Give its downloads folder, or one of the files",
        )
    return {"read": read, "not_read": skipped}


def _kind(sheet: Sheet) -> str | None:
    names = set(sheet.columns)
    kinds = {"threads": THREAD, "browsing": HISTORY, "downloads": DOWNLOADS}
    return next((kind for kind, needed in kinds.items() if needed <= names), None)


def _listed(collection: Collection, at: At, row: dict[str, Any], kind: str) -> None:
    if kind == "browsing":
        given = {
            "creator_id": row["Author"],
            "title": row["Title"],
            "n_total": row["CommentCount"],
            "collected_at": row.get("UpdatedAt") or row["BrowseTime"],
        }
    else:
        given = {
            "creator_id": row["视频号名称"],
            "title": row["标题"],
            "n_total": row["评论量"],
            "published_at": row.get("创建时间"),
            "collected_at": row.get("下载时间"),
            "category": row.get("视频号分类"),
        }
    video = cells.text(row["ID"])
    given["video_id"] = video.removeprefix(PREFIX) if video else None
    collection.video(at, PLATFORM, given, inline(cells.text(given["title"]), "#tag"))


def _thread(collection: Collection, at: At, row: dict[str, Any]) -> None:
    video = row.get("objectId")
    count = row.get("countInfo")
    told = [row.get("originalCommentCount"), count.get("commentCount") if isinstance(count, dict) else None]
    totals = [number for number in told if isinstance(number, int)]
    given = {
        "video_id": video,
        "creator_id": row.get("author"),
        "title": row.get("title"),
        "n_total": max(totals, default=None),
        "collected_at": row.get("savedAt"),
    }
    collection.video(at, PLATFORM, given, inline(cells.text(row.get("title")), "#tag"))
    for root in _dicts(row.get("commentInfo")):
        replies = list(_dicts(root.get("levelTwoComment")))
        promised = root.get("expandCommentCount")
        _comment(collection, at, video, root, None, promised if promised else len(replies))
        for reply in replies:
            _comment(collection, at, video, reply, root.get("commentId"), None)


def _comment(
    collection: Collection, at: At, video: Any, row: dict[str, Any], parent: Any, replies: int | None
) -> None:
    given = {
        "comment_id": row.get("commentId"),
        "video_id": video,
        "text": row.get("content"),
        "created_at": row.get("createtime"),
        "parent_id": row.get("replyCommentId") or parent,
        "like_count": row.get("likeCount"),
        "user_id": row.get("username"),
        "replies": replies,
    }
    collection.comment(at, PLATFORM, given)


def _dicts(values: Any) -> Iterable[dict[str, Any]]:
    return (value for value in values if isinstance(value, dict)) if isinstance(values, list) else ()
