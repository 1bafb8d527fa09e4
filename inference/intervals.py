"""The figure of shares with their intervals: one line each, hollow and dashed where not detected."""

from typing import Any

import altair as alt

from ..model.taxonomy import TAGS, cause_names
from .charts import base as based
from .charts import cause_color, cause_scale, finished, words
from .numerals import Language, interval_words, percent, say
from .outcome import Row
from .wording import CAUSE, Both

ROW = 34  # pixels of one interval
DETECTED, NOT_DETECTED = Both("已检出", "detected"), Both("未检出", "not detected")


def intervals(
    entries: dict[str, Row], names: dict[str, Both], language: Language, point: bool, floor: Row | None = None
) -> dict[str, Any]:
    """Shares with their intervals, one line each; hollow and dashed where not detected.

    Parameters
    ----------
    point
        Whether there are un-likes enough to show estimates; else intervals alone.
    floor
        Shares that moved tags still give, drawn as a tick where known.
    """
    causes = list(cause_names())
    rows = []
    for name, entry in entries.items():
        if entry.get("low") is None:
            continue
        colour = name if name in causes else _cause_of(name)
        rows.append(
            {
                "name": say(names[name], language),
                "cause": say(CAUSE[colour], language),
                "low": entry["low"],
                "high": entry["high"],
                "estimate": entry["estimate"] if point else None,
                "detected": say(DETECTED if entry["detected"] else NOT_DETECTED, language),
                "seen": bool(entry["detected"]),
                "floor": (floor or {}).get(name),
                "text": interval_words(entry, point),
                "said": percent(entry["estimate"]) if point else "",
            }
        )  # fmt: skip
    most = max([r["high"] for r in rows] + [r["floor"] or 0.0 for r in rows] + [0.01])
    for row in rows:  # an interval without width is still to be seen
        row["low"], row["high"] = min(row["low"], most * 0.992), max(row["high"], row["low"] + most * 0.008)
    x = alt.Scale(domain=[0, most * 1.14], nice=False)
    axis = alt.Axis(format=".0%", tickCount=5, title=None)
    tips = [
        alt.Tooltip("name:N", title=words("原因", "reason", language)),
        alt.Tooltip("text:N", title=words("占比（95% 区间）", "share (95% interval)", language)),
        alt.Tooltip("detected:N", title=words("检出", "detected?", language)),
    ]
    order = [r["name"] for r in rows]
    y = alt.Y(
        "name:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelLimit=170, ticks=False, domain=False, labelPadding=8),
    )
    base = based(rows).encode(y=y, color=cause_color(language, legend=False), tooltip=tips)
    bars = base.transform_filter("datum.seen").mark_bar(height=12, opacity=0.32, cornerRadius=2)
    unsure = base.transform_filter("!datum.seen").mark_bar(
        height=12, fillOpacity=0.08, strokeWidth=1, strokeDash=[3, 2], cornerRadius=2
    )
    span = {"x": alt.X("low:Q", scale=x, axis=axis), "x2": "high:Q"}
    outline = alt.Stroke("cause:N", scale=cause_scale(language), legend=None)
    layers = [bars.encode(**span), unsure.encode(**span, stroke=outline)]
    if point:
        dots = base.mark_point(filled=True, size=110, opacity=1).encode(x=alt.X("estimate:Q", scale=x))
        layers.append(dots.transform_filter("datum.seen"))
        beside = base.mark_text(align="left", dx=7, fontSize=12)
        layers.append(
            beside.encode(x=alt.X("high:Q", scale=x), text="said:N", color=alt.value("var(--soft)"))
        )
        layers.append(
            base.transform_filter("!datum.seen")
            .mark_point(filled=False, size=90, strokeWidth=2, opacity=1)
            .encode(x=alt.X("estimate:Q", scale=x))
        )
    if any(r["floor"] is not None for r in rows):
        layers.append(
            based(rows).transform_filter("isValid(datum.floor)").mark_tick(thickness=2, size=24, color="var(--faint)")
            .encode(y=y, x=alt.X("floor:Q", scale=x), tooltip=[
                alt.Tooltip("floor:Q", format=".1%", title=words("安慰剂底线", "placebo floor", language))])
        )  # fmt: skip
    return finished(alt.layer(*layers).properties(width="container", height=ROW * len(rows)))


def _cause_of(tag: str) -> str:
    return next((t.cause for t in TAGS if t.name == tag), cause_names()[-1])
