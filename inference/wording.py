"""What the report page says, in Chinese and in English: causes, tags, columns that were left out, rows that were kept out.

Words only: no number is made here. Names that it does not know are shown as they were written, so that a new
reason appears on the page before it has a sentence of its own; checks have theirs in `verdicts`.
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


def left_out(column: str, effect: str) -> Both:
    """What an absent column means; as written where it has no sentence here."""
    return LEFT_OUT.get(column, Both(effect, effect))


def reason(words: str) -> Both:
    """Why rows were kept out."""
    return Both(REASON.get(words, words), words)
