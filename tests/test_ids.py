from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from huizan.inference.engines import connect
from huizan.inference.ids import join_key
from huizan.inference.tables import read
from huizan.model.errors import InputError
from huizan.model.records import COMMENTS, VIDEOS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tables import csv, jsonl, parquet

INT64 = st.integers(-(2**63), 2**63 - 1)
WRITTEN = st.text("0123456789abcdefBV_-", min_size=1, max_size=24)
OFTEN = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def con() -> ibis.BaseBackend:
    return connect()


def ids_of(con: ibis.BaseBackend, path: Path) -> pa.ChunkedArray:
    return read(con, path, VIDEOS).video_id.to_pyarrow()


def as_csv(path: Path, *ids: object) -> Path:
    return csv(path, "video_id,title", *(f"{i},t" for i in ids))


@OFTEN
@given(ids=st.lists(INT64, min_size=1, max_size=6, unique=True))
def test_integers_come_back_from_every_format(con: ibis.BaseBackend, tmp_path: Path, ids: list[int]) -> None:
    rows = [{"video_id": i, "title": "t"} for i in ids]
    for path in (
        as_csv(tmp_path / "v.csv", *ids),
        jsonl(tmp_path / "v.jsonl", *rows),
        parquet(tmp_path / "v.parquet", video_id=ids, title=["t"] * len(ids)),
    ):
        found = ids_of(con, path)
        assert (found.type, found.to_pylist()) == (pa.int64(), ids)


@OFTEN
@given(ids=st.lists(WRITTEN, min_size=1, max_size=6, unique=True))
def test_texts_come_back_from_typed_formats(con: ibis.BaseBackend, tmp_path: Path, ids: list[str]) -> None:
    rows = [{"video_id": i, "title": "t"} for i in ids]
    for path in (
        jsonl(tmp_path / "v.jsonl", *rows),
        parquet(tmp_path / "v.parquet", video_id=ids, title=["t"] * len(ids)),
    ):
        found = ids_of(con, path)
        assert (found.type, found.to_pylist()) == (pa.string(), ids)


@pytest.mark.parametrize(
    "ids",
    [
        ["007", "8"], ["+5", "6"], ["-0", "1"], ["9223372036854775808", "1"], [" 1", "2"], ["1.5", "2"], ["BV1", "2"],
        ["12e5", "7"], ["1234e567", "f67f442e67151b0b"],
    ],
)  # fmt: skip
def test_a_csv_has_integers_only_if_all_are_written_so(
    con: ibis.BaseBackend, tmp_path: Path, ids: list[str]
) -> None:
    assert ids_of(con, as_csv(tmp_path / "v.csv", *ids)).to_pylist() == ids


def test_integers_beyond_int64(con: ibis.BaseBackend, tmp_path: Path) -> None:
    large = [2**64 - 1, 5]
    path = parquet(tmp_path / "v.parquet", video_id=pa.array(large, pa.uint64()), title=["t", "t"])
    assert (ids_of(con, path).type, ids_of(con, path).to_pylist()) == (pa.uint64(), large)
    path = jsonl(tmp_path / "v.jsonl", *({"video_id": i, "title": "t"} for i in large))
    assert ids_of(con, path).to_pylist() == large


def test_json_of_both_kinds_is_text(con: ibis.BaseBackend, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "v.jsonl", {"video_id": 7, "title": "t"}, {"video_id": "007", "title": "t"})
    assert ids_of(con, path).to_pylist() == ["7", "007"]


LOST = "video_id must keep all its digits"


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["7300000000000000001", "7.3E+18"], f"{LOST}. Found: "),
        (["7.3e+18"], "row 1: '7.3e+18'"),
        (["1.0", "2.0"], LOST),
        (["7312345678901230000", "7312345678901240000", "7312345678901250000"], LOST),
        (["1", ""], "video_id must be there in every row. Found: "),
    ],
)
def test_what_a_spreadsheet_did_is_refused(
    con: ibis.BaseBackend, tmp_path: Path, ids: list[str], said: str
) -> None:
    with pytest.raises(InputError) as refused:
        ids_of(con, as_csv(tmp_path / "v.csv", *ids))
    assert said in str(refused.value) and "v.csv, column video_id, row " in str(refused.value)


def test_decimal_numbers_are_refused(con: ibis.BaseBackend, tmp_path: Path) -> None:
    path = parquet(tmp_path / "v.parquet", video_id=[7.3e18, 1.0], title=["t", "t"])
    with pytest.raises(InputError, match=r"as a decimal number an id loses its last digits.*astype"):
        ids_of(con, path)
    with pytest.raises(InputError, match="keep all its digits"):
        ids_of(con, jsonl(tmp_path / "v.jsonl", {"video_id": 7.3e18, "title": "t"}))


def test_missing_ids(con: ibis.BaseBackend, tmp_path: Path) -> None:
    columns = {"comment_id": ["a", "b"], "text": ["t", "t"]}
    path = parquet(tmp_path / "c.parquet", video_id=["v", None], **columns)
    with pytest.raises(InputError, match=r"video_id must be there.*row 2: nothing"):
        read(con, path, COMMENTS)
    path = parquet(tmp_path / "d.parquet", video_id=["v", "v"], parent_id=["", None], **columns)
    assert read(con, path, COMMENTS).parent_id.to_pyarrow().to_pylist() == [None, None]


def test_integers_and_texts_join(con: ibis.BaseBackend, tmp_path: Path) -> None:
    one = read(con, as_csv(tmp_path / "v.csv", 7300000000000000001, 8), VIDEOS)
    path = jsonl(
        tmp_path / "v.jsonl",
        {"video_id": "7300000000000000001", "title": "x"},
        {"video_id": "08", "title": "x"},
    )
    other = read(con, path, VIDEOS).select(other="video_id")
    joined = one.inner_join(other, join_key(one.video_id) == join_key(other.other))
    assert joined.video_id.to_pyarrow().to_pylist() == [7300000000000000001]
