"""The figures of the report page, as Vega-Lite specifications with their words in one language.

Each function takes rows (`digest`, `exposure`) and gives a dict for the browser. Colours are names to which the page gives a
meaning (range "category", the causes in their order; `var(--paper)`), so that one drawing serves light, dark and print. It
knows nothing of HTML.
"""

from functools import lru_cache
from typing import Any, Literal

import altair as alt

from ..model.taxonomy import cause_names
from .ages import SOONEST_S
from .numerals import DAY, HOUR, MINUTE, Language, age_words, say
from .outcome import Row
from .wording import CAUSE

TIME = "utcFormat(datum.value, utchours(datum.value) ? '%H:%M' : '%m-%d')"
TIME_AXIS = alt.Axis(title=None, grid=False, labelOverlap=True, tickCount=5, labelExpr=TIME)
TICKS = (1, 5, 20, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 4 * DAY, 14 * DAY, 30 * DAY)


@lru_cache(maxsize=1)
def library() -> str:
    """The charting library for the browser: one script that asks for nothing else."""
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")


def words(zh: str, en: str, language: Language) -> str:
    """One of two sayings."""
    return zh if language == "zh" else en


def cause_color(language: Language, legend: bool = True) -> alt.Color:
    """Colour by cause."""
    key = alt.Legend(title=None, orient="top", symbolType="square") if legend else None
    return alt.Color("cause:N", scale=cause_scale(language), legend=key)


def cause_scale(language: Language) -> alt.Scale:
    """The causes in their order; the page says what "category" looks like."""
    return alt.Scale(domain=[say(CAUSE[name], language) for name in cause_names()], range="category")


