import json
import os
import resource
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.inference import outputs
from huizan.inference.outputs import timestamps, write_json, write_table
from huizan.model.errors import InputError

TABLE = pa.table({"a": list(range(1000)), "b": [f"评论{i}" for i in range(1000)]})


@contextmanager
def full_disk():
    """Files may grow to 4 KiB and no further; only inside the block, for pytest itself may be writing to a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_bytes_do_not_depend_on_the_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "ROWS", 300)
    write_table(tmp_path / "a.parquet", TABLE)
    write_table(tmp_path / "b.parquet", iter(TABLE.to_batches(max_chunksize=7)), TABLE.schema)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert pq.read_table(tmp_path / "a.parquet").equals(TABLE)
    assert pq.read_metadata(tmp_path / "a.parquet").num_row_groups == 4


def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    write_table(tmp_path / "a.parquet", TABLE.slice(0, 0))
    assert pq.read_schema(tmp_path / "a.parquet") == TABLE.schema


def test_batches_need_a_schema(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="schema must be given"):
        write_table(tmp_path / "a.parquet", TABLE.to_batches())


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_table(path, TABLE)
    before = path.read_bytes()

    def batches():
        yield TABLE.to_batches()[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_table(path, batches(), TABLE.schema)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_a_full_disk_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    noise = pa.table({"a": [os.urandom(64) for _ in range(1000)]})
    no_room = r"must be writable and have room for a.parquet.*nothing was left half-written"
    with pytest.raises(InputError, match=no_room), full_disk():
        write_table(tmp_path / "a.parquet", noise)
    with pytest.raises(InputError, match=r"room for a\.json"), full_disk():
        write_json(tmp_path / "a.json", list(range(10_000)))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(InputError):
        write_json(tmp_path / "a.json", {})
    (tmp_path / "file").touch()
    with pytest.raises(InputError):
        write_json(tmp_path / "file" / "a.json", {})


def test_json_is_utf8_and_refuses_nan(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"悔赞": [1.5, None]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert "悔赞" in text and json.loads(text) == {"悔赞": [1.5, None]}
    with pytest.raises(ValueError, match="Out of range float"):
        write_json(tmp_path / "b.json", {"a": float("nan")})
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_microseconds_leave_as_utc_timestamps() -> None:
    table = timestamps(pa.table({"at": [1_717_243_200_000_001, None], "n": [1, 2]}), ["at", "gone"])
    assert table.schema.field("at").type == pa.timestamp("us", tz="UTC")
    assert table["at"].cast(pa.int64()).to_pylist() == [1_717_243_200_000_001, None]
