"""Hashtags: where a platform has no column for them, they stand in the text, each platform's in its own way."""

import re
from typing import Literal

Style = Literal["#tag", "#tag#", "#tag[话题]#", "none"]

_END = r"\s#＃@，。！？、；：,!?;:()（）\[\]【】《》\"“”…~"
INLINE: dict[Style, re.Pattern[str]] = {
    "#tag": re.compile(rf"[#＃]([^{_END}]+)"),
    "#tag#": re.compile(r"[#＃]([^#＃\n]{1,100})[#＃]"),
    "#tag[话题]#": re.compile(r"[#＃]([^#＃\[\n]{1,100})\[话题\][#＃]"),
}


def inline(text: str | None, style: Style) -> list[str]:
    """Hashtags in the order in which they first stand in a text.

    >>> inline("街头偶遇 #正能量 #感人 #正能量", "#tag"), inline("#今天也要加油#！", "#tag#")
    (['正能量', '感人'], ['今天也要加油'])
    >>> inline("好物 #测评[话题]# ", "#tag[话题]#")
    ['测评']
    """
    if not text or style == "none":
        return []
    return _once(INLINE[style].findall(text))


def listed(cell: object) -> list[str]:
    """Hashtags of a column: a list, a text with commas, or one in brackets.

    >>> listed("测评,好物"), listed(["a", "b", "a"]), listed("[爱生活, 日常]"), listed("[]")
    (['测评', '好物'], ['a', 'b'], ['爱生活', '日常'], [])
    """
    if isinstance(cell, (list, tuple)):
        words = [str(word.get("name", "")) if isinstance(word, dict) else str(word) for word in cell]
    else:
        words = re.split(r"[,，]", str(cell or "").strip().removeprefix("[").removesuffix("]"))
    return _once(word.strip().strip("'\"#") for word in words)


def _once(words) -> list[str]:
    return list(dict.fromkeys(word for word in (word.strip() for word in words) if word))
