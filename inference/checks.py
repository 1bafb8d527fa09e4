"""Falsification checks: what should not be there if the attribution is right, and whether it is.

Each check returns passed true, false, or null where it could not be run, with its figure and what it means. A null is
an honest answer: nothing here passes because nobody looked.
"""

from typing import Any

import numpy as np

from ..model.hazard import AGE_EDGES
from .atrisk import AtRisk
from .terms import Design

SMALL = 0.05  # share that moved packages may still be given
Z = 2.58  # two-sided 1 %
SLOW_FROM = 3600.0  # seconds


def checks(data: AtRisk, plan: Design, shares: dict[str, Any], floor: dict[str, float]) -> dict[str, Any]:
    """All checks of one attribution."""
    return {
        "checks": [
            _placebo(shares, floor),
            _first_seconds(data),
            _null("evidence_before_unlike", "证据先于取消", "not built yet"),
            _e_value(data),
            _null("negative_control_time_shift", "时间错位对照", "not built yet"),
            _null("recovery_on_simulated_data", "模拟复原", "not built yet"),
        ]
    }


def not_run(why: str) -> dict[str, Any]:
    """Every check null, for one reason."""
    names = (
        ("placebo_tags", "安慰剂标签"), ("no_tag_action_in_first_two_seconds", "头两秒无标签作用"),
        ("evidence_before_unlike", "证据先于取消"), ("e_value_of_slow_unlikes", "慢取消的E值"),
        ("negative_control_time_shift", "时间错位对照"), ("recovery_on_simulated_data", "模拟复原"),
    )  # fmt: skip
    return {"checks": [_null(name, chinese, why) for name, chinese in names]}


def _check(name: str, chinese: str, passed: bool | None, figure: dict[str, Any], why: str) -> dict[str, Any]:
    return {"name": name, "chinese": chinese, "passed": passed, "figure": figure, "why": why}


def _null(name: str, chinese: str, why: str) -> dict[str, Any]:
    return _check(name, chinese, None, {}, why)


def _placebo(shares: dict[str, Any], floor: dict[str, float]) -> dict[str, Any]:
    name, chinese = "placebo_tags", "安慰剂标签"
    emotional = floor.get("emotional_manipulation", 0.0)
    if shares["placebo_floor"] == {} or not any(shares["tags"][t]["estimate"] for t in shares["tags"]):
        return _null(name, chinese, "no tag separates the videos")
    figure = {
        "largest_placebo_share": emotional,
        "estimate": shares["shares"]["emotional_manipulation"]["estimate"],
    }
    why = "With tags and comments moved to other videos of like popularity, hardly anything may be left to explain by them"
    return _check(name, chinese, emotional <= SMALL, figure, why)


def _first_seconds(data: AtRisk) -> dict[str, Any]:
    """No verdict is reached in two seconds: suspected and unsuspected videos lose likes at the same rate there."""
    name, chinese = "no_tag_action_in_first_two_seconds", "头两秒无标签作用"
    counts, time = _by_suspicion(data, 0.0, 2.0)
    if min(counts) < 5:
        return _null(name, chinese, f"too few un-likes in the first two seconds ({sum(counts)})")
    ratio = (counts[1] / time[1]) / (counts[0] / time[0])
    z = abs(np.log(ratio)) / np.sqrt(1 / counts[0] + 1 / counts[1])
    why = "A tag that acts before a video can be judged acts through something else, such as hastier users"
    return _check(name, chinese, bool(z < Z), {"rate_ratio": float(ratio), "z": float(z)}, why)


def _e_value(data: AtRisk) -> dict[str, Any]:
    """How strong an unseen common reason would have to be to explain the slow un-likes of suspected videos away.

    VanderWeele and Ding, Annals of Internal Medicine 2017: E = RR + sqrt(RR (RR - 1)).
    """
    name, chinese = "e_value_of_slow_unlikes", "慢取消的E值"
    counts, time = _by_suspicion(data, SLOW_FROM, float(AGE_EDGES[-1]))
    if min(counts) < 5:
        return _null(name, chinese, "too few slow un-likes on one side")
    ratio = (counts[1] / time[1]) / (counts[0] / time[0])
    low = ratio * np.exp(-1.96 * np.sqrt(1 / counts[0] + 1 / counts[1]))
    value = [float(r + np.sqrt(r * (r - 1))) if r > 1 else 1.0 for r in (ratio, low)]
    why = "Un-likes later than an hour: a hidden reason would need at least this risk ratio with both tag and un-like"
    return _check(
        name,
        chinese,
        bool(value[1] > 1),
        {"rate_ratio": float(ratio), "e_value": value[0], "e_value_low": value[1]},
        why,
    )


def _by_suspicion(data: AtRisk, begin: float, end: float) -> tuple[list[int], list[float]]:
    """Un-likes and seconds at risk in an interval of age, for unsuspected and suspected videos."""
    events_on = _suspected(data.events)
    age = data.events["age"].to_numpy() / 1e6
    inside = (age >= begin) & (age < end)
    cells_on = _suspected(data.cells)
    bins = [b for b in range(len(AGE_EDGES) - 1) if AGE_EDGES[b] >= begin and AGE_EDGES[b + 1] <= end]
    seconds = np.sum([data.cells[f"all_{b}"].to_numpy() for b in bins], axis=0)
    return (
        [int((inside & (events_on == on)).sum()) for on in (False, True)],
        [max(float(seconds[cells_on == on].sum()), 1e-9) for on in (False, True)],
    )


def _suspected(table) -> np.ndarray:
    return (table["clickbait"].to_numpy() >= 1) | (table["staged"].to_numpy() >= 1)
