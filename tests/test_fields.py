import io
from pathlib import Path

from huizan.inference.exports import sheets
from huizan.inference.fields import OTHER, SHIFTED, fields, label
from huizan.inference.unfit import Unfit

from tests.crawls import write_csv, write_xlsx


def test_rows_of_two_widths_under_one_header(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "deep" / "a.csv", [{"id": "1", "hash": "x"}], ["2", "u", "avatar"], ["3"], ["4", "y"]
    )
    (sheet,) = sheets(path)
    unfit = Unfit(io.StringIO())
    rows = list(fields(sheet, tmp_path, unfit, [("id", "user_id", "avatar")]))
    assert [row for _, row in rows] == [
        {"id": "1", "hash": "x"}, {"id": "2", "user_id": "u", "avatar": "avatar"}, {"id": "4", "hash": "y"}
    ]  # fmt: skip
    assert [str(at) for at, _ in rows] == ["deep/a.csv, line 2", "deep/a.csv, line 3", "deep/a.csv, line 5"]
    assert unfit.notes == {OTHER: 1}
    assert unfit.left_out == {"not as wide as the header (2 or 3 fields)": 1}
    assert str(next(iter(unfit.first.values()))) == "deep/a.csv, line 4"


def test_headers_of_one_width_are_told_by_where_ids_and_times_are(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv", [{"id": "1", "time": "5", "text": "a"}], ["b", "2", "6"], ["c", "d", "e"]
    )
    (sheet,) = sheets(path)
    unfit = Unfit(io.StringIO())
    rows = fields(sheet, path, unfit, [("text", "id", "time")], fits=lambda row: row["id"].isdigit())
    assert [row for _, row in rows] == [
        {"id": "1", "time": "5", "text": "a"},
        {"text": "b", "id": "2", "time": "6"},
    ]
    assert unfit.notes == {OTHER: 1} and unfit.left_out == {SHIFTED: 1}


def test_only_what_is_wanted(tmp_path: Path) -> None:
    (sheet,) = sheets(write_csv(tmp_path / "a.csv", [{"id": "1", "b": "2", "c": "3"}]))
    (row,) = fields(sheet, tmp_path / "a.csv", Unfit(io.StringIO()), wanted=("c", "id"))
    assert row[1] == {"id": "1", "c": "3"}


def test_a_sheet_has_a_name_of_its_own(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", Contents=[{"id": "1"}], Comments=[{"id": "1"}])
    assert [label(sheet, path) for sheet in sheets(path)] == ["a.xlsx [Contents]", "a.xlsx [Comments]"]
