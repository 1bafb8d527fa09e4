import vl_convert
from huizan.inference.intervals import intervals
from huizan.inference.wording import CAUSE

SEEN = {"estimate": 0.3, "low": 0.2, "high": 0.4, "detected": True}
UNSEEN = {"estimate": 0.02, "low": 0.0, "high": 0.05, "detected": False}
UNKNOWN = {"estimate": None, "low": None, "high": None, "detected": False}


def test_unknown_shares_are_not_drawn() -> None:
    entries = {"content_quality": SEEN, "emotional_manipulation": UNSEEN, "unexplained": UNKNOWN}
    spec = intervals(entries, CAUSE, "en", True, {"emotional_manipulation": 0.03})
    (rows,) = spec["datasets"].values()
    assert [row["name"] for row in rows] == ["content quality", "emotional manipulation"]
    assert [row["detected"] for row in rows] == ["detected", "not detected"]
    assert vl_convert.vegalite_to_svg(spec | {"width": 300}).startswith("<svg")


def test_without_a_point_only_intervals_are_drawn() -> None:
    spec = intervals({"content_quality": SEEN}, CAUSE, "zh", False)
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert marks == ["bar", "bar"]
