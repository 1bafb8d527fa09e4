"""What huizan believes exists: the tags a text can carry and the causes an un-like can have.

This is the one place where either is decided. Head width, table columns, thresholds, report rows and checkpoint
checks follow these two tuples. It knows nothing of how a tag is recognised (`tagger`) or how a cause is
estimated (`hazard`), and imports nothing.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["video", "comment"]
KINDS: tuple[Kind, ...] = ("video", "comment")


@dataclass(frozen=True)
class Cause:
    """One reason for which a like may be taken back; reported as "attributed to", never "caused by"."""

    name: str
    chinese: str
    english: str
    mechanism: str


@dataclass(frozen=True)
class Tag:
    """One yes/no judgement on a text: a video *is* it, a comment *claims or does* it.

    `cause` names the cause for which the tag is evidence when it stands under a liked video.
    """

    name: str
    chinese: str
    kinds: tuple[Kind, ...]
    cause: str


CAUSES: tuple[Cause, ...] = (
    Cause(
        "content_quality",
        "内容质量",
        "content quality",
        "the like was a trial and the content did not hold up",
    ),
    Cause(
        "emotional_manipulation",
        "情绪操纵",
        "emotional manipulation",
        "the first emotion cools and reason sees through the packaging",
    ),
    Cause("social_pressure", "社交压力", "social pressure", "a public signal is adjusted when opinion turns"),
    Cause("accidental_tap", "误触", "accidental tap", "a slip of the finger on a reversible button"),
    Cause(
        "recommender_correction", "纠正推荐", "recommender correction", "one like brought a flood of the same"
    ),
    Cause("unexplained", "未能解释", "unexplained", "habit, cleaning up, anything else"),
)

TAGS: tuple[Tag, ...] = (
    Tag("clickbait", "标题党", ("video", "comment"), "emotional_manipulation"),
    Tag("staged", "摆拍", ("video", "comment"), "emotional_manipulation"),
    Tag("controversy", "争议", ("video", "comment"), "social_pressure"),
    Tag("low_quality", "质量差", ("comment",), "content_quality"),
)


def cause_names() -> tuple[str, ...]:
    """Names of all causes, in the order of every output."""
    return tuple(cause.name for cause in CAUSES)


def tag_names(kind: Kind) -> tuple[str, ...]:
    """Names of the tags that a unit of `kind` can carry, in the order of every output."""
    return tuple(tag.name for tag in TAGS if kind in tag.kinds)


def head_names() -> tuple[str, ...]:
    """One name per output of the tagger, videos first: `video_clickbait` … `comment_low_quality`."""
    return tuple(f"{kind}_{tag}" for kind in KINDS for tag in tag_names(kind))


def heads_of(kind: Kind) -> slice:
    """Where the heads of one kind stand among all heads."""
    first = sum(len(tag_names(before)) for before in KINDS[: KINDS.index(kind)])
    return slice(first, first + len(tag_names(kind)))
