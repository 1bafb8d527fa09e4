"""Falsification checks: what should not be there if the attribution is right, and whether it is.

Each check returns passed true, false, or null where it could not be run, with its figure and what it means. A null is
an honest answer: nothing here passes because nobody looked.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false

from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..model import latent
from ..model.hazard import AGE_EDGES
from .accounts import Accounts
from .atrisk import AtRisk, aggregate, joined
from .claimed import claimed
from .design import Design, design, place
from .evidence import CLOCKS, COUNTS, video_clocks
from .inputs import Inputs
from .recovery import recovered

SMALL = 0.05  # share that moved packages may still be given
Z = 2.58  # two-sided 1 %
SLOW_FROM = 3600.0  # seconds
SUSPECTED = 0.7  # quantile of the higher of two scores, over videos, from which one is suspected
LATER = 172_800_000_000  # microseconds by which the negative control moves what comments exposed
RECOVERABLE = 200  # un-likes below which recovery would tell of chance alone
FOUND_AGAIN = 0.08  # largest error of a share that passes
_CLEAR = 2.0  # nats of log-likelihood below which two clocks fit alike


def checks(
    inputs: Inputs,
    data: AtRisk,
    plan: Design,
    accounts: Accounts,
    shares: dict[str, Any],
    floor: dict[str, float],
    seed: int,
    iterations: int,
) -> dict[str, Any]:
    """All checks of one attribution; `seed` and `iterations` are those of the fit."""
    return {
        "checks": [
            _placebo(shares, floor),
            _first_seconds(plan, data),
            _late_evidence(inputs, data, plan),
            _e_value(plan, data),
            _time_shift(inputs, plan, accounts),
            _recovery(plan, accounts, seed, iterations),
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


def _first_seconds(plan: Design, data: AtRisk) -> dict[str, Any]:
    """No verdict is reached in two seconds: suspected and unsuspected videos lose likes at the same rate there."""
    name, chinese = "no_tag_action_in_first_two_seconds", "头两秒无标签作用"
    counts, time = _by_suspicion(plan, data, 0.0, 2.0)
    if min(counts) < 5:
        return _null(name, chinese, f"too few un-likes in the first two seconds ({sum(counts)})")
    ratio = (counts[1] / time[1]) / (counts[0] / time[0])
    z = abs(np.log(ratio)) / np.sqrt(1 / counts[0] + 1 / counts[1])
    why = "A tag that acts before a video can be judged acts through something else, such as hastier users"
    return _check(name, chinese, bool(z < Z), {"rate_ratio": float(ratio), "z": float(z)}, why)


def _late_evidence(inputs: Inputs, data: AtRisk, plan: Design) -> dict[str, Any]:
    """Half the un-likes' evidence is gathered again without any later comment: nothing of it may differ."""
    name, chinese = "evidence_before_unlike", "证据先于取消"
    comments = inputs.comments
    if comments is None or "created_at" not in comments.columns or not inputs.claimed.place.size:
        return _null(name, chinese, "no dated comments")
    moment = data.events["unliked_at"].to_numpy().astype(np.int64)
    until = int(np.median(moment))
    early = np.flatnonzero(moment <= until)
    known = comments.filter(comments.created_at.notnull() & (comments.created_at < until))
    text = inputs.packages
    again = claimed(known, text, inputs.claimed.edges).before(plan.event_video[early], moment[early])
    changed = float(np.abs(again - plan.said_before[:, early]).max(initial=0.0))
    clocks = video_clocks(known).to_pyarrow()
    at = place(data.events["key"].take(pa.array(early)), clocks["key"])
    liked = data.events["liked_at"].to_numpy().astype(np.int64)[early]
    for clock in (c for counts in COUNTS.values() for c in counts):
        found = pc.fill_null(clocks[clock], np.iinfo(np.int64).max).to_numpy() if len(clocks) else np.zeros(0)
        struck = np.zeros(early.size, dtype=bool)
        struck[at >= 0] = np.maximum(found[at[at >= 0]], liked[at >= 0]) < moment[early][at >= 0]
        before = data.events[clock].to_numpy()[early] < data.events["age"].to_numpy()[early]
        changed = max(changed, float((struck != before).max(initial=False)))
    why = "Comments later than an un-like may not speak of it: what is known with and without them must be the same"
    return _check(name, chinese, changed == 0, {"un_likes": int(early.size), "largest_change": changed}, why)


