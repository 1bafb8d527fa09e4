import json

import pytest
import vl_convert
from huizan.inference import charts
from huizan.inference.ages import laid_out
from huizan.inference.numerals import LANGUAGES, Language
from huizan.model.taxonomy import cause_names

MASSES = {name: float(i) for i, name in enumerate(cause_names())}
AGES = [{"from_s": 0.0, "to_s": 5.0, **MASSES}, {"from_s": 5.0, "to_s": 3600.0, **MASSES}]
GROUPS = [{"label": "甲", "n": 15, **MASSES}, {"label": "it's <b>", "n": 90, **MASSES}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_specification_is_drawn(language: Language) -> None:
    rows = laid_out(AGES, False, 3000.0)
    for spec in (
        charts.ages(rows, True, language, "per_doubling"),
        charts.ages(rows, False, language, "share"),
        charts.groups(GROUPS, language),
        charts.weeks(GROUPS, language),
        charts.time_line(language),
    ):
        assert "config" not in spec and "http" not in json.dumps(spec)
        spec = spec | {"width": 400, "datasets": {"bins": [], "comments": []} | spec.get("datasets", {})}
        svg = vl_convert.vegalite_to_svg(spec)
        assert svg.startswith("<svg")


def test_stacks_are_whole() -> None:
    spec = charts.groups(GROUPS, "zh")
    (rows,) = spec["datasets"].values()
    tops = [row["top"] for row in rows if row["label"] == "甲"]
    assert max(tops) == pytest.approx(1.0)


def test_words_follow_the_language() -> None:
    zh, en = (json.dumps(charts.groups(GROUPS, language), ensure_ascii=False) for language in LANGUAGES)
    assert "情绪操纵" in zh and "emotional manipulation" not in zh
    assert "emotional manipulation" in en and "情绪操纵" not in en


def test_library_can_stand_inside_a_page() -> None:
    script = charts.library().lower()
    assert "vegaembed" in script and "</script" not in script and "<!--" not in script
    assert len(script) < 1_200_000
