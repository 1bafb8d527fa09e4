import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from huizan.inference.collected import (
    COMMENTS_OUT,
    VIDEOS_OUT,
    check_digits,
    check_platforms,
    comments_table,
    counted,
    report_repeated,
    told,
    videos_table,
)
from huizan.inference.collection import Collection
from huizan.inference.daily import Daily
from huizan.inference.engines import connect
from huizan.inference.unfit import AGAIN, DAY_AGAIN, At, Unfit
from huizan.model.errors import InputError


@pytest.fixture(scope="module")
def con() -> Any:
    return connect()


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(tmp_path, Unfit(io.StringIO()))


def videos(collection: Collection, *rows: dict[str, Any]) -> None:
    for line, row in enumerate(rows, 2):
        platform = row.pop("platform", "douyin")
        collection.video(At("v.csv", line), platform, {"title": "街头"} | row)


def comments(collection: Collection, *rows: dict[str, Any]) -> None:
    for line, row in enumerate(rows, 2):
        collection.comment(At("c.csv", line), "douyin", {"video_id": "v", "text": "好"} | row)


def done(collection: Collection) -> Collection:
    collection.close(Path("data"))
    return collection


@pytest.mark.parametrize(
    ("total", "roots", "replies", "promised", "verdict"),
    [
        ("3", 3, 0, 0, False),
        ("4", 3, 0, 0, True),
        ("3", 4, 0, 0, False),  # the platform has hidden or removed some
        ("10", 10, 0, 0, False),
        ("10+", 10, 0, 0, True),
        ("500", 10, 0, 0, True),
        (None, 10, 0, 0, True),
        (None, 3, 0, 0, False),
        (None, 3, 0, None, None),
        (None, 11, 0, 0, None),
        (None, 2, 1, 2, True),
        ("3", 2, 1, 1, False),
        ("0", 0, 0, 0, False),
        (None, 0, 0, 0, None),
        ("1.2万", 3, 0, 0, True),
    ],
)
def test_truncated_threads(
    con: Any, collection: Collection, total: str | None, roots: int, replies: int, promised: int | None, verdict: bool | None
) -> None:  # fmt: skip
    videos(collection, {"video_id": "v", "n_total": total})
    comments(
        collection,
        *({"comment_id": f"r{i}", "replies": promised if i == 0 else promised and 0} for i in range(roots)),
    )
    comments(collection, *({"comment_id": f"s{i}", "parent_id": "r0"} for i in range(replies)))
    (row,) = videos_table(con, done(collection)).to_pyarrow().to_pylist()
    assert row["n_collected"] == roots + replies
    assert row["thread_truncated"] is verdict


def test_of_several_rows_of_a_comment_the_newest_is_kept(con: Any, collection: Collection) -> None:
    day = 1_785_000_000
    comments(
        collection,
        {"comment_id": "2", "like_count": 9, "collected_at": day + 9},
        {"comment_id": "1", "like_count": 1, "collected_at": day},
        {"comment_id": "2", "like_count": 2, "collected_at": day},
        {"comment_id": "1", "like_count": 3, "collected_at": day},
        {"comment_id": "3", "like_count": 4},
    )
    table = comments_table(con, done(collection)).to_pyarrow()
    assert table["comment_id"].to_pylist() == ["2", "1", "3"], "in the order of first appearance"
    assert table["like_count"].to_pylist() == [9, 3, 4]
    report_repeated(con, collection)
    assert collection.unfit.left_out == {AGAIN: 2}
    assert str(collection.unfit.first[AGAIN]) == "c.csv, line 3"


def test_rows_of_a_video_are_merged(con: Any, collection: Collection) -> None:
    day = 1_785_000_000
    videos(
        collection,
        {"video_id": "v", "title": "新", "n_total": "7", "collected_at": day + 9},
        {"video_id": "w", "title": "别的"},
        {"video_id": "v", "title": "旧", "category": "情感", "creator_id": "u", "collected_at": day},
    )
    first, second = videos_table(con, done(collection)).to_pyarrow().to_pylist()
    assert (first["title"], first["category"], first["creator_id"], first["n_total"]) == (
        "新",
        "情感",
        "u",
        7,
    )
    assert second["video_id"] == "w"
    report_repeated(con, collection)
    assert list(collection.unfit.notes.values()) == [1] and not collection.unfit.left_out


def test_one_id_on_two_platforms_is_refused(con: Any, collection: Collection) -> None:
    videos(collection, {"video_id": "7", "platform": "bili"}, {"video_id": "7", "platform": "weibo"})
    with pytest.raises(InputError, match=r"7 is an id of bili and of weibo. Import one platform at a time"):
        check_platforms(con, done(collection))


def test_ids_that_all_end_in_zeros_are_refused(con: Any, collection: Collection, tmp_path: Path) -> None:
    videos(
        collection,
        {"video_id": "7300000000000000000"},
        {"video_id": "7310000000000001000"},
        {"video_id": "12"},
    )
    comments(collection, *({"comment_id": f"73012345678901{i}000"} for i in range(10, 14)))
    with pytest.raises(
        InputError, match=r"comment_id must keep all its digits. Found: all 4 long ids end in zeros"
    ):
        check_digits(con, done(collection))
    (tmp_path / "other").mkdir()
    other = Collection(tmp_path / "other", Unfit(io.StringIO()))
    comments(other, *({"comment_id": f"730123456789012{i}"} for i in (1000, 2000, 3000, 4567)))
    check_digits(con, done(other))


def test_columns_that_hold_nothing_are_left_out(con: Any, collection: Collection) -> None:
    videos(collection, {"video_id": "v"})
    comments(collection, {"comment_id": "c", "text": None})
    assert told(videos_table(con, done(collection)), VIDEOS_OUT).columns == (
        "video_id", "title", "platform", "n_collected", "n_total", "thread_truncated",
    )  # fmt: skip
    assert told(comments_table(con, collection), COMMENTS_OUT).columns == (
        "comment_id",
        "video_id",
        "text",
        "platform",
    )


def test_counts_get_their_creators_and_lose_repeated_days(
    con: Any, collection: Collection, tmp_path: Path
) -> None:
    daily = Daily(tmp_path / "daily.parquet", collection.unfit)
    row = {"video_id": "v", "date": "20200705", "like_cnt": "3", "cancel_like_cnt": "1"}
    for line, more in enumerate(
        ({}, {"like_cnt": "9"}, {"date": "20200706"}, {"video_id": "w", "author_id": "x"}), 2
    ):
        daily.add(At("d.csv", line), row | more)
    videos(collection, {"video_id": "v", "creator_id": "u"})
    daily.close()
    tables = counted(con, done(collection), daily)
    assert tables["videos.parquet"].columns == ("video_id", "creator_id", "title")
    days = tables["daily.parquet"].to_pyarrow().to_pylist()
    assert [(d["creator_id"], d["day"].day, d["likes"]) for d in days] == [
        ("u", 5, 3),
        ("u", 6, 3),
        ("x", 5, 3),
    ]
    assert days[0]["day"] == date(2020, 7, 5)
    assert collection.unfit.left_out == {DAY_AGAIN: 1} and collection.unfit.first[DAY_AGAIN].line == 3
