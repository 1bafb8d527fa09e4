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
