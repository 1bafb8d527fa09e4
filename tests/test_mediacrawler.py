import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from huizan.inference.crawled_columns import NEW, OLD, TABLES, Platform
from huizan.inference.fields import OTHER, SHIFTED
from huizan.inference.importing import Imported, import_texts
from huizan.inference.mediacrawler import TWO_IDS, read_mediacrawler
from huizan.model.errors import InputError

from tests.crawls import (
    LINK,
    PLATFORMS,
    REPLY,
    ROOT,
    START,
    VIDEO,
    comment,
    video,
    write_csv,
    write_json,
    write_jsonl,
    write_sqlite,
    write_xlsx,
)

FORMS = ("jsonl", "json", "csv", "xlsx", "sqlite")
CASES = [(platform, bool(i % 2), FORMS[i % 5]) for i, platform in enumerate(PLATFORMS * 2)] + [
    ("bili", i == 2, form)
    for i, form in enumerate(FORMS)  # whose files and folders have names of their own
]
DAY = "2026-08-01"


def imported(path: Path, tmp_path: Path, **options: Any) -> Imported:
    def source(*given: Any) -> dict[str, Any]:
        return read_mediacrawler(*given, **options)

    return import_texts("mediacrawler", source, path, tmp_path / "out")


def tables(path: Path, tmp_path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    out = imported(path, tmp_path).out
    return tuple(pq.read_table(out / f"{name}.parquet").to_pylist() for name in ("videos", "comments"))


def written(folder: Path, platform: Platform, form: str, old: bool) -> Path:
    """A crawl's export in one form, where it would lie."""
    contents, comments = [video(platform, old)], [comment(platform, i, old) for i in range(2)]
    below = folder / platform / form
    if form == "sqlite":
        names = {key: name for name, key in TABLES.items()}
        return write_sqlite(
            folder / "database" / "sqlite_tables.db",
            {names[platform, "contents"]: contents, names[platform, "comments"]: comments},
        )
    if form == "xlsx":
        name = "bilibili" if platform == "bili" else platform
        path = folder / name / f"{name}_search_20260801_120000.xlsx"
        write_xlsx(
            path,
            Contents=contents,
            Comments=comments,
            Creators=[{"user_id": "1", "nickname": "x", "fans": 1}],
        )
        return folder
    write = {"csv": write_csv, "json": write_json, "jsonl": write_jsonl}[form]
    item = "videos" if platform == "bili" and form == "csv" else "contents"
    write(below / f"search_{item}_{DAY}.{form}", contents)
    write(below / f"search_comments_{DAY}.{form}", comments)
    return folder


@pytest.mark.parametrize(("platform", "old", "form"), CASES)
def test_every_platform_in_every_form_and_generation(
    tmp_path: Path, platform: Platform, old: bool, form: str
) -> None:
    videos, comments = tables(written(tmp_path / "data", platform, form, old), tmp_path)
    (row,) = videos
    assert (row["video_id"], row["platform"]) == (VIDEO, platform)
    assert row["published_at"] == datetime.fromtimestamp(START, UTC), "s or ms, or China's time as text"
    assert row["title"].startswith("街头偶遇")
    person = "0123456789abcdef" if not old else "88888888888888888" if platform != "tieba" else LINK
    assert row["creator_id"] == person
    tags = {
        "douyin": ["正能量", "感人"],
        "kuaishou": ["正能量", "感人"],
        "weibo": ["正能量"],
        "xhs": ["正能量", "感人"],
    }
    assert row.get("hashtags") == tags.get(platform)
    assert row.get("description") == {"bili": "流浪老人的故事", "xhs": "老人的故事 #感人[话题]#"}.get(
        platform, "老人的故事" if platform in ("tieba", "zhihu") else None
    )
    assert (row["n_collected"], row["n_total"]) == (2, None if platform == "kuaishou" else 2)
    flat = (
        platform == "kuaishou"
    )  # its comments do not say whom they answer, so that one reply seems to be missing
    assert row["thread_truncated"] is flat
    root, reply = comments
    assert [root["comment_id"], reply["comment_id"]] == [ROOT, REPLY]
    assert (root["video_id"], root["text"], reply["text"]) == (VIDEO, "演的吧[笑哭]", "[doge] 剧本")
    assert root.get("parent_id") is None and reply.get("parent_id") == (None if flat else ROOT)
    assert root.get("like_count") == (None if platform in ("kuaishou", "tieba") else 7)
    assert root["user_id"] == person
    seconds = (root["created_at"] - row["published_at"]).total_seconds()
    assert seconds == 60
    assert not (tmp_path / "out" / "unfit.jsonl").read_text()


@pytest.mark.parametrize("old_header", [True, False])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_two_generations_under_one_header(tmp_path: Path, platform: Platform, old_header: bool) -> None:
    path = tmp_path / "data" / platform / "csv" / f"search_comments_{DAY}.csv"
    appended = comment(platform, 1, not old_header, content="后来的，一条")
    ragged = [*appended.values(), "too", "many", "fields", "x", "y", "z", "w"]
    write_csv(path, [comment(platform, 0, old_header)], appended.values(), ragged)
    out = imported(tmp_path / "data", tmp_path)
    rows = pq.read_table(out.out / "comments.parquet").to_pylist()
    assert [row["text"] for row in rows] == ["演的吧[笑哭]", "后来的，一条"]
    assert rows[1]["comment_id"] == REPLY
    assert out.report["notes"] == {OTHER: 1, TWO_IDS: 1}
    (told,) = [
        json.loads(line) for line in (out.out / "unfit.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    widths = sorted((len(NEW[platform, "comments"]), len(OLD[platform, "comments"])))
    assert told["file"] == f"{platform}/csv/search_comments_{DAY}.csv" and told["line"] == 4
    assert told["reason"] == f"not as wide as the header ({widths[0]} or {widths[1]} fields)"


def test_an_older_header_as_wide_as_the_newer(tmp_path: Path) -> None:
    """Comments of 2023 had neither likes nor places; rows of today are as wide and in another order."""
    older = {n: c for n, c in comment("xhs", 0, old=True).items() if n not in ("like_count", "ip_location")}
    newer = comment("xhs", 1, content="后来的")
    assert len(older) == len(newer) and list(older) != list(newer)
    shifted = ["演的 吧", *newer.values()][:-1]
    write_csv(tmp_path / "data" / "xhs" / "search_comments_x.csv", [older], newer.values(), shifted)
    out = imported(tmp_path / "data", tmp_path)
    rows = pq.read_table(out.out / "comments.parquet").to_pylist()
    assert [(row["comment_id"], row["text"]) for row in rows] == [(ROOT, "演的吧[笑哭]"), (REPLY, "后来的")]
    assert [row["user_id"] for row in rows] == ["88888888888888888", "0123456789abcdef"]
    assert SHIFTED in (tmp_path / "out" / "unfit.jsonl").read_text(encoding="utf-8")


def test_the_same_comment_in_several_files_is_kept_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_csv(data / "xhs" / "csv" / "search_comments_2026-08-01.csv", [comment("xhs"), comment("xhs")])
    write_jsonl(
        data / "xhs" / "jsonl" / "detail_comments_2026-08-02.jsonl", [comment("xhs", like_count="1.5万")]
    )
    out = imported(data, tmp_path)
    (row,) = pq.read_table(out.out / "comments.parquet").to_pylist()
    assert row["like_count"] == 15_000
    assert "2 rows left out: the same comment again" in "\n".join(out.lines)
    lines = [json.loads(line) for line in (out.out / "unfit.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["file"], line["line"]) for line in lines] == [
        ("xhs/csv/search_comments_2026-08-01.csv", 2), ("xhs/csv/search_comments_2026-08-01.csv", 3)
    ]  # fmt: skip


def test_ten_root_comments_are_a_truncated_thread(tmp_path: Path) -> None:
    roots = [comment("douyin", i, parent_comment_id="0", sub_comment_count="0") for i in range(10)]
    write_jsonl(tmp_path / "data" / "douyin" / "a_contents_x.jsonl", [video("douyin", comment_count="2.3万")])
    write_jsonl(tmp_path / "data" / "douyin" / "a_comments_x.jsonl", roots)
    ((row,), _) = tables(tmp_path / "data", tmp_path)
    assert (row["n_collected"], row["n_total"], row["thread_truncated"]) == (10, 23_000, True)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_ids_that_excel_rounded_are_refused(tmp_path: Path, form: str) -> None:
    lost = "7.3E+18" if form == "csv" else 7.3e18
    rows = [comment("douyin", 0), comment("douyin", 1, aweme_id=lost)]
    path = tmp_path / "data" / f"douyin_comments.{form}"
    if form == "csv":
        write_csv(path, rows)
    else:
        write_xlsx(path, Comments=rows)
    with pytest.raises(
        InputError, match=r"video_id must keep all its digits. Found: .*, line 3: 7.3[eE]\+18 \(the only"
    ):
        imported(tmp_path / "data", tmp_path)
    assert not (tmp_path / "out").exists()


def test_files_that_hold_neither_are_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    creators = [{"user_id": "1", "nickname": "x", "fans": "3"}]
    write_jsonl(data / "bili" / "jsonl" / f"creator_creators_{DAY}.jsonl", creators)
    write_jsonl(data / "bili" / "jsonl" / f"creator_dynamics_{DAY}.jsonl", [{"dynamic_id": "1", "text": "x"}])
    with pytest.raises(
        InputError, match=r"must hold contents or comments .*/creator_creators_2026-08-01.jsonl, bili"
    ):
        imported(data, tmp_path)
    write_jsonl(data / "bili" / "jsonl" / f"search_contents_{DAY}.jsonl", [video("bili")])
    out = imported(data, tmp_path)
    assert out.report["not_read"] == [
        f"bili/jsonl/creator_creators_{DAY}.jsonl", f"bili/jsonl/creator_dynamics_{DAY}.jsonl"
    ]  # fmt: skip
    assert out.report["read"] == {"bili contents": 1} and out.tables == {"videos.parquet": 1}


def test_one_platform_of_several(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for platform in ("douyin", "weibo"):
        written(data, platform, "jsonl", False)
    with pytest.raises(InputError, match="Import one platform at a time, with --platform"):
        imported(data, tmp_path)
    out = imported(data, tmp_path, platform="weibo")
    assert set(pq.read_table(out.out / "videos.parquet")["platform"].to_pylist()) == {"weibo"}
    with pytest.raises(InputError, match="of zhihu"):
        imported(data, tmp_path, platform="zhihu")


def test_older_columns_are_enough(tmp_path: Path) -> None:
    row = {
        name: cell
        for name, cell in comment("tieba", old=True).items()
        if name not in ("tieba_id", "tieba_link")
    }
    write_json(tmp_path / "data" / "tieba" / "search_comments_2024-08-08.json", [row])
    out = imported(tmp_path / "data", tmp_path)
    assert out.report["read"] == {"tieba comments": 1}
