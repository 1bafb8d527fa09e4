import gzip
from pathlib import Path

import ibis
import pytest
from huizan.inference.engines import connect
from huizan.inference.formats import files_of
from huizan.inference.tables import read
from huizan.model.errors import InputError
from huizan.model.records import VIDEOS

from tests.tables import csv, jsonl, parquet

ROWS = [{"video_id": 1, "title": "街头"}, {"video_id": 2, "title": "演的"}]


@pytest.fixture(scope="module")
def con() -> ibis.BaseBackend:
    return connect()


def titles(con: ibis.BaseBackend, path: Path) -> list[str]:
    return read(con, path, VIDEOS).title.to_pyarrow().to_pylist()


def refusal(con: ibis.BaseBackend, path: Path) -> str:
    with pytest.raises(InputError) as refused:
        titles(con, path)
    return str(refused.value)


def test_every_format_gives_the_same_table(con: ibis.BaseBackend, tmp_path: Path) -> None:
    lines = ["video_id,title", "1,街头", "2,演的"]
    paths = [
        csv(tmp_path / "v.csv", *lines),
        csv(tmp_path / "bom.CSV", *lines, encoding="utf-8-sig"),
        csv(tmp_path / "v.tsv", *(line.replace(",", "\t") for line in lines)),
        jsonl(tmp_path / "v.jsonl", *ROWS),
        jsonl(tmp_path / "v.ndjson", *ROWS),
        parquet(tmp_path / "v.parquet", video_id=[1, 2], title=["街头", "演的"]),
    ]
    for path in paths[:1] + paths[3:4]:
        packed = path.with_name(path.name + ".gz")
        packed.write_bytes(gzip.compress(path.read_bytes()))
        paths.append(packed)
    windows = tmp_path / "windows.csv"
    windows.write_bytes("\r\n".join(lines).encode())
    for path in [*paths, windows]:
        assert titles(con, path) == ["街头", "演的"], path.name


@pytest.mark.parametrize("name", ["it's.jsonl", "a[1].csv", "名 字.csv", "a*b.parquet"])
def test_file_names_are_taken_as_they_are(con: ibis.BaseBackend, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if path.suffix == ".csv":
        csv(path, "video_id,title", "1,街头")
    elif path.suffix == ".jsonl":
        jsonl(path, ROWS[0])
    else:
        parquet(path, video_id=[1], title=["街头"])
    assert titles(con, path) == ["街头"]


def test_a_folder_is_read_in_the_order_of_its_names(con: ibis.BaseBackend, tmp_path: Path) -> None:
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / ".hidden.csv").write_text("x")
    (tmp_path / "notes.md").write_text("x")
    csv(tmp_path / "part-2.csv", "video_id,title", "2,b", "3,c")
    csv(tmp_path / "part-1.csv", "video_id,title", "1,a")
    assert [file.name for file in files_of(tmp_path)] == ["part-1.csv", "part-2.csv"]
    assert titles(con, tmp_path) == ["a", "b", "c"]


def test_a_bad_row_of_a_folder_is_found_in_its_file(con: ibis.BaseBackend, tmp_path: Path) -> None:
    csv(tmp_path / "part-1.csv", "video_id,title", "1,a", "2,b")
    csv(tmp_path / "part-2.csv", "video_id,title", "3,c", "7.3E+18,d")
    assert "part-2.csv, column video_id, row 2: '7.3E+18'" in refusal(con, tmp_path)


def test_files_of_a_folder_must_agree(con: ibis.BaseBackend, tmp_path: Path) -> None:
    csv(tmp_path / "a.csv", "video_id,title", "1,a")
    csv(tmp_path / "b.csv", "title,video_id", "a,2")
    assert "same columns. Found: a.csv has video_id, title; b.csv has title, video_id" in refusal(
        con, tmp_path
    )
    jsonl(tmp_path / "c.jsonl", *ROWS)
    assert "A folder holds files of one format. Found: .csv, .jsonl in" in refusal(con, tmp_path)
    folder = tmp_path / "parquet"
    folder.mkdir()
    parquet(folder / "a.parquet", video_id=[1], title=["a"])
    parquet(folder / "b.parquet", video_id=["2"], title=["a"])
    assert "video_id is int64 in a.parquet and string in" in refusal(con, folder)


def test_nothing_there(con: ibis.BaseBackend, tmp_path: Path) -> None:
    assert "there is no" in refusal(con, tmp_path / "none.csv")
    assert "is a folder without such files" in refusal(con, tmp_path)
    path = tmp_path / "v.xlsx"
    path.write_bytes(b"PK")
    assert "The ending tells the format: .parquet, .csv, .tsv or .jsonl. Found: " in refusal(con, path)


@pytest.mark.parametrize("name", ["v.csv", "v.jsonl", "v.parquet", "v.tsv"])
def test_an_empty_file(con: ibis.BaseBackend, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    assert "must hold at least one row. Found: " in refusal(con, path)


def test_a_truncated_parquet(con: ibis.BaseBackend, tmp_path: Path) -> None:
    path = parquet(tmp_path / "v.parquet", video_id=list(range(1000)), title=["t"] * 1000)
    whole = path.read_bytes()
    for length in (3, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert "A .parquet file must be whole. Found: " in refusal(con, path)


def test_a_parquet_that_is_broken_inside(con: ibis.BaseBackend, tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "v.parquet", video_id=list(range(5000)), title=[str(i) * 9 for i in range(5000)]
    )
    whole = bytearray(path.read_bytes())
    whole[4 : len(whole) // 2] = bytes(len(whole) // 2 - 4)
    path.write_bytes(whole)
    assert "must be readable. Found: " in refusal(con, path)


def test_other_encodings(con: ibis.BaseBackend, tmp_path: Path) -> None:
    lines = ["video_id,title", "1,title", "2,街头偶遇"]
    said = refusal(con, csv(tmp_path / "g.csv", *lines, encoding="gb18030"))
    assert "g.csv, line 3: bytes that are not UTF-8" in said
    assert "iconv -f GB18030 -t UTF-8 g.csv > utf8-g.csv" in said
    assert "iconv -f UTF-16 -t UTF-8 u.csv" in refusal(
        con, csv(tmp_path / "u.csv", *lines, encoding="utf-16")
    )
    cut = tmp_path / "cut.csv"
    cut.write_bytes("video_id,title\n1,街".encode()[:-1])
    assert "ends in the middle of a character. Copy or write it again" in refusal(con, cut)
    said = refusal(con, csv(tmp_path / "header.csv", "video_id,标题", "1,t", encoding="gb18030"))
    assert "line 1: bytes that are not UTF-8" in said


@pytest.mark.parametrize("row", ["2", "2,b,c", '2,"b', '2,"b"c'])
def test_ragged_rows(con: ibis.BaseBackend, tmp_path: Path, row: str) -> None:
    said = refusal(con, csv(tmp_path / "v.csv", "video_id,title", "1,a", row))
    assert "v.csv: CSV Error on Line: 3" in said and "Mend this line" in said


def test_a_column_twice(con: ibis.BaseBackend, tmp_path: Path) -> None:
    said = refusal(con, csv(tmp_path / "v.csv", "video_id,title,title", "1,a,b"))
    assert "has 'title' twice" in said


def test_broken_json(con: ibis.BaseBackend, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "v.jsonl", *ROWS)
    path.write_bytes(path.read_bytes()[:-2])
    said = refusal(con, path)
    assert "Malformed JSON" in said and "Mend this line" in said
    path.write_text("[1, 2]\n")
    assert "Each line must be one JSON object" in refusal(con, path)
