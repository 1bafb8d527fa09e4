"""The figures of the page: each with its specifications, its words, and the table that says the same in numbers.

A figure that has nothing to show is not made. It knows what a picture is for; how it is drawn is `charts`' work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..model.taxonomy import cause_names
from . import charts
from .ages import SOONEST_S, laid_out
from .creators import LEAST
from .digest import Digest
from .intervals import intervals
from .numerals import LANGUAGES, Language, percent, say
from .outcome import Row
from .wording import CAUSE, DIMENSION, TAG, VALUE, Both

PLACEBO = ("emotional_manipulation", "social_pressure")  # what moved tags could still give
_HARDLY = 0.005  # of all un-likes: nothing of it is to be seen


@dataclass(frozen=True)
class Figure:
    """One picture: `specs` by language, and `head` and `rows` of its table; cells are text, or in both languages."""

    name: str
    title: Both
    note: Both
    specs: dict[str, dict[str, Any]]
    head: list[Both]
    rows: list[list[Both | str]]


def of(found: Digest) -> dict[str, Figure]:
    """All figures for which there are numbers, by name."""
    if not found.shares.get("n_reversals"):
        return {}
    made = [_causes(found), _tags(found), *_ages(found)]
    made += [_group(name, rows) for name, rows in found.groups.items()]
    return {figure.name: figure for figure in made if figure is not None}


def _both(draw: Callable[[Language], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {language: draw(language) for language in LANGUAGES}


def _shares(
    entries: dict[str, Row], names: dict[str, Both], point: bool
) -> tuple[list[Both], list[list[Both | str]]]:
    head = [
        Both("原因", "reason"),
        Both("估计", "estimate"),
        Both("下限", "low"),
        Both("上限", "high"),
        Both("检出", "detected"),
    ]
    rows: list[list[Both | str]] = [
        [names[name], percent(e["estimate"]) if point else "–", percent(e["low"]), percent(e["high"]),
         Both("是", "yes") if e["detected"] else Both("否", "no")]
        for name, e in entries.items() if e.get("low") is not None
    ]  # fmt: skip
    return head, rows


def _causes(found: Digest) -> Figure | None:
    entries = {name: found.shares["shares"][name] for name in cause_names() if name in found.shares["shares"]}
    point, floor = bool(found.shares.get("point", True)), found.shares.get("placebo_floor") or {}
    floor = {name: floor[name] for name in PLACEBO if name in floor}
    head, rows = _shares(entries, CAUSE, point)
    if not rows:
        return None
    note = Both(
        "横条为 95% 区间，圆点为估计；空心虚线表示未检出，即与零分不开。灰色短线是安慰剂底线：把标签打乱之后仍会得到的占比。",
        "Bars are 95% intervals, dots estimates; hollow and dashed means not detected, that is, not told from zero. "
        "The grey tick is the placebo floor: the share that is still found when tags are shuffled.",
    )
    return Figure(
        "causes", Both("取消的赞归因于什么", "What un-likes are attributed to"), note,
        _both(lambda language: intervals(entries, CAUSE, language, point, floor)), head, rows,
    )  # fmt: skip


def _tags(found: Digest) -> Figure | None:
    entries = found.shares.get("tags") or {}
    entries = {name: entry for name, entry in entries.items() if name in TAG}
    point = bool(found.shares.get("point", True))
    head, rows = _shares(entries, TAG, point)
    if not rows:
        return None
    note = Both(
        "取消的赞中，由这个标签承担的部分（视频带标签，或评论揭穿）。与上图重叠，不可相加。",
        "The part of un-likes that each tag carries, through the video or through comments. It overlaps with the causes above.",
    )
    return Figure(
        "tags", Both("各标签承担的占比", "Share carried by each tag"), note,
        _both(lambda language: intervals(entries, TAG, language, point, found.shares.get("placebo_floor"))), head, rows,
    )  # fmt: skip


def _ages(found: Digest) -> list[Figure]:
    rates = found.ages_are_rates
    rows = laid_out(found.ages, rates, found.longest_s)
    if not rows:
        return []
    head = [Both("自（秒）", "from (s)"), Both("至（秒）", "to (s)")] + [CAUSE[c] for c in cause_names()]
    cells: list[list[Both | str]] = [
        [_from(r), f"{r['to_s']:g}", *(f"{r['hazard'][c]:.4g}" for c in cause_names())]
        for r in rows
    ]  # fmt: skip
    if rates:
        title = Both("赞在什么时候被取消", "When likes are taken back")
        note = Both(
            "面积与取消的个数成正比：横轴每翻一倍宽度相同。表格给出每秒风险（每个还在的赞每秒被取消的概率）。点图例可单看一种原因。",
            "Area is proportional to un-likes: each doubling of age has the same width. The table gives the hazard per "
            "second, for a like that is still there. Choose a cause in the legend to see it alone.",
        )
        if unseen := [c for c in cause_names() if _mass(rows, c) < _HARDLY <= _found(found, c)]:
            note = Both(
                note.zh + f"曲线不含{'、'.join(CAUSE[c].zh for c in unseen)}：由事件触发，不由时长。",
                note.en
                + f" The curve leaves out {', '.join(CAUSE[c].en for c in unseen)}: events set it off, not age.",
            )
    else:
        title = Both(
            "取消发生在点赞之后多久（个数，不是风险）",
            "Age of the like when it was taken back (counts, not rates)",
        )
        note = Both(
            "没有风险曲线可用，这里是取消的个数：没有扣除当时还剩多少赞可以取消。",
            "No hazard curve was written, so these are counts of un-likes: how many likes were left to be taken back is "
            "not allowed for.",
        )
    share = Both("各个时候，哪种原因占多数", "Which cause prevails at which age")
    about = Both("同一数据按每个时段折成百分之百。", "The same data, each age as one hundred per cent.")
    return [
        Figure("ages", title, note, _both(lambda language: charts.ages(rows, rates, language, "per_doubling")), head, cells),
        Figure("ages_share", share, about, _both(lambda language: charts.ages(rows, rates, language, "share")),
               head,
               [[_from(r), f"{r['to_s']:g}", *(percent(r["share"][c]) for c in cause_names())] for r in rows]),
    ]  # fmt: skip


def _mass(rows: list[Row], cause: str) -> float:
    total = sum(sum(row["mass"].values()) for row in rows)
    return sum(row["mass"][cause] for row in rows) / total if total else 0.0


def _found(found: Digest, cause: str) -> float:
    return found.shares["shares"].get(cause, {}).get("estimate") or 0.0


def _from(row: Row) -> str:
    return f"{row['from_s'] if row['from_s'] > SOONEST_S else 0:g}"


def _group(dimension: str, rows: list[Row]) -> Figure:
    def draw(language: Language) -> dict[str, Any]:
        named = [
            row
            | {"label": say(_name(dimension, row), language), "key": None if row["others"] else row["name"]}
            for row in rows
        ]
        return charts.weeks(named, language) if dimension == "week" else charts.groups(named, language)

    liked = any(row["likes"] for row in rows)
    head = [Both("组", "group"), Both("取消数", "un-likes")]
    head += [Both("取消率", "rate")] * liked + [CAUSE[c] for c in cause_names()]
    cells: list[list[Both | str]] = []
    for row in rows:
        total = sum(row[c] for c in cause_names()) or 1.0
        rate = [percent(row["n"] / row["likes"]) if row["likes"] else "–"] if liked else []
        cells.append(
            [_name(dimension, row), f"{row['n']:,}", *rate, *(percent(row[c] / total) for c in cause_names())]
        )
    if dimension == "week":
        note = Both("周一起算（UTC），纵轴为取消的个数。", "Weeks begin on Monday (UTC); un-likes.")
    elif dimension == "tag":
        note = Both(
            "一个视频可以有几个标签，因此会重复出现。淡色：不足 50 个取消。点横条可筛选下面的视频。",
            "A video with several tags is in several bars. Pale: fewer than 50 un-likes. Click a bar to filter the videos below.",
        )
    else:
        note = Both(
            "按取消数排序。淡色：不足 50 个取消，不宜细读。",
            "By number of un-likes. Pale: fewer than 50 un-likes, not to be read closely.",
        )
        if dimension == "creator_id":
            note = Both(
                note.zh + f"取消不足 {LEAST} 个的创作者并入其余。",
                note.en + f" Creators with fewer than {LEAST} un-likes are among the others.",
            )
    return Figure(
        f"by_{dimension}",
        DIMENSION.get(dimension, Both(dimension, dimension)),
        note,
        _both(draw),
        head,
        cells,
    )


def _name(dimension: str, row: Row) -> Both:
    if row["others"]:
        return Both(f"其余 {row['others']} 组", f"{row['others']} others")
    name = row["name"]
    if dimension == "week":
        day = datetime.fromtimestamp(name / 1e6, UTC)
        return Both(f"{day:%m-%d}", f"{day:%m-%d}")
    if dimension == "tag":
        return TAG.get(name) or Both("没有标签", "no tag")
    if name is None:
        return Both("（空）", "(empty)")
    return VALUE.get(name) or Both(str(name), str(name))
