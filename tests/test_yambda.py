from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.inference.engines import connect
from huizan.inference.tables import read_likes
from huizan.inference.yambda import import_yambda
from huizan.model.errors import InputError

Events = list[tuple[int, int, int, int]]  # uid, timestamp, item_id, is_organic


def write(path: Path, events: Events) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    uid, at, item, organic = (list(column) for column in zip(*sorted(events), strict=True))
    columns = {
        "uid": pa.array(uid, pa.uint32()), "timestamp": pa.array(at, pa.uint32()), "item_id": pa.array(item, pa.uint32()),
        "is_organic": pa.array(organic, pa.uint8()),
    }  # fmt: skip
    pq.write_table(pa.table(columns), path)


def written(folder: Path, likes: Events, unlikes: Events) -> Path:
    write(folder / "likes.parquet", likes)
    write(folder / "unlikes.parquet", unlikes)
    return folder


def likes(path: Path, tmp_path: Path) -> list[dict[str, Any]]:
    return pq.read_table(import_yambda(path, tmp_path / "out").out / "likes.parquet").to_pylist()


def test_likes_are_paired_with_their_un_likes(tmp_path: Path) -> None:
    path = written(
        tmp_path / "flat" / "50m",
        [
            (100, 80, 7, 0),
            (100, 500, 7, 1),
            (100, 90, 8, 1),
            (200, 85, 7, 0),
            (200, 95, 7, 0),
            (4_294_967_295, 0, 9, 1),
        ],
        [(100, 130, 7, 1), (300, 95, 7, 1), (100, 26_000_000, 8, 1)],
    )
    rows = likes(path, tmp_path)
    delays = [row["unliked_at"] and row["unliked_at"] - row["liked_at"] for row in rows]
    assert [(row["user_id"], row["video_id"]) for row in rows] == [
        (100, 7),
        (100, 8),
        (100, 7),
        (200, 7),
        (4_294_967_295, 9),
    ]
    assert delays == [timedelta(seconds=50), timedelta(seconds=25_999_910), None, None, None]
    assert [row["surface"] for row in rows] == ["for_you", None, None, "for_you", None]
    assert rows[4]["liked_at"].isoformat() == "2000-01-01T00:00:00+00:00", "whose log begins at zero"
    assert {row["observed_until"] - rows[4]["liked_at"] for row in rows} == {timedelta(seconds=26_000_000)}
    done = import_yambda(path, tmp_path / "out")
    assert done.report["notes"] == {"un-like without a like": 1, "repeated like or un-like": 1}
    assert done.report["read"] == {"likes.parquet": 6, "unlikes.parquet": 3}


def test_the_table_is_the_contracts(tmp_path: Path) -> None:
    path = written(tmp_path / "d", [(1, 5, 7, 0), (2, 5, 7, 1)], [(1, 5, 7, 1)])
    likes(path, tmp_path)
    table = read_likes(connect(), tmp_path / "out" / "likes.parquet").to_pyarrow()
    assert table["unliked_at"].to_pylist() == [table["liked_at"][0].as_py(), None], (
        "within one step of the clock"
    )


def test_order_does_not_matter(tmp_path: Path) -> None:
    events = [(u, 5 * ((u * 7 + i * 3) % 20), i, u % 2) for u in range(9) for i in range(4)]
    path = written(tmp_path / "d", events, [(1, 400, 2, 1)])
    import_yambda(path, tmp_path / "a")
    table = pq.read_table(path / "likes.parquet")
    pq.write_table(table.take(list(range(len(table)))[::-1]), path / "likes.parquet")
    import_yambda(path, tmp_path / "b")
    assert (tmp_path / "a" / "likes.parquet").read_bytes() == (tmp_path / "b" / "likes.parquet").read_bytes()


def test_other_folders_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "d" / "likes.parquet", [(1, 5, 7, 0)])
    with pytest.raises(InputError, match=r"PATH must hold unlikes.parquet. Found: there is no .* flat/50m"):
        likes(tmp_path / "d", tmp_path)
    sequential = {"uid": [1], "timestamp": [[5, 10]], "item_id": [[7, 8]], "is_organic": [[0, 1]]}
    pq.write_table(pa.table(sequential), tmp_path / "d" / "unlikes.parquet")
    with pytest.raises(InputError, match=r"timestamp is list<.*> in .* Give a flat folder"):
        likes(tmp_path / "d", tmp_path)
    pq.write_table(pa.table({"uid": [1]}), tmp_path / "d" / "unlikes.parquet")
    with pytest.raises(InputError, match=r"unlikes.parquet must have whole numbers in uid, timestamp"):
        likes(tmp_path / "d", tmp_path)
    (tmp_path / "d" / "unlikes.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"unlikes.parquet must be whole"):
        likes(tmp_path / "d", tmp_path)
    assert not (tmp_path / "out").exists()