def _time_shift(inputs: Inputs, plan: Design, accounts: Accounts) -> dict[str, Any]:
    """Comments that expose must fit better where they stand than two days later."""
    name, chinese = "negative_control_time_shift", "时间错位对照"
    account = accounts.manipulation
    if not any(term.group == "exposed" for term in account.terms):
        return _null(name, chinese, "no comment exposes a video")
    text = inputs.packages
    for clock in COUNTS["exposing"]:
        moved = pc.add(text[clock], pa.scalar(LATER))
        text = text.set_column(text.column_names.index(clock), clock, moved)
    known = ibis.memtable(text.select(["key", "video", *CLOCKS]))
    shifted = design(aggregate(joined(inputs.likes, known, inputs.floods)), text, inputs.claimed)
    terms = shifted.acting(account.terms)
    if len(terms) < len(account.terms):
        return _null(name, chinese, "too short a time is observed to move comments by two days")
    totals, evidence = shifted.totals(), shifted.evidence(terms)
    model = latent.fit(account.model, totals, evidence, 30, cold=False)
    gain = account.log_likelihood - latent.expect(model, totals, evidence).log_likelihood
    why = "If the time at which comments expose a video meant nothing, comments dated two days later would fit as well"
    passed = None if abs(gain) < _CLEAR else bool(gain > 0)
    return _check(name, chinese, passed, {"log_likelihood_gain": float(gain)}, why)


def _recovery(plan: Design, accounts: Accounts, seed: int, iterations: int) -> dict[str, Any]:
    """Un-likes drawn from the fit, whose causes are known, are attributed again."""
    name, chinese = "recovery_on_simulated_data", "模拟复原"
    if plan.event_bin.size < RECOVERABLE:
        return _null(name, chinese, f"fewer than {RECOVERABLE} un-likes")
    found = recovered(plan, accounts, seed, iterations)
    worst = max(found, key=lambda cause: abs(found[cause][1] - found[cause][0]))
    figure = {
        "largest_error": abs(found[worst][1] - found[worst][0]),
        "cause": worst,
        "drawn": {cause: true for cause, (true, _) in found.items()},
        "recovered": {cause: again for cause, (_, again) in found.items()},
    }
    why = "Un-likes drawn from the fitted model itself, as many as there are, must be given back the causes they were drawn with"
    return _check(name, chinese, figure["largest_error"] <= FOUND_AGAIN, figure, why)


def _e_value(plan: Design, data: AtRisk) -> dict[str, Any]:
    """How strong an unseen common reason would have to be to explain the slow un-likes of suspected videos away.

    VanderWeele and Ding, Annals of Internal Medicine 2017: E = RR + sqrt(RR (RR - 1)).
    """
    name, chinese = "e_value_of_slow_unlikes", "慢取消的E值"
    counts, time = _by_suspicion(plan, data, SLOW_FROM, float(AGE_EDGES[-1]))
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


def _by_suspicion(plan: Design, data: AtRisk, begin: float, end: float) -> tuple[list[int], list[float]]:
    """Un-likes and seconds at risk in an interval of age, for unsuspected and suspected videos.

    Suspicion is the text's alone: a belief that un-likes had fed would find itself confirmed.
    """
    score = plan.score[:, :2].max(axis=1)
    suspected = score > np.quantile(score, SUSPECTED)
    age = data.events["age"].to_numpy() / 1e6
    inside = (age >= begin) & (age < end)
    bins = [b for b in range(len(AGE_EDGES) - 1) if AGE_EDGES[b] >= begin and AGE_EDGES[b + 1] <= end]
    seconds = plan.video_time["all"][:, bins].sum(axis=1)
    return (
        [int((inside & (suspected[plan.event_video] == on)).sum()) for on in (False, True)],
        [max(float(seconds[suspected == on].sum()), 1e-9) for on in (False, True)],
    )
