from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from huizan.inference.engines import connect
from huizan.inference.tables import read
from huizan.model.errors import InputError
from huizan.model.records import EXPOSURES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tables import csv, jsonl, parquet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON = 1_717_243_200  # 2024-06-01 12:00 UTC
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))


@pytest.fixture(scope="module")
def con() -> ibis.BaseBackend:
    return connect()


def read_csv_times(con: ibis.BaseBackend, path: Path, *values: object) -> list[int | None]:
    lines = [f'1,2,similar_impression,"{"" if value is None else value}"' for value in values]
    table = read(con, csv(path, "user_id,video_id,kind,exposed_at", *lines), EXPOSURES)
    return table.exposed_at.to_pyarrow().to_pylist()


def read_parquet_times(con: ibis.BaseBackend, path: Path, values: pa.Array) -> list[int | None]:
    n = len(values)
    parquet(path, user_id=[1] * n, video_id=[2] * n, kind=["similar_impression"] * n, exposed_at=values)
    return read(con, path, EXPOSURES).exposed_at.to_pyarrow().to_pylist()


def since_epoch(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(MOMENTS, min_size=1, max_size=5), hours=st.integers(-12, 14))
def test_every_form_of_a_moment_is_the_same_number(
    con: ibis.BaseBackend, tmp_path: Path, moments: list[datetime], hours: int
) -> None:
    micros = [since_epoch(moment) for moment in moments]
    zone = timezone(timedelta(hours=hours))
    path = tmp_path / "times.csv"
    assert read_csv_times(con, path, *(m.isoformat() for m in moments)) == micros
    assert read_csv_times(con, path, *(m.astimezone(zone).isoformat() for m in moments)) == micros
    assert read_csv_times(con, path, *(m.replace(tzinfo=None) for m in moments)) == micros  # naive is UTC
    assert read_csv_times(con, path, *micros) == micros
    path = tmp_path / "times.parquet"
    for kind in (
        pa.timestamp("us"),
        pa.timestamp("us", "UTC"),
        pa.timestamp("us", "Asia/Shanghai"),
        pa.int64(),
    ):
        assert read_parquet_times(con, path, pa.array(micros, pa.int64()).cast(kind)) == micros


@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000])
def test_the_unit_of_integers_is_inferred(con: ibis.BaseBackend, tmp_path: Path, factor: int) -> None:
    values = [NOON * factor, (NOON + 1) * factor]
    expected = [NOON * 1_000_000, (NOON + 1) * 1_000_000]
    assert read_csv_times(con, tmp_path / "a.csv", *values, None) == [*expected, None]
    assert read_parquet_times(con, tmp_path / "a.parquet", pa.array([*values, None])) == [*expected, None]
    floats = pa.array([*map(float, values), float("nan")])  # pandas' way of a missing integer
    assert read_parquet_times(con, tmp_path / "b.parquet", floats) == [*expected, None]


def test_small_integer_types_do_not_overflow(con: ibis.BaseBackend, tmp_path: Path) -> None:
    for kind in (pa.int32(), pa.uint32(), pa.uint64()):
        assert read_parquet_times(con, tmp_path / "a.parquet", pa.array([NOON], kind)) == [NOON * 1_000_000]


def test_other_resolutions_and_dates(con: ibis.BaseBackend, tmp_path: Path) -> None:
    moment = pa.array([NOON], pa.int64()).cast(pa.timestamp("s"))
    for kind in (pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("ns")):
        assert read_parquet_times(con, tmp_path / "a.parquet", moment.cast(kind)) == [NOON * 1_000_000]
    day = pa.array([date(2024, 6, 1)])
    assert read_parquet_times(con, tmp_path / "a.parquet", day) == [(NOON - 12 * 3600) * 1_000_000]


def test_json_numbers_and_texts(con: ibis.BaseBackend, tmp_path: Path) -> None:
    row = {"user_id": 1, "video_id": 2, "kind": "similar_impression"}
    path = jsonl(tmp_path / "a.jsonl", row | {"exposed_at": NOON + 0.25}, row | {"exposed_at": None})
    assert read(con, path, EXPOSURES).exposed_at.to_pyarrow().to_pylist() == [
        NOON * 1_000_000 + 250_000,
        None,
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            [NOON, NOON * 1000, NOON],
            "row 2: '1717243200000' (the only such row); 2 rows in s, 1 rows in ms. Bring",
        ),
        ([NOON, NOON, 0], "row 3: '0' (the only such row); 2 rows in s, 1 in none of them. A zero is 1970"),
        ([NOON * 10**9], "look like nanoseconds"),
        ([-NOON], "must hold numbers of one unit"),
        (["2024-06-01", NOON, "2024-06-02"], "text everywhere or numbers everywhere. Found: "),
        (["2024-06-01", "yesterday"], "row 2: 'yesterday' (the only such row)"),
        (["01/02/2024"], "must be a time"),
        (["2024-02-30"], "must be a time"),
        (["1999-12-31"], "between the years 2000 and 2100"),
        (["2024-06-01", "2100-01-01"], "row 2: '2100-01-01'"),
        (["infinity"], "between the years 2000 and 2100"),
        (["1.7E+09"], "must be a time"),
    ],
)
def test_what_is_no_time_is_refused(
    con: ibis.BaseBackend, tmp_path: Path, values: list[object], said: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_csv_times(con, tmp_path / "a.csv", *values)
    assert said in str(refused.value)
    assert "column exposed_at" in str(refused.value) and "a.csv" in str(refused.value)


def test_a_column_of_another_kind_is_refused(con: ibis.BaseBackend, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="exposed_at must be a time"):
        read_parquet_times(con, tmp_path / "a.parquet", pa.array([[1, 2]]))
    with pytest.raises(InputError, match="between the years 2000 and 2100"):
        read_parquet_times(con, tmp_path / "b.parquet", pa.array([datetime(1970, 1, 1)]))