def finished(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The specification without what the page decides."""
    spec = chart.to_dict(validate=False)  # a test compiles each; checking here costs a second a page
    spec.pop("config", None)  # the page's own
    spec.pop("$schema", None)
    return spec


def base(rows: list[Row]) -> alt.Chart:
    """A chart of rows that travel with it."""
    return alt.Chart(alt.InlineData(values=rows))


def ages(
    rows: list[Row], rates: bool, language: Language, measure: Literal["per_doubling", "share"]
) -> dict[str, Any]:
    """When likes are taken back: bins of age on a logarithmic axis, causes stacked."""
    last = max([row["to_s"] for row in rows] + [60.0])
    ticks = [t for t in TICKS if t <= last]
    label = " : ".join(f"datum.value == {t} ? '{age_words(t, language)}'" for t in ticks) + " : ''"
    x = alt.X("a:Q", scale=alt.Scale(type="log", domain=[SOONEST_S, last], nice=False),
              axis=alt.Axis(values=ticks, labelExpr=label, labelOverlap=True, grid=False,
                            title=words("点赞之后多久（对数刻度）", "age of the like (log scale)", language)))  # fmt: skip
    if measure == "share":
        title = words("占当时取消的比例", "share of un-likes at that age", language)
    elif rates:
        title = words(
            "每一万个还在的赞，时长每翻一倍取消几个",
            "un-likes per 10,000 likes, per doubling of age",
            language,
        )
    else:
        title = words("取消的个数，时长每翻一倍", "un-likes, per doubling of age", language)
    short = (
        words("每万赞每翻一倍", "per 10,000, per doubling", language)
        if rates
        else words("个", "un-likes", language)
    )
    axis = alt.Axis(format=".0%" if measure == "share" else ",~r", tickCount=4, title=None)
    scale = alt.Scale(domain=[0, 1]) if measure == "share" else alt.Scale(nice=True)
    chosen = alt.selection_point(fields=["cause"], bind="legend", name="cause_chosen")
    chart = (
        base(_age_stacks(rows, language, measure))
        .mark_rect(strokeWidth=0.4, stroke="var(--paper)", strokeOpacity=0.5)
        .encode(
            x=x, x2="b:Q", y=alt.Y("y:Q", scale=scale, axis=axis), y2="y2:Q", color=cause_color(language),
            opacity=alt.condition(chosen, alt.value(1), alt.value(0.15)),
            tooltip=[
                alt.Tooltip("when:N", title=words("点赞之后", "age", language)),
                alt.Tooltip("cause:N", title=words("归因于", "attributed to", language)),
                *[alt.Tooltip("value:Q", format=".3~g", title=short)] * (measure == "per_doubling"),
                alt.Tooltip("share:Q", format=".0%", title=words("占当时取消", "of un-likes then", language)),
            ],
        )
        .add_params(chosen)
        .properties(width="container", height=300 if measure == "per_doubling" else 170, title=title)
    )  # fmt: skip
    return finished(chart)


def _age_stacks(rows: list[Row], language: Language, measure: str) -> list[Row]:
    flat = []
    for row in rows:
        begin = age_words(row["from_s"] if row["from_s"] > SOONEST_S else 0, language)
        foot = 0.0
        for name in cause_names():
            value = row[measure][name]
            if value > 0:
                flat.append(
                    {"a": row["from_s"], "b": row["to_s"], "y": foot, "y2": foot + value, "value": value,
                     "when": f"{begin} – {age_words(row['to_s'], language)}", "cause": say(CAUSE[name], language),
                     "share": row["share"][name]}
                )  # fmt: skip
            foot += value
    return flat


def groups(rows: list[Row], language: Language) -> dict[str, Any]:
    """Shares of the causes in each group, one full bar per group; `label` names it."""
    flat = _stacked(rows, language)
    order = [row["label"] for row in rows]
    y = alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelLimit=130, ticks=False, domain=False, labelPadding=6),
    )
    axis = alt.Axis(format=".0%", tickCount=4, title=None)
    chart = (
        base(flat)
        .mark_bar(height=18, cursor="pointer" if any(row.get("key") for row in rows) else "default")
        .encode(
            y=y, x=alt.X("foot:Q", axis=axis, scale=alt.Scale(domain=[0, 1])), x2="top:Q",
            color=cause_color(language, legend=False),
            opacity=alt.condition("datum.n < 50", alt.value(0.45), alt.value(1)),
            tooltip=_group_tips(language),
        )
        .properties(width="container", height=26 * len(rows))
    )  # fmt: skip
    return finished(chart)


def weeks(rows: list[Row], language: Language) -> dict[str, Any]:
    """Un-likes by week, causes stacked."""
    flat = _stacked(rows, language)
    order = [row["label"] for row in rows]
    many = len(order) > 14
    chart = (
        base(flat)
        .mark_bar(strokeWidth=0)
        .encode(
            x=alt.X("label:O", sort=order, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False)),
            y=alt.Y("from:Q", title=None, axis=alt.Axis(tickCount=4, format=",~r")), y2="to:Q",
            color=cause_color(language, legend=False), tooltip=_group_tips(language),
        )
        .properties(width="container", height=200 if not many else 220)
    )  # fmt: skip
    return finished(chart)


def _stacked(rows: list[Row], language: Language) -> list[Row]:
    flat = []
    for row in rows:
        total, foot = sum(row[c] for c in cause_names()), 0.0
        for name in cause_names():
            if total and row[name] > 0:
                flat.append(
                    {"label": row["label"], "key": row.get("key"), "cause": say(CAUSE[name], language), "n": row["n"],
                     "from": foot, "to": foot + row[name], "foot": foot / total,
                     "top": (foot + row[name]) / total, "mass": row[name], "share": row[name] / total}
                )  # fmt: skip
            foot += row[name]
    return flat


def _group_tips(language: Language) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("label:N", title=words("组", "group", language)),
        alt.Tooltip("cause:N", title=words("归因于", "attributed to", language)),
        alt.Tooltip("share:Q", format=".1%", title=words("占比", "share", language)),
        alt.Tooltip("mass:Q", format=",.0f", title=words("约合取消数", "about so many un-likes", language)),
        alt.Tooltip("n:Q", format=",", title=words("组内取消总数", "un-likes of the group", language)),
    ]


def time_line(language: Language) -> dict[str, Any]:
    """One video's un-likes by calendar time with its exposing comments as marks; the page fills in `bins` and `comments`."""
    bins = alt.Chart(alt.NamedData(name="bins")).mark_rect(strokeWidth=0)
    x = alt.X(
        "a:T",
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(title=None, grid=False, labelOverlap=True, tickCount=5, labelExpr=TIME),
    )
    when = alt.Tooltip("a:T", format="%Y-%m-%d %H:%M", title=words("自（UTC）", "from (UTC)", language))
    bars = bins.encode(
        x=x, x2="b:T", y=alt.Y("y:Q", axis=alt.Axis(title=None, tickCount=3)), y2="y2:Q",
        color=cause_color(language, legend=False),
        tooltip=[when, alt.Tooltip("cause:N", title=words("归因于", "attributed to", language)),
                 alt.Tooltip("n:Q", format=".1f", title=words("约", "about", language))],
    )  # fmt: skip
    marks = alt.Chart(alt.NamedData(name="comments"))
    tips = [
        alt.Tooltip("text:N", title=words("评论", "comment", language)),
        alt.Tooltip("at:T", format="%Y-%m-%d %H:%M", title=words("时间（UTC）", "posted (UTC)", language)),
        alt.Tooltip("cited:Q", title=words("作证的取消数", "named for un-likes", language)),
    ]
    rules = marks.mark_rule(strokeDash=[3, 3], strokeWidth=1.2, color="var(--faint)").encode(
        x="at:T", tooltip=tips
    )
    heads = marks.mark_point(
        filled=True, size=70, shape="triangle-down", opacity=1, color="var(--faint)"
    ).encode(x="at:T", y=alt.value(0), tooltip=tips)
    numbers = marks.mark_text(dy=-11, fontSize=10, color="var(--faint)").encode(
        x="at:T", y=alt.value(0), text="label:N"
    )
    return finished(alt.layer(bars, rules, heads, numbers).properties(width="container", height=190))
