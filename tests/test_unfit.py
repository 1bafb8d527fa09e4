import io
import json
from pathlib import Path

import pytest
from huizan.inference.unfit import AGAIN, At, Unfit
from huizan.model.errors import InputError


def test_everything_is_told_by_file_and_line() -> None:
    stream = io.StringIO()
    unfit = Unfit(stream)
    unfit.row(At("a.csv", 3), "no video_id")
    unfit.row(At("b.csv", 9), "no video_id")
    unfit.cell(At("a.csv", 4), "like_count cannot be read", "赞" * 100)
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [
        {"file": "a.csv", "line": 3, "what": "row left out", "reason": "no video_id"},
        {"file": "b.csv", "line": 9, "what": "row left out", "reason": "no video_id"},
        {"file": "a.csv", "line": 4, "what": "cell left empty", "reason": "like_count cannot be read", "cell": "赞" * 80},
    ]  # fmt: skip
    assert unfit.left_out == {"no video_id": 2} and unfit.emptied == {"like_count cannot be read": 1}
    assert str(unfit.first["no video_id"]) == "a.csv, line 3"


def test_mostly_unusable_exports_are_refused() -> None:
    unfit = Unfit(io.StringIO())
    unfit.rows = 3
    unfit.row(At("a.csv", 2), "no video_id")
    unfit.check(Path("data"))
    unfit.row(At("a.csv", 3), "no video_id")
    with pytest.raises(InputError, match=r"2 of 3 rows: no video_id, first in a.csv, line 2"):
        unfit.check(Path("data"))
    doubled = Unfit(io.StringIO())
    doubled.rows = 3
    for line in (2, 3):
        doubled.row(At("a.csv", line), AGAIN)
    doubled.check(Path("data"))


def test_ids_that_lost_digits_are_refused() -> None:
    unfit = Unfit(io.StringIO())
    unfit.lost_digits(At("a.csv", 2), "video_id", "7.3E+18")
    unfit.lost_digits(At("a.csv", 5), "video_id", "7.4E+18")
    with pytest.raises(InputError) as refused:
        unfit.check(Path("data"))
    assert "video_id must keep all its digits. Found: a.csv, line 2: 7.3E+18 (2 such cells)" in str(
        refused.value
    )
    assert "export again" in refused.value.do
