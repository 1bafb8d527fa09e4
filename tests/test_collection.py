import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from huizan.inference.collection import Collection
from huizan.inference.unfit import At, Unfit
from huizan.model.errors import InputError

AT = At("a.csv", 2)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(tmp_path, Unfit(io.StringIO()))


def test_cells_are_read(collection: Collection) -> None:
    given = {
        "video_id": 7,
        "title": " 街头 ",
        "n_total": "1.2万",
        "published_at": "1715760000000",
        "duration_ms": None,
    }
    collection.video(AT, "xhs", given, ["感人"])
    collection.comment(
        AT, "xhs", {"comment_id": "c", "video_id": "7", "text": None, "like_count": "10+", "parent_id": "p"}
    )
    collection.close(Path("a.csv"))
    (video,) = pq.read_table(collection.videos.path).to_pylist()
    assert (video["video_id"], video["title"], video["n_total"], video["more"]) == ("7", "街头", 12_000, True)
    assert video["published_at"].isoformat() == "2024-05-15T08:00:00+00:00"
    assert (video["hashtags"], video["platform"], video["file_"], video["line_"]) == (
        ["感人"],
        "xhs",
        "a.csv",
        2,
    )
    (comment,) = pq.read_table(collection.comments.path).to_pylist()
    assert (comment["text"], comment["like_count"], comment["parent_id"]) == (None, 10, "p")


@pytest.mark.parametrize("parent", ["0", 0, "", None, "c", "v", "-1"])
def test_roots_have_no_parent(collection: Collection, parent: object) -> None:
    collection.comment(AT, "tiktok", {"comment_id": "c", "video_id": "v", "text": "好", "parent_id": parent})
    collection.close(Path("a.csv"))
    assert pq.read_table(collection.comments.path)["parent_id"].to_pylist() == [None]


def test_a_description_that_repeats_the_title_is_none(collection: Collection) -> None:
    for title, description in (("街头", "街头"), ("", "街头"), ("街头", "老人")):
        collection.video(AT, "douyin", {"video_id": "1", "title": title, "description": description})
    collection.close(Path("a.csv"))
    table = pq.read_table(collection.videos.path)
    assert table["title"].to_pylist() == ["街头"] * 3 and table["description"].to_pylist() == [
        None,
        None,
        "老人",
    ]


def test_what_does_not_fit_is_reported(collection: Collection) -> None:
    collection.video(AT, "xhs", {"video_id": "1", "title": "街头", "published_at": "昨天", "n_total": "很多"})
    collection.video(At("a.csv", 3), "xhs", {"video_id": "", "title": "街头"})
    collection.comment(At("a.csv", 4), "xhs", {"comment_id": [1], "video_id": "1", "text": "好"})
    collection.comment(At("a.csv", 5), "xhs", {"comment_id": "1", "video_id": "1", "text": "好"})
    unfit = collection.unfit
    assert unfit.left_out == {"no video_id": 1, "comment_id is no id": 1}
    assert unfit.emptied == {"published_at cannot be read": 1, "n_total cannot be read": 1}
    assert (collection.videos.rows, collection.comments.rows, unfit.rows) == (1, 1, 4)
    collection.close(Path("a.csv"))


def test_ids_that_lost_digits_end_the_import(collection: Collection) -> None:
    for line in range(2, 12):
        collection.video(At("a.csv", line), "xhs", {"video_id": str(line), "title": "街头"})
    collection.comment(
        At("a.csv", 12), "xhs", {"comment_id": "1", "video_id": "2", "user_id": "7.3E+18", "text": "好"}
    )
    with pytest.raises(
        InputError, match=r"user_id must keep all its digits. Found: a.csv, line 12: 7.3E\+18"
    ):
        collection.close(Path("a.csv"))


def test_garbled_texts_end_the_import(collection: Collection) -> None:
    for line in range(2, 5):
        title = "街头偶遇流浪老人".encode().decode("gbk")
        collection.video(At("a.csv", line), "xhs", {"video_id": str(line), "title": title})
    with pytest.raises(InputError, match=r"3 of 3 texts look like"):
        collection.close(Path("a.csv"))
