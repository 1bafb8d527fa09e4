import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.inference import importing
from huizan.inference.importing import LIST, REPORT, import_texts, write_stream
from huizan.inference.mediacrawler import read_mediacrawler
from huizan.model.errors import InputError

from tests.crawls import comment, video, write_csv, write_jsonl


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    write_jsonl(folder / "xhs_contents_x.jsonl", [video("xhs"), video("xhs", note_id="", title="x")])
    write_csv(
        folder / "xhs_comments_x.csv", [comment("xhs"), comment("xhs", 1, like_count="赞")], ["one field"]
    )
    return folder


def imported(data: Path, out: Path) -> importing.Imported:
    return import_texts("mediacrawler", read_mediacrawler, data, out)


def test_tables_and_a_report_of_what_did_not_fit(data: Path, tmp_path: Path) -> None:
    done = imported(data, tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == sorted(
        ["videos.parquet", "comments.parquet", REPORT, LIST]
    )
    report = json.loads((tmp_path / "out" / REPORT).read_text(encoding="utf-8"))
    assert (
        report["rows"] == {"videos.parquet": 1, "comments.parquet": 2} and report["source"] == "mediacrawler"
    )
    assert report["left_out"] == {
        "no video_id": {"n": 1, "first": "xhs_contents_x.jsonl, line 2"},
        "not as wide as the header (11 or 13 fields)": {"n": 1, "first": "xhs_comments_x.csv, line 4"},
    }
    assert report["emptied"] == {"like_count cannot be read": {"n": 1, "first": "xhs_comments_x.csv, line 3"}}
    assert "1 cells left empty: like_count cannot be read (first in xhs_comments_x.csv, line 3)" in "\n".join(
        done.lines
    )
    listed = [json.loads(line) for line in (tmp_path / "out" / LIST).read_text(encoding="utf-8").splitlines()]
    assert {(line["file"], line["line"]) for line in listed} == {
        ("xhs_contents_x.jsonl", 2), ("xhs_comments_x.csv", 4), ("xhs_comments_x.csv", 3)
    }  # fmt: skip


def test_the_same_export_gives_the_same_bytes(data: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        imported(data, tmp_path / name)
    imported(data, tmp_path / "a")
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_all_of_it_or_nothing(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, *given: Any) -> int:
        if path.name == "comments.parquet":
            raise InputError("room", "none", "make some")
        return write_stream(path, *given)

    monkeypatch.setattr(importing, "write_stream", full)
    with pytest.raises(InputError, match="make some"):
        imported(data, tmp_path / "deep" / "out")
    assert not (tmp_path / "deep").exists()
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "videos.parquet").write_text("before")
    with pytest.raises(InputError):
        imported(data, kept)
    assert [file.name for file in kept.iterdir()] == ["videos.parquet"]
    assert (kept / "videos.parquet").read_text() == "before"


def test_what_a_killed_import_left_is_removed(data: Path, tmp_path: Path) -> None:
    left = tmp_path / "out" / ".import-1" / "raw"
    left.mkdir(parents=True)
    imported(data, tmp_path / "out")
    assert not left.parent.exists()


def test_tables_of_another_import_are_not_left_beside(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    imported(data, out)
    (data / "xhs_comments_x.csv").unlink()
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    with pytest.raises(
        InputError, match=r"holds comments.parquet, and this import made videos.parquet. Give an empty folder"
    ):
        imported(data, out)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_out_lies_outside_the_export(data: Path) -> None:
    for out in (data, data / "out"):
        with pytest.raises(InputError, match="must lie outside what is imported"):
            imported(data, out)
    assert len(list(data.iterdir())) == 2


def test_cut_characters_and_names_in_other_encodings_are_no_fault(tmp_path: Path) -> None:
    data = tmp_path / "data"
    row = video(
        "xhs", title="街头\ud83d", tag_list="好\ud83d,人", liked_count="\ud83d", comment_count="\ud83d"
    )
    path = write_jsonl(data / "xhs_contents_x.jsonl", [])
    path.write_text(json.dumps(row) + "\n")
    path.rename(Path(os.fsdecode(os.fsencode(data) + "/内容.jsonl".encode("gbk"))))
    out = imported(data, tmp_path / "out").out
    (found,) = pq.read_table(out / "videos.parquet").to_pylist()
    assert found["title"] == "街头\ufffd" and found["hashtags"] == ["好\ufffd", "人"]
    (told,) = [json.loads(line) for line in (out / LIST).read_text(encoding="utf-8").splitlines()]
    assert told["reason"] == "n_total cannot be read" and told["file"].endswith(".jsonl")


def test_times_are_written_in_utc(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_pydict(
        {"at": pa.array([0], pa.timestamp("us", tz="Asia/Shanghai")), "then": [1_715_760_000_000_000]}
    )
    assert write_stream(tmp_path / "t.parquet", iter([batch, batch]), ("then",)) == 2
    table = pq.read_table(tmp_path / "t.parquet")
    assert {field.type for field in table.schema} == {pa.timestamp("us", tz="UTC")}
    assert table["then"][0].as_py().isoformat() == "2024-05-15T08:00:00+00:00"
    with pytest.raises(ValueError, match="at least one batch"):
        write_stream(tmp_path / "t.parquet", iter([]))
