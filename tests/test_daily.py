import io
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from huizan.inference.daily import Daily
from huizan.inference.unfit import At, Unfit
from huizan.model.errors import InputError

ROW = {"video_id": "7", "author_id": "9", "date": "20200705", "like_cnt": "3", "cancel_like_cnt": "1"}


@pytest.fixture
def daily(tmp_path: Path) -> Daily:
    return Daily(tmp_path / "daily.parquet", Unfit(io.StringIO()))


def test_counts_are_read(daily: Daily) -> None:
    daily.add(At("d.csv", 2), ROW)
    daily.add(At("d.csv", 3), ROW | {"date": "2020-07-06", "like_cnt": "4.0", "author_id": ""})
    daily.add(
        At("d.csv", 4), {"video_id": 8, "counts": "66", "like_cnt": "0.303030", "cancel_like_cnt": "0.484848"}
    )
    daily.close()
    first, second, third = pq.read_table(daily.path).to_pylist()
    assert (first["video_id"], first["creator_id"], first["day"]) == ("7", "9", date(2020, 7, 5))
    assert (first["likes"], first["cancelled"], second["likes"], second["creator_id"]) == (3, 1, 4, None)
    assert (third["day"], third["likes"], third["cancelled"]) == (None, 20, 32), "means times their number"


@pytest.mark.parametrize(
    "more",
    [
        {"video_id": ""},
        {"like_cnt": ""},
        {"cancel_like_cnt": "-1"},
        {"like_cnt": "x"},
        {"date": "July"},
        {"counts": ""},
    ],
)
def test_what_does_not_fit_is_left_out(daily: Daily, more: dict[str, str]) -> None:
    daily.add(At("d.csv", 2), ROW)
    daily.add(At("d.csv", 3), ROW | more)
    daily.close()
    assert daily.rows == 1 and pq.read_metadata(daily.path).num_rows == 1
    assert list(daily._unfit.first.values()) == [At("d.csv", 3)]


def test_ids_that_lost_digits(daily: Daily) -> None:
    daily.add(At("d.csv", 2), ROW | {"author_id": "1.2E+18"})
    with pytest.raises(InputError, match="must keep all its digits"):
        daily._unfit.check(Path("d"))
