from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from huizan.inference import tables
from huizan.inference.engines import connect, stream
from huizan.inference.tables import read, read_likes
from huizan.model.errors import InputError
from huizan.model.records import COMMENTS, LIKES, TAGGED_COMMENTS, TAGGED_VIDEOS, VIDEOS

from tests.tables import LIKE_COLUMNS, csv, jsonl, parquet


@pytest.fixture(scope="module")
def con() -> ibis.BaseBackend:
    return connect()


def test_a_table_has_the_columns_of_its_record(con: ibis.BaseBackend, tmp_path: Path) -> None:
    path = csv(tmp_path / "v.csv", "views,title,video_id,published_at", "7,街头,1,2024-06-01")
    table = read(con, path, VIDEOS)
    assert table.columns == ("video_id", "published_at", "title")
    assert [kind.to_pyarrow() for kind in table.schema().types] == [pa.int64(), pa.int64(), pa.string()]


def test_likes_are_told_apart_by_their_columns(con: ibis.BaseBackend, tmp_path: Path) -> None:
    likes = csv(tmp_path / "a.csv", LIKE_COLUMNS, "1,2,2024-06-01,")
    log = csv(tmp_path / "b.csv", "user_id,video_id,event,at", "1,2,like,2024-06-01", "1,2,unlike,2024-06-02")
    assert read_likes(con, likes).columns == ("user_id", "video_id", "liked_at", "unliked_at")
    assert read_likes(con, log).columns == ("user_id", "video_id", "event", "at")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "user_id,video_id,liked_at",
            "likes must have the column unliked_at (or be a raw log with event and at)",
        ),
        ("userid,video_id,liked_at,unliked_at", "Rename userid to user_id"),
        ("user,vid,liked_at,unliked", "must have the columns user_id, video_id, unliked_at"),
        ("user_id,video_id,event,time", "likes (raw log) must have the column at"),
    ],
)
def test_a_missing_column_is_named(con: ibis.BaseBackend, tmp_path: Path, header: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        read_likes(con, csv(tmp_path / "l.csv", header, "1,2,3,4"))
    assert said in str(refused.value) and f"l.csv has {header.replace(',', ', ')}" in str(refused.value)


def test_one_text_column_is_enough_and_needed(con: ibis.BaseBackend, tmp_path: Path) -> None:
    assert (
        read(con, csv(tmp_path / "a.csv", "video_id,ocr_text", "1,t"), VIDEOS).count().to_pyarrow().as_py()
        == 1
    )
    with pytest.raises(
        InputError, match="must have the column one of title, description, transcript, ocr_text"
    ):
        read(con, csv(tmp_path / "b.csv", "video_id,caption", "1,t"), VIDEOS)


def test_a_table_without_rows_is_refused(con: ibis.BaseBackend, tmp_path: Path) -> None:
    none = [
        csv(tmp_path / "l.csv", LIKE_COLUMNS),
        parquet(tmp_path / "l.parquet", **{name: [] for name in LIKES.required}),
    ]
    for path in none:
        with pytest.raises(InputError, match="must hold at least one row"):
            read(con, path, LIKES)


@pytest.mark.parametrize(("record", "key"), [(VIDEOS, "video_id"), (COMMENTS, "comment_id")])
def test_ids_that_come_again_are_refused(con: ibis.BaseBackend, tmp_path: Path, record, key: str) -> None:
    rows = [
        {"video_id": f"v{i}", "comment_id": f"c{i}", "title": "t", "text": "t"} for i in (1, 2, 1, 3, 1, 2)
    ]
    with pytest.raises(InputError, match=f"column {key}: 2 ids come again in 3 rows, the first is [vc]1"):
        read(con, jsonl(tmp_path / "a.jsonl", *rows), record)


def test_a_few_rows_without_text_stay_most_are_refused(con: ibis.BaseBackend, tmp_path: Path) -> None:
    lines = ["comment_id,video_id,text", "1,1,演的", "2,1,", "3,1,NaN", "4,1,好"]
    table = read(con, csv(tmp_path / "a.csv", *lines), COMMENTS)
    assert table.text.to_pyarrow().to_pylist() == ["演的", None, None, "好"]
    with pytest.raises(InputError, match=r"3 of 5 rows: nothing in text"):
        read(con, csv(tmp_path / "b.csv", *lines, "5,1,nan"), COMMENTS)
    with pytest.raises(InputError, match=r"2 of 3 rows: nothing in title or transcript"):
        read(con, csv(tmp_path / "v.csv", "video_id,title,transcript", "1,,", "2,,", "3,,t"), VIDEOS)
    with pytest.raises(InputError, match=r"1 of 1 rows: nothing in liked_at"):
        read(con, csv(tmp_path / "l.csv", LIKE_COLUMNS, "1,2,,"), LIKES)


def test_most_likes_are_not_taken_back(con: ibis.BaseBackend, tmp_path: Path) -> None:
    read(con, csv(tmp_path / "l.csv", LIKE_COLUMNS, "1,2,2024-06-01,", "1,3,2024-06-01,"), LIKES)


def test_tagged_tables_of_another_model_are_taken(con: ibis.BaseBackend, tmp_path: Path) -> None:
    path = csv(tmp_path / "v.csv", "video_id,p_clickbait,p_staged,p_controversy,p_spam", "1,0.1,0.9,1,0.3")
    assert read(con, path, TAGGED_VIDEOS).columns == ("video_id", "p_clickbait", "p_staged", "p_controversy")
    with pytest.raises(InputError, match="tagged comments must have the column"):
        read(con, csv(tmp_path / "c.csv", "comment_id,video_id,text", "1,1,t"), TAGGED_COMMENTS)


def test_files_are_checked_once_unless_they_change(
    con: ibis.BaseBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, really = [], tables.open_raw

    def noted(*given):
        opened.append(given)
        return really(*given)

    monkeypatch.setattr(tables, "open_raw", noted)
    path = csv(tmp_path / "v.csv", "video_id,title", "1,t")
    read(con, path, VIDEOS)
    read(con, path, VIDEOS)
    assert len(opened) == 1
    csv(path, "video_id,title", "1,t", "2,t")
    assert read(con, path, VIDEOS).count().to_pyarrow().as_py() == 2


def test_connections_do_not_share_tables(tmp_path: Path) -> None:
    path = csv(tmp_path / "v.csv", "video_id,title", "1,t")
    for con in (connect(), connect()):
        assert read(con, path, VIDEOS).count().to_pyarrow().as_py() == 1


def test_rows_stream_in_the_order_of_the_file(con: ibis.BaseBackend, tmp_path: Path) -> None:
    ids = list(range(10_000, 0, -1))
    path = parquet(tmp_path / "v.parquet", video_id=ids, title=["t"] * len(ids))
    batches = list(stream(read(con, path, VIDEOS).select("video_id"), 2048))
    assert len(batches) > 1
    assert pa.Table.from_batches(batches)["video_id"].to_pylist() == ids


def test_nothing_is_left_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    con = connect(threads=1, memory="100MB")
    sums = con.raw_sql(
        "SELECT count(*) FROM (SELECT range AS a, hash(range) AS b FROM range(3000000) ORDER BY b)"
    )
    assert sums.fetchall() == [(3_000_000,)]
    assert list(tmp_path.iterdir()) == []
