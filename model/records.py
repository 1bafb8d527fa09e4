"""The tables that come in: which columns they have, which must be there, and what each means.

Reading and checking is `inference.tables`' work, explaining them `inference.guide`'s; this module only says what holds. The
columns of tagged tables follow `taxonomy`.
"""

from dataclasses import dataclass
from typing import Literal

from .taxonomy import TAGS, Kind, Tag

Sort = Literal["id", "time", "text", "words", "number", "category", "probability", "flag"]


@dataclass(frozen=True)
class Column:
    """One column: its name, what its values are and mean, and whether it must be there.

    `words` are those that a category may hold; a `sparse` column may be empty in most rows.
    """

    name: str
    sort: Sort
    meaning: str
    required: bool = False
    words: tuple[str, ...] = ()
    sparse: bool = False


@dataclass(frozen=True)
class Record:
    """One kind of table; `one_of` names columns of which at least one must be there, `key` one whose values never repeat."""

    name: str
    columns: tuple[Column, ...]
    one_of: tuple[str, ...] = ()
    key: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that must be there."""
        return tuple(column.name for column in self.columns if column.required)


SURFACES = ("for_you", "following", "search", "friends")
GESTURES = ("double_tap", "button")
EVENTS = ("like", "unlike")
EXPOSURE_KINDS = ("similar_impression", "comment_panel_open")

_VIDEO = (
    Column("video_id", "id", "the video", required=True),
    Column("creator_id", "id", "who posted it"),
    Column("published_at", "time", "when it was posted"),
    Column("category", "text", "its channel or subject, in the platform's words"),
    Column("duration_ms", "number", "how long it is, milliseconds"),
    Column("n_collected", "number", "how many of its comments are in the comments table"),
    Column("n_total", "number", "how many comments the platform counts"),
    Column("thread_truncated", "flag", "whether more comments were made than were collected"),
)
_TITLE = Column("title", "text", "title or caption")
_COMMENT = (
    Column("comment_id", "id", "the comment", required=True),
    Column("video_id", "id", "the video under which it stands", required=True),
    Column("parent_id", "id", "the comment that it answers"),
    Column("user_id", "id", "who wrote it"),
    Column("created_at", "time", "when it was posted; without it a comment is no evidence"),
    Column("like_count", "number", "how many liked it"),
)
_PAIR = (
    Column("user_id", "id", "who", required=True),
    Column("video_id", "id", "which video", required=True),
)
_CONTEXT = (
    Column("observed_until", "time", "until when the like was watched; default: the last time in the table"),
    Column("surface", "category", "where it was given", words=SURFACES),
    Column("gesture", "category", "how it was given", words=GESTURES),
    Column("watch_ms", "number", "how long the video was watched, milliseconds"),
    Column("video_duration_ms", "number", "how long the video is, milliseconds"),
)

VIDEOS = Record(
    "videos",
    (
        *_VIDEO,
        _TITLE,
        Column("description", "text", "text below the title"),
        Column("transcript", "text", "what is said"),
        Column("ocr_text", "text", "what is written on the screen"),
        Column("hashtags", "words", "list of hashtags, or one text"),
    ),
    one_of=("title", "description", "transcript", "ocr_text"),
    key="video_id",
)
COMMENTS = Record(
    "comments", (*_COMMENT, Column("text", "text", "what it says", required=True)), key="comment_id"
)
LIKES = Record(
    "likes",
    (
        *_PAIR,
        Column("liked_at", "time", "when it was given", required=True),
        Column("unliked_at", "time", "when it was taken back; empty: it was not", required=True, sparse=True),
        *_CONTEXT,
    ),
)
LIKE_EVENTS = Record(
    "likes (raw log)",
    (
        *_PAIR,
        Column("event", "category", "given or taken back", required=True, words=EVENTS),
        Column("at", "time", "when", required=True),
        *_CONTEXT,
    ),
)
EXPOSURES = Record(
    "exposures",
    (
        *_PAIR,
        Column("kind", "category", "what the user met", required=True, words=EXPOSURE_KINDS),
        Column("exposed_at", "time", "when", required=True),
    ),
)


def _judged(kind: Kind) -> tuple[Column, ...]:
    def probability(tag: Tag) -> Column:
        return Column(f"p_{tag.name}", "probability", f"probability of {tag.chinese}", required=True)

    def verdict(tag: Tag) -> Column:
        return Column(
            f"is_{tag.name}", "flag", f"whether it counts as {tag.chinese}; default: from one half on"
        )

    tags = [tag for tag in TAGS if kind in tag.kinds]
    return (*map(probability, tags), *map(verdict, tags))


TAGGED_VIDEOS = Record("tagged videos", (*_VIDEO, _TITLE, *_judged("video")), key="video_id")
AUDITED = Record(
    "hand-checked videos",
    (
        Column("video_id", "id", "the video", required=True),
        *(
            Column(f"is_{tag.name}", "flag", f"whether people saw {tag.chinese}")
            for tag in TAGS
            if "video" in tag.kinds
        ),
        Column("drawn_with", "probability", "chance with which it was drawn; default: all alike"),
    ),
    one_of=tuple(f"is_{tag.name}" for tag in TAGS if "video" in tag.kinds),
    key="video_id",
)
DAILY = Record(
    "counts of cancelled likes",
    (
        Column("video_id", "id", "the video", required=True),
        Column("creator_id", "id", "who posted it; default: what the videos say"),
        Column("day", "time", "which day; empty or not there: all days together"),
        Column("likes", "number", "likes given on it", required=True),
        Column("cancelled", "number", "likes cancelled on it", required=True),
    ),
)
TAGGED_COMMENTS = Record(
    "tagged comments",
    (*_COMMENT, Column("text", "text", "what it says"), *_judged("comment")),
    key="comment_id",
)
