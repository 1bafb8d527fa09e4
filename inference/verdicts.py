"""Checks in words: what was asked of the data, what came out, and what a reader should make of it.

Names and figures that it does not know are shown as they were written, so that a new check appears on the page before it has
a sentence of its own. It decides nothing: whether a check passed is `checks`' word.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from .numerals import percent
from .outcome import Row
from .wording import CAUSE, TAG, Both


class Saying(NamedTuple):
    """The question a check asks, and what a pass, a failure and a draw mean."""

    question: Both
    passed: Both
    failed: Both
    drawn: Both | None = None


@dataclass(frozen=True)
class Verdict:
    """One check, ready to be shown: `figures` are label and text, `head` and `rows` the table of figures by cause or tag."""

    name: str
    passed: bool | None
    title: Both
    question: Both
    answer: Both
    figures: list[tuple[Both, Both]]
    head: list[Both]
    rows: list[list[Both]]


CHECK: dict[str, Saying] = {
    "placebo_tags": Saying(
        Both(
            "把标签换到别的视频上，还能“发现”情绪操纵吗？",
            "If tags are moved to other videos, is manipulation still “found”?",
        ),
        Both(
            "换过之后几乎什么也没剩下：读数来自标签本身。",
            "Hardly anything is left when they are moved: the reading does come from the tags.",
        ),
        Both(
            "换过之后仍剩下不小的占比：方法会无中生有，情绪操纵的读数应按“至多”来理解，只有高出这条底线的部分可信。",
            "A sizeable share is left when they are moved: the method finds some where there is none. Read the manipulation "
            "share as an upper bound; only what stands above this floor can be trusted.",
        ),
    ),
    "no_tag_action_in_first_two_seconds": Saying(
        Both(
            "头两秒还来不及判断内容，有嫌疑的视频就已经掉赞更快了吗？",
            "In the first two seconds, before anyone can judge, do suspected videos already lose likes faster?",
        ),
        Both(
            "没有：头两秒两类视频掉赞的快慢分不出，正如应当的那样。",
            "No: there the two kinds cannot be told apart, as it should be.",
        ),
        Both(
            "有差别：标签可能只是代表了别的东西，例如手更快的用户。",
            "There is a difference: the tag may stand for something else, such as hastier users.",
        ),
    ),
    "evidence_before_unlike": Saying(
        Both(
            "用作证据的评论，都早于取消点赞的时刻吗？",
            "Was every comment used as evidence posted before the un-like?",
        ),
        Both("是的，没有一条证据来自事后。", "Yes; no evidence comes from afterwards."),
        Both(
            "有证据晚于取消：这些归因不可信。",
            "Some evidence is later than the un-like: those attributions cannot be trusted.",
        ),
    ),
    "e_value_of_slow_unlikes": Saying(
        Both(
            "一小时之后的取消：一个没看见的共同原因要有多强，才能把它与标签的关系抹掉？",
            "Un-likes after an hour: how strong would an unseen common reason have to be to explain the link with the tags away?",
        ),
        Both(
            "它与标签、与取消都要有“E 值”那么多倍的关系才行；越大越难抹掉。",
            "Its link with both tag and un-like would have to be as many times as the E-value says: the larger, the harder.",
        ),
        Both(
            "几乎不需要多强：一小时之后，标签与取消看不出可靠的关系。",
            "It need not be strong at all: after an hour no reliable link is to be seen.",
        ),
    ),
    "negative_control_time_shift": Saying(
        Both(
            "把评论的时间错开两天，结果应当变差。变差了吗？",
            "With comments moved by two days the fit should get worse. Does it?",
        ),
        Both(
            "变差了：起作用的确实是评论出现的时刻。",
            "It does: it is the moment of the comments that matters.",
        ),
        Both(
            "没有变差：起作用的不是评论出现的时刻。",
            "It does not: the moment of the comments is not what matters.",
        ),
        Both(
            "看不出差别：对这份数据，评论出现得早两天晚两天，说法一样好。不要据此说“评论一揭穿，赞就掉了”。",
            "No difference is to be seen: comments two days later fit these data as well. Do not say on this ground that "
            "likes fell because a comment exposed the video.",
        ),
    ),
    "recovery_on_simulated_data": Saying(
        Both(
            "照着这份数据模拟，原因已知，能复原出来吗？",
            "On data simulated after these, with known reasons, are the shares recovered?",
        ),
        Both("能：复原的占比与真实占比相差很小。", "They are: recovered shares are close to the true ones."),
        Both(
            "不能：对这样的数据，占比不可信。", "They are not: shares from data like these cannot be trusted."
        ),
    ),
}

FIGURE = {
    "largest_placebo_share": Both("换标签后仍归因的最大占比", "largest share after moving"),
    "estimate": Both("实际占比", "actual share"),
    "rate_ratio": Both("速度之比（有嫌疑∶无嫌疑）", "rate ratio, suspected to unsuspected"),
    "z": Both("z 值", "z"),
    "e_value": Both("E 值", "E-value"),
    "e_value_low": Both("E 值下限", "lower limit of the E-value"),
    "un_likes": Both("查过的取消数", "un-likes looked at"),
    "largest_change": Both("最大的变化", "largest change"),
    "log_likelihood_gain": Both("对数似然之差", "difference in log-likelihood"),
    "largest_error": Both("最大的误差", "largest error"),
    "cause": Both("误差最大的原因", "reason with the largest error"),
    "drawn": Both("真实", "true"),
    "recovered": Both("复原", "recovered"),
}
SHARES = ("largest_placebo_share", "estimate", "largest_error", "drawn", "recovered")

WHY_NOT = {
    "not built yet": "这项检验尚未实现",
    "no like was taken back": "没有一个赞被取消",
    "no tag separates the videos": "标签没有把视频区分开",
    "no dated comments": "没有带时间的评论",
    "no comment exposes a video": "没有评论揭穿视频",
    "too short a time is observed": "观察的时间太短",
    "too few slow un-likes on one side": "一小时之后的取消太少",
    "too few un-likes in the first two seconds": "头两秒的取消太少",
    "fewer than": "取消的赞太少",
}


def verdict(check: Row) -> Verdict:
    """One check of `checks.json` in words."""
    name, passed, why = str(check["name"]), check.get("passed"), str(check.get("why") or "")
    plain = Both(name.replace("_", " "), name.replace("_", " "))
    title = Both(check.get("chinese") or plain.zh, plain.en)
    saying, figure = CHECK.get(name), check.get("figure") or {}
    if passed is None:
        answer = saying.drawn if saying and saying.drawn and figure else why_not(why)
    elif saying:
        answer = saying.passed if passed else saying.failed
    else:
        answer = Both(why, why)
    single = [
        (_label(key), _text(key, value)) for key, value in figure.items() if not isinstance(value, dict)
    ]
    head, rows = _table({key: value for key, value in figure.items() if isinstance(value, dict)})
    return Verdict(name, passed, title, saying.question if saying else title, answer, single, head, rows)


def why_not(why: str) -> Both:
    """The reason for which a check could not be run."""
    for known, chinese in WHY_NOT.items():
        if why.startswith(known):
            rest = why[len(known) :]
            return Both(chinese + (rest if rest.startswith(" (") else ""), why)
    return Both(why, why)


def _table(figures: dict[str, dict[str, Any]]) -> tuple[list[Both], list[list[Both]]]:
    """Figures that have one value per cause or tag, side by side."""
    keys = list(dict.fromkeys(key for values in figures.values() for key in values))
    head = [Both("原因", "reason"), *(_label(name) for name in figures)]
    rows = [[_name(k), *(_text(n, v.get(k)) for n, v in figures.items())] for k in keys]
    return (head, rows) if rows else ([], [])


def _label(name: str) -> Both:
    return FIGURE.get(name, Both(name.replace("_", " "), name.replace("_", " ")))


def _name(key: str) -> Both:
    return CAUSE.get(key) or TAG.get(key) or Both(str(key), str(key))


def _text(name: str, value: Any) -> Both:
    """A figure as text; a cause or tag by its name."""
    if value is None:
        return Both("–", "–")
    if isinstance(value, bool):
        return Both("是", "yes") if value else Both("否", "no")
    if isinstance(value, int | float):
        plain = f"{value:,.0f}" if value == int(value) else f"{value:.3g}"
        said = percent(value) if name in SHARES else plain
        return Both(said, said)
    return _name(str(value))
