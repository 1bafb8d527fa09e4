"""MediaCrawler exports: both generations, all its platforms, in every form in which it saves.

A sheet's columns tell platform and item (`crawled_columns`), whatever the file is called; rows of the other generation under the
same header are told by their width (`fields`). There is no transcript, no on-screen text and no event of a user in these
exports, and a thread is what the crawl was told to bring (`collected`).
"""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from ..model.errors import InputError
from . import cells
from .collection import Collection
from .crawled_columns import ELSEWHERE, FOLDERS, JOINS, NEW, OLD, TABLES, Item, Platform, tell
from .exports import Sheet, exported, sheets
from .fields import fields, label
from .hashtags import Style, inline, listed
from .progress import Stage
from .unfit import At

PERSON = ("creator_hash", "user_id", "user_link")  # of the newer generation, of the older, of the older Tieba
HASH, ACCOUNT = "creator_hash", "account"
TWO_IDS = "rows of the older generation: a person is an account there and a hash in the newer, so has two ids"
PUBLISHED = ("create_time", "time", "publish_time", "created_time")
COMMENTS_COUNT = ("comment_count", "comments_count", "video_comment", "total_replay_num")
COMMENT_LIKES = ("like_count", "comment_like_count")
PARENT = ("parent_comment_id", "parment_comment_id")  # sic, older Tieba
TITLE: dict[Platform, tuple[str, ...]] = {"weibo": ("content",)}
DESCRIPTION: dict[Platform, tuple[str, ...]] = {"zhihu": ("content_text", "desc"), "weibo": ()}
STYLES: dict[Platform, Style] = {
    "douyin": "#tag", "kuaishou": "#tag", "weibo": "#tag#", "xhs": "#tag[话题]#",
}  # fmt: skip


def read_mediacrawler(
    collection: Collection, path: Path, stage: Stage, platform: Platform | None = None
) -> dict[str, Any]:
    """Add the contents and comments of every export under `path`.

    Parameters
    ----------
    platform
        Read this platform's files only; default: all.

    Returns
    -------
    What the report says: rows by platform and item, and the sheets that were not read.
    """
    read: dict[str, int] = {}
    skipped: list[str] = []
    people: Counter[str] = Counter()
    for file in exported(path):
        for sheet in sheets(file):
            key = _key(sheet, file)
            if key is None:
                skipped.append(label(sheet, path))
                continue
            if platform in (None, key[0]):
                name = " ".join(key)
                read[name] = read.get(name, 0) + _read(collection, sheet, path, key, stage, people)
    if not read:
        raise InputError(
            "PATH must hold contents or comments as MediaCrawler exports them"
            + (f", of {platform}" if platform else ""),
            f"{path} holds {', '.join(skipped[:5]) or 'nothing else'}"
            + (f" and {len(skipped) - 5} more" if len(skipped) > 5 else ""),
            "Give its data folder, one of its files, or database/sqlite_tables.db",
        )
    if people[HASH] and people[ACCOUNT]:
        collection.unfit.notes[TWO_IDS] = people[ACCOUNT]
    return {"read": read, "not_read": skipped}


def _key(sheet: Sheet, file: Path) -> tuple[Platform, Item] | None:
    if file.suffix.lower() in (".db", ".sqlite", ".sqlite3"):
        return TABLES.get(sheet.name)
    if any(f"_{item}_" in file.stem or sheet.name.lower() == item for item in ELSEWHERE):
        return None
    folders: list[Platform] = [
        FOLDERS[part] for part in (*file.parts[:-1], file.stem.split("_")[0]) if part in FOLDERS
    ]
    return tell(sheet.columns, folders[-1] if folders else None)


def _read(
    collection: Collection,
    sheet: Sheet,
    path: Path,
    key: tuple[Platform, Item],
    stage: Stage,
    people: Counter[str],
) -> int:
    platform, item = key
    rows = 0
    for at, row in fields(sheet, path, collection.unfit, (NEW[key], OLD[key]), fits=partial(_fits, platform)):
        rows += 1
        stage.advance()
        people[HASH if row.get(HASH) else ACCOUNT] += 1
        if item == "contents":
            _content(collection, at, platform, row)
        else:
            _comment(collection, at, platform, row)
    return rows


def _fits(platform: Platform, row: dict[str, Any]) -> bool:
    """Whether what stands under ids could be ids, and under the time a time; what a spreadsheet did to an id is told later."""
    for name in ("comment_id", JOINS[platform]):
        cell = row.get(name)
        if isinstance(cell, str) and not (cell.isascii() and len(cell.split()) < 2):
            return False
    time = _first(row, PUBLISHED)
    return not isinstance(time, str) or any(letter.isdigit() for letter in time)


def _first(row: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if not cells.nothing(row.get(name))), None)


def _content(collection: Collection, at: At, platform: Platform, row: dict[str, Any]) -> None:
    title = _first(row, TITLE.get(platform, ("title",)))
    description = _first(row, DESCRIPTION.get(platform, ("desc",)))
    whole = cells.text(description) or cells.text(title)
    tags = listed(row["tag_list"]) if row.get("tag_list") else []
    given = {
        "video_id": row.get(JOINS[platform]),
        "creator_id": _first(row, PERSON),
        "published_at": _first(row, PUBLISHED),
        "title": title,
        "description": description,
        "category": row.get("tieba_name"),
        "n_total": _first(row, COMMENTS_COUNT),
        "collected_at": row.get("last_modify_ts"),
    }
    collection.video(at, platform, given, tags or inline(whole, STYLES.get(platform, "none")))


def _comment(collection: Collection, at: At, platform: Platform, row: dict[str, Any]) -> None:
    given = {
        "comment_id": row.get("comment_id"),
        "video_id": row.get(JOINS[platform]),
        "text": row.get("content"),
        "created_at": _first(row, PUBLISHED),
        "parent_id": _first(row, PARENT),
        "like_count": _first(row, COMMENT_LIKES),
        "user_id": _first(row, PERSON),
        "replies": row.get("sub_comment_count"),
        "collected_at": row.get("last_modify_ts"),
    }
    collection.comment(at, platform, given)
