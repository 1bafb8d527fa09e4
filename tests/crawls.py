"""Exports as MediaCrawler writes them, of one made-up video and its comments on every platform, for tests that import them."""

import csv
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from huizan.inference.crawled_columns import NEW, OLD, TABLES, Item, Platform
from openpyxl import Workbook

PLATFORMS: tuple[Platform, ...] = ("douyin", "bili", "kuaishou", "weibo", "xhs", "tieba", "zhihu")
START = 1_715_760_000  # 2024-05-15 08:00 UTC
LATER = 1_785_000_000_000
VIDEO = "7301234567890123456"
ROOT, REPLY = "7301234567890120001", "7301234567890120002"
LINK = "https://tieba.baidu.com/home?id=tb.1"  # a person of Tieba, in the older exports
TITLE = "街头偶遇流浪老人 #正能量 #感人"

CONTENTS: dict[Platform, dict[str, Any]] = {
    "douyin": {
        "aweme_id": VIDEO, "aweme_type": "0", "title": TITLE, "desc": TITLE, "create_time": START, "liked_count": "1.2万",
        "comment_count": "2",
    },
    "bili": {
        "video_id": VIDEO, "video_type": "video", "title": "街头偶遇", "desc": "流浪老人的故事", "create_time": START,
        "liked_count": "3亿", "video_play_count": "2w", "video_comment": "2",
    },
    "kuaishou": {
        "video_id": VIDEO, "video_type": "1", "title": TITLE, "desc": TITLE, "create_time": START * 1000,
        "liked_count": "10", "viewd_count": "99",
    },
    "weibo": {
        "note_id": VIDEO, "content": "街头偶遇 #正能量# 老人", "create_time": START,
        "create_date_time": "2024-05-15 16:00:00+08:00", "liked_count": "10", "comments_count": "2",
    },
    "xhs": {
        "note_id": VIDEO, "type": "video", "title": "街头偶遇", "desc": "老人的故事 #感人[话题]#", "time": START * 1000,
        "liked_count": "10+", "comment_count": "2", "tag_list": "正能量,感人",
    },
    "tieba": {
        "note_id": VIDEO, "title": "街头偶遇", "desc": "老人的故事", "publish_time": "2024-05-15 16:00",
        "tieba_name": "视频吧", "total_replay_num": 2, "total_replay_page": 1,
    },
    "zhihu": {
        "content_id": VIDEO, "content_type": "zvideo", "content_text": "老人的故事", "title": "街头偶遇",
        "created_time": START, "voteup_count": 10, "comment_count": 2,
    },
}  # fmt: skip
ID = {
    "douyin": "aweme_id",
    "bili": "video_id",
    "kuaishou": "video_id",
    "weibo": "note_id",
    "xhs": "note_id",
    "tieba": "note_id",
    "zhihu": "content_id",
}
LIKES = {"weibo": "comment_like_count"}
ROOTS = {"xhs": "", "weibo": ROOT, "zhihu": "", "tieba": ""}  # what stands for "no parent"


def video(platform: Platform, old: bool = False, **more: Any) -> dict[str, Any]:
    """One row of contents with every column of its generation; `more` replaces cells."""
    return _filled(platform, "contents", old, CONTENTS[platform] | more)


def comment(platform: Platform, number: int = 0, old: bool = False, **more: Any) -> dict[str, Any]:
    """One row of comments; the first is a root, the others answer it where the platform says so."""
    time = START + 60 + number
    cells: dict[str, Any] = {
        "comment_id": str(int(ROOT) + number),
        ID[platform]: VIDEO,
        "content": ["演的吧[笑哭]", "[doge] 剧本"][number % 2],
        "create_time": time,
        "publish_time": time if platform == "zhihu" else "2024-05-15 16:01",
        "sub_comment_count": "0" if number else "1",
        LIKES.get(platform, "like_count"): 7,
        "parent_comment_id": ROOT if number else ROOTS.get(platform, "0"),
    }
    return _filled(platform, "comments", old, cells | more)


def _filled(platform: Platform, item: Item, old: bool, cells: dict[str, Any]) -> dict[str, Any]:
    person = {
        "creator_hash": "0123456789abcdef",
        "user_id": "88888888888888888",
        "user_link": LINK,
    }
    columns = (OLD if old else NEW)[platform, item]
    filled = dict.fromkeys(columns, "") | {"last_modify_ts": LATER} | person | cells
    return {name: filled[name] for name in columns}


def write_csv(
    path: Path, rows: list[dict[str, Any]], *more: Iterable[Any], encoding: str = "utf-8-sig"
) -> Path:
    """The rows under the first one's header; rows of `more` are appended as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(rows[0])
        writer.writerows([*(list(row.values()) for row in rows), *more])
    return path


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def write_json(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=4), encoding="utf-8")
    return path


def write_xlsx(path: Path, **sheets: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
    book.save(path)
    book.close()
    return path


def write_sqlite(path: Path, tables: dict[str, list[dict[str, Any]]]) -> Path:
    """All tables of the database, empty but for those given; it adds `id` and `add_ts`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    con = sqlite3.connect(path)
    for name, key in TABLES.items():
        rows = tables.get(name, [])
        columns = [*(rows[0] if rows else NEW[key]), "add_ts"]
        named = ", ".join(f'"{column}" TEXT' for column in columns)
        con.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, {named})")
        marks = ", ".join("?" * (len(columns) + 1))
        con.executemany(
            f"INSERT INTO {name} VALUES ({marks})",
            [[i, *row.values(), LATER] for i, row in enumerate(rows, 1)],
        )
    con.commit()
    con.close()
    return path
