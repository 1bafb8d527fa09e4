from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.inference.engines import connect
from huizan.inference.outcome import document, open_tables
from huizan.model.errors import InputError

from .made_outputs import make


def test_times_are_microseconds_and_ids_text(tmp_path: Path) -> None:
    row = open_tables(connect(), make(tmp_path)).reversals.limit(1).to_pyarrow().to_pylist()[0]
    assert isinstance(row["unliked_at"], int) and row["unliked_at"] > 1.7e15
    assert row["key"] == str(row["video_id"])


def test_an_output_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    make(tmp_path)
    pq.write_table(pa.table({"video_id": ["v0"]}), tmp_path / "reversals.parquet")
    with pytest.raises(InputError, match="unexplained"):
        open_tables(connect(), tmp_path)


def test_a_broken_output_is_refused(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "videos_effect.parquet").write_bytes(b"PAR1 cut off")
    with pytest.raises(InputError, match=r"videos_effect\.parquet"):
        open_tables(connect(), tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_document_must_hold_what_is_asked(tmp_path: Path, text: str) -> None:
    (tmp_path / "shares.json").write_text(text)
    with pytest.raises(InputError, match=r"shares\.json"):
        document(tmp_path, "shares.json", "shares")


def test_probabilities_alone_are_read_at_one_half(tmp_path: Path) -> None:
    make(tmp_path)
    path = tmp_path / "videos.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["is_staged"]), path)
    videos = open_tables(connect(), tmp_path).videos
    assert videos is not None
    rows = videos.select("p_staged", "is_staged").to_pyarrow().to_pylist()
    assert [row["is_staged"] for row in rows] == [row["p_staged"] >= 0.5 for row in rows]


def test_times_of_another_models_table_are_read_in_any_form(tmp_path: Path) -> None:
    made = make(tmp_path, videos=2)
    table = pq.read_table(made / "comments.parquet")
    wanted = open_tables(connect(), made).comments
    assert wanted is not None
    moments = wanted.order_by("comment_id").created_at.to_pyarrow().to_pylist()
    seconds = table["created_at"].cast(pa.int64()).to_pylist()
    place = table.column_names.index("created_at")
    for column in (
        pa.array([value // 1_000_000 for value in seconds]),
        pa.array([f"{datetime.fromtimestamp(value / 1e6, UTC):%Y-%m-%dT%H:%M:%S}" for value in seconds]),
    ):
        pq.write_table(table.set_column(place, "created_at", column), made / "comments.parquet")
        read = open_tables(connect(), made).comments
        assert read is not None and read.order_by("comment_id").created_at.to_pyarrow().to_pylist() == moments
