"""What the report page says, in Chinese and in English: checks, columns that were left out, rows that were kept out.

Words only: no number is made here. Names that it does not know are shown as they were written, so that a new check or a new
reason appears on the page before it has a sentence of its own.
"""

from typing import NamedTuple

from ..model.taxonomy import CAUSES, TAGS


class Both(NamedTuple):
    """One saying in both languages."""

    zh: str
    en: str


CAUSE = {cause.name: Both(cause.chinese, cause.english) for cause in CAUSES}
TAG = {tag.name: Both(tag.chinese, tag.name.replace("_", " ")) for tag in TAGS}

MECHANISM = {
    "content_quality": "点赞是一次试用，内容没有兑现",
    "emotional_manipulation": "最初的情绪退去，理性看穿包装",
    "social_pressure": "风向变了，收回公开的表态",
    "accidental_tap": "手指滑了一下",
    "recommender_correction": "一个赞引来一堆同类，撤回纠正",
    "unexplained": "习惯、清理，或任何别的原因",
}

DIMENSION = {
    "tag": Both("按视频标签", "By tag of the video"),
    "category": Both("按品类", "By category"),
    "creator_id": Both("按创作者", "By creator"),
    "surface": Both("按入口", "By surface"),
    "gesture": Both("按手势", "By gesture"),
    "week": Both("按取消所在的周", "By week of the un-like"),
}

VALUE = {
    "for_you": Both("推荐", "for you"),
    "following": Both("关注", "following"),
    "search": Both("搜索", "search"),
    "friends": Both("朋友", "friends"),
    "double_tap": Both("双击", "double tap"),
    "button": Both("按钮", "button"),
}

# name: question asked of the data, what a pass means, what a failure means
CHECK: dict[str, tuple[Both, Both, Both]] = {
    "placebo_tags": (
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
    "no_tag_action_in_first_two_seconds": (
        Both(
            "头两秒还来不及判断内容，有嫌疑的视频就已经掉赞更快了吗？",
            "In the first two seconds, before anyone can judge, do suspected videos already lose likes faster?",
        ),
        Both(
            "没有：头两秒两类视频掉赞一样快，正如应当的那样。",
            "No: both kinds lose likes at one rate there, as they should.",
        ),
        Both(
            "有差别：标签可能只是代表了别的东西，例如手更快的用户。",
            "There is a difference: the tag may stand for something else, such as hastier users.",
        ),
    ),
    "evidence_before_unlike": (
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
    "e_value_of_slow_unlikes": (
        Both(
            "一小时之后的取消：一个没看见的共同原因要有多强，才能把它与标签的关系抹掉？",
            "Un-likes after an hour: how strong would an unseen common reason have to be to explain the link with the tags away?",
        ),
        Both(
            "它得同时与标签和取消都有下面这么强的关系，才能抹掉。",
            "It would need at least this strong a link with both the tag and the un-like.",
        ),
        Both(
            "几乎不需要多强：一小时之后，标签与取消看不出可靠的关系。",
            "It need not be strong at all: after an hour no reliable link is to be seen.",
        ),
    ),
    "negative_control_time_shift": (
        Both(
            "把评论的时间错开，结果应当变弱。变弱了吗？",
            "With comments moved in time the result should weaken. Does it?",
        ),
        Both(
            "变弱了：起作用的确实是评论出现的时刻。",
            "It does: it is the moment of the comments that matters.",
        ),
        Both(
            "没有变弱：起作用的不是评论出现的时刻。",
            "It does not: the moment of the comments is not what matters.",
        ),
    ),
    "recovery_on_simulated_data": (
        Both(
            "在真实原因已知的模拟数据上，能复原出来吗？",
            "On simulated data with known reasons, are they recovered?",
        ),
        Both("能。", "They are."),
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
}
PERCENT = ("largest_placebo_share", "estimate")

WHY_NOT = {
    "not built yet": "这项检验尚未实现",
    "no like was taken back": "没有一个赞被取消",
    "no tag separates the videos": "标签没有把视频区分开",
    "too few slow un-likes on one side": "一小时之后的取消太少",
    "too few un-likes in the first two seconds": "头两秒的取消太少",
}

LEFT_OUT = {
    "videos": Both(
        "没有视频表：看不到视频的标签，情绪操纵只能从评论里看出。",
        "No videos: their tags are unseen, and manipulation shows through comments only.",
    ),
    "comments": Both(
        "没有评论表：没有人揭穿、争论或抱怨。", "No comments: nothing exposes, disputes or complains."
    ),
    "exposures": Both(
        "没有曝光表：分不出哪些取消是在纠正推荐。",
        "No exposures: correcting the recommender cannot be told from the rest.",
    ),
    "likes.surface": Both(
        "没有点赞入口：看不到朋友页，社交压力只能从争议标签看出。",
        "No surface: the friends' page is unseen, and social pressure shows through controversy only.",
    ),
    "likes.gesture": Both(
        "没有手势：误触只能从间隔看出。", "No gesture: mis-taps are told by their delay alone."
    ),
    "likes.watch_ms": Both(
        "没有观看时长：内容质量只能从抱怨和时间看出。",
        "No watch time: content quality is told by complaints and by time alone.",
    ),
    "likes.observed_until": Both(
        "没有观察截止时间：当作到表中最后时刻为止。",
        "No end of observation: taken to be the table's last moment.",
    ),
    "comments.created_at": Both(
        "评论没有时间：不能作为证据。", "Comments have no date and cannot be evidence."
    ),
}

TABLE = {
    "likes": Both("点赞", "likes"),
    "videos": Both("视频", "videos"),
    "comments": Both("评论", "comments"),
    "exposures": Both("曝光", "exposures"),
}
REASON = {
    "time of the like is missing": "缺少点赞时间",
    "un-liked before the like": "取消早于点赞",
    "observation ends before the like": "观察在点赞之前就结束了",
    "video not in the videos table": "视频不在视频表里",
    "without a date: no evidence": "没有时间，不作证据",
    "no text": "没有文字",
    "video not in the videos table: read without its title": "视频不在视频表里，未与标题一起读",
    "video_id is empty": "缺少视频编号",
}


def why_not(why: str) -> Both:
    """The reason for which a check could not be run."""
    for known, chinese in WHY_NOT.items():
        if why.startswith(known):
            return Both(chinese + why[len(known) :], why)
    return Both(why, why)


def left_out(column: str, effect: str) -> Both:
    """What an absent column means; as written where it has no sentence here."""
    return LEFT_OUT.get(column, Both(effect, effect))


def reason(words: str) -> Both:
    """Why rows were kept out."""
    return Both(REASON.get(words, words), words)
