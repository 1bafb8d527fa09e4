import json
import sqlite3
import sys
import tracemalloc
from pathlib import Path

import pytest
from huizan.inference import exports
from huizan.inference.exports import Broken, exported, sheets
from huizan.model.errors import InputError

from tests.crawls import write_csv, write_json, write_jsonl, write_xlsx


def rows_of(path: Path) -> list:
    (sheet,) = sheets(path)
    return list(sheet.rows())


def test_a_folder_is_searched_in_the_order_of_its_paths(tmp_path: Path) -> None:
    for name in ("b/2.csv", "a/x.jsonl", "a/~$lock.xlsx", ".hidden/h.csv", "notes.md", "c.JSON"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [file.name for file in exported(tmp_path)] == ["x.jsonl", "2.csv", "c.JSON"]
    for path, found in ((tmp_path / "notes.md", "is none"), (tmp_path / "gone", "there is no")):
        with pytest.raises(InputError, match=found):
            exported(path)


def test_csv_tells_the_line_on_which_each_row_begins(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [{"id": "1", "text": '一\n二, "三"'}, {"id": "2", "text": "四"}])
    path.write_bytes(path.read_bytes() + b"\r\nid,text\r\n3\r\n")
    (sheet,) = sheets(path)
    assert sheet.columns == ("id", "text")
    assert list(sheet.rows()) == [
        (2, ["1", '一\n二, "三"']),
        (4, ["2", "四"]),
        (6, Broken("the header again")),
        (7, ["3"]),
    ]


def test_a_quote_that_is_never_closed_ends_the_import(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,text\n1,a\n2,"b\n3,c\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"a.csv: from line 3 on, .* Mend this line"):
        rows_of(path)


def test_gbk_is_refused_with_advice(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [{"id": "1", "text": "街头偶遇"}], encoding="gb18030")
    with pytest.raises(
        InputError, match=r"line 2: bytes that are not UTF-8 .* iconv -f GB18030 -t UTF-8 a.csv"
    ):
        sheets(path)


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('\ufeff{"id": 7301234567890123456}\n\n[1]\n{"id": 2', encoding="utf-8")
    assert rows_of(path) == [
        (1, {"id": 7_301_234_567_890_123_456}),
        (3, Broken("no JSON object")),
        (4, Broken("no JSON object")),
    ]


@pytest.mark.parametrize("chunk", [7, 1 << 16])
def test_a_json_array_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(exports, "CHUNK", chunk)
    path = tmp_path / "a.json"
    values = [{"id": str(i), "text": "演的吧\n]},{" * i} for i in range(9)]
    path.write_text(json.dumps(values, ensure_ascii=False, indent=4), encoding="utf-8")
    found = rows_of(path)
    assert [row for _, row in found] == values
    assert [line for line, _ in found] == [2 + 4 * i for i in range(9)]
    path.write_text(json.dumps(values[1]), encoding="utf-8")
    assert rows_of(path) == [(1, values[1])]
    path.write_text("[1, " + json.dumps(values[1]), encoding="utf-8")
    assert rows_of(path) == [(1, Broken("no JSON object")), (1, values[1])]
    path.write_text(json.dumps(values, ensure_ascii=False, indent=4)[:-30], encoding="utf-8")
    with pytest.raises(InputError, match=r"the value from line 34 on is no JSON. Export it again"):
        rows_of(path)


@pytest.mark.parametrize("form", ["csv", "jsonl", "json", "sqlite"])
def test_rows_are_never_held_together(tmp_path: Path, form: str) -> None:
    rows = [{"id": str(i), "text": f"演的吧{i}" * 40} for i in range(20_000)]
    if form == "sqlite":
        path = tmp_path / "a.db"
        con = sqlite3.connect(path)
        con.execute("CREATE TABLE t (id TEXT, text TEXT)")
        con.executemany("INSERT INTO t VALUES (?, ?)", [list(row.values()) for row in rows])
        con.commit()
        con.close()
    else:
        path = {"csv": write_csv, "jsonl": write_jsonl, "json": write_json}[form](
            tmp_path / f"a.{form}", rows
        )
    tracemalloc.start()
    try:
        seen = sum(1 for _ in sheets(path)[0].rows())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seen == 20_000 and peak < 6_500_000 < path.stat().st_size


def test_empty_files_have_no_sheets(tmp_path: Path) -> None:
    for name, text in (("a.csv", ""), ("b.csv", "\n"), ("c.json", "[]"), ("d.jsonl", "\n")):
        (tmp_path / name).write_text(text)
        assert sheets(tmp_path / name) == [], name


def test_workbooks(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        Contents=[
            {"id": "7301234567890123456", "n": 1_234_567_890_123_456}, {"id": None, "n": None}, {"id": "2", "n": 7.3e18},
        ],
        Comments=[{"id": "c"}],
    )  # fmt: skip
    first, second = sheets(path)
    assert (first.name, first.columns, second.name) == ("Contents", ("id", "n"), "Comments")
    assert list(first.rows()) == [(2, ["7301234567890123456", 1_234_567_890_123_456]), (4, ["2", 7.3e18])]
    path.write_bytes(b"PK no workbook")
    with pytest.raises(InputError, match="no Excel workbook"):
        sheets(path)


def test_workbooks_need_their_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", Contents=[{"id": "1"}])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(InputError, match=r"pip install 'huizan\[import\]'"):
        sheets(path)


def test_databases(tmp_path: Path) -> None:
    path = tmp_path / "名 字?.db"
    con = sqlite3.connect(path)
    con.execute("CREATE TABLE videos (id INTEGER PRIMARY KEY, aweme_id BIGINT, title TEXT)")
    con.executemany(
        "INSERT INTO videos VALUES (?, ?, ?)", [(5, 2, "二"), (1, 7_301_234_567_890_123_456, None)]
    )
    con.commit()
    con.close()
    (sheet,) = sheets(path)
    assert (sheet.name, sheet.columns) == ("videos", ("id", "aweme_id", "title"))
    assert list(sheet.rows()) == [(1, [1, 7_301_234_567_890_123_456, None]), (5, [5, 2, "二"])]
    path.write_bytes(b"no database" * 100)
    with pytest.raises(InputError, match="file is not a database"):
        sheets(path)
