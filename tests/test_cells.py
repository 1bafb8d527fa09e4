import math
from datetime import UTC, datetime
from typing import Any

import pytest
from huizan.inference import cells


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.2万", 12_000), ("3亿", 300_000_000), ("2w", 20_000), ("2W", 20_000), ("10+", 10), ("1万+", 10_000),
        ("1,234", 1234), ("1千", 1000), ("0", 0), ("12.0", 12), (7, 7), (7.0, 7), ("9007199254740993", 9_007_199_254_740_993),
        ("None", None), ("", None), (" ", None), (None, None), (math.nan, None), ("0.3万", 3000),
    ],
)  # fmt: skip
def test_counts(cell: Any, value: int | None) -> None:
    assert cells.count(cell) == value


@pytest.mark.parametrize("cell", ["赞", "-1", -1, "1.5", 1.5, "1万2", "2024-05-15", "9" * 20, 10**20])
def test_what_is_no_count(cell: Any) -> None:
    with pytest.raises(ValueError, match="count"):
        cells.count(cell)


def test_counts_for_people_are_rounded() -> None:
    assert [cells.rounded(cell) for cell in ("1.2万", "10+", "2w", "10", 10, None, "")] == [True] * 3 + [
        False
    ] * 4


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("7301234567890123456", "7301234567890123456"), (7_301_234_567_890_123_456, "7301234567890123456"),
        (" 3xf8abc ", "3xf8abc"), (12.0, "12"), ("007", "007"), ("12e5", "12e5"), (None, None), ("None", None), ("", None),
    ],
)  # fmt: skip
def test_ids_keep_every_digit(cell: Any, value: str | None) -> None:
    assert cells.identifier(cell) == value


@pytest.mark.parametrize("cell", ["7.3E+18", "7.30123e+18", 7.3e18, 0.5])
def test_ids_that_lost_digits(cell: Any) -> None:
    with pytest.raises(cells.LostDigits):
        cells.identifier(cell)


@pytest.mark.parametrize("cell", [True, ["1"], {"id": 1}])
def test_what_is_no_id(cell: Any) -> None:
    with pytest.raises(ValueError, match="no id"):
        cells.identifier(cell)


@pytest.mark.parametrize(
    "cell",
    [
        1_715_760_000, 1_715_760_000_000, "1715760000", "1715760000000", 1_715_760_000_000_000, "1715760000.0",
        "2024-05-15 16:00", "2024-05-15 16:00:00", "2024/05/15 16:00:00", "2024-05-15T08:00:00Z",
        "2024-05-15 16:00:00+08:00", datetime(2024, 5, 15, 16), datetime(2024, 5, 15, 8, tzinfo=UTC),
    ],
)  # fmt: skip
def test_a_moment_in_every_form(cell: Any) -> None:
    assert cells.moment(cell) == 1_715_760_000_000_000


def test_no_moment() -> None:
    assert [cells.moment(cell) for cell in (None, "", "None", 0, "0")] == [None] * 5
    for cell in ("昨天", 12, "4102444800", "1999-12-31", "2100-01-02"):
        with pytest.raises(ValueError):
            cells.moment(cell)


def test_texts_and_measures() -> None:
    assert (
        cells.text("[doge] 演的吧\n") == "[doge] 演的吧"
        and cells.text("nan") is None
        and cells.text(12) == "12"
    )
    assert cells.measure("0.303") == 0.303 and cells.measure("") is None
    assert cells.text("好\ud83d") == "好\ufffd" and cells.text("好\ud83d\ude02") == "好😂", "cut emoji"
    for cell in ("-1", "inf", "x", "1e300"):
        with pytest.raises(ValueError):
            cells.measure(cell)
