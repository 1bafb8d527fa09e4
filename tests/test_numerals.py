import pytest
from huizan.inference.numerals import age_words, interval_words, moment, percent


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.034, "3.4%"), (0.0996, "10%"), (0.261, "26%"), (1.0, "100%")]
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


def test_intervals() -> None:
    entry = {"estimate": 0.26, "low": 0.13, "high": 0.27}
    assert interval_words(entry, True) == "26% (13%–27%)"
    assert interval_words(entry, False) == "13%–27%"
    assert interval_words({"low": None}, True) == "–"


def test_ages_and_moments() -> None:
    assert [age_words(s, "zh") for s in (5, 90, 7200, 86400)] == ["5秒", "1.5分钟", "2小时", "1天"]
    assert age_words(20, "en") == "20 s"
    assert moment(1_767_225_600_000_000) == "2026-01-01 00:00" and moment(None) == ""
