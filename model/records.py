"""The tables that come in: which columns they have, which must be there, and what each means.

Reading and checking is `inference.tables`' work; this module only says what holds.
"""

from dataclasses import dataclass
from typing import Literal

from .taxonomy import tag_names

Sort = Literal["id", "time", "text", "words", "number", "integer", "category", "probability", "flag"]


@dataclass(frozen=True)
class Column:
    """One column: its name, what its values are, whether it must be there, and the words a category may hold."""

    name: str
    sort: Sort
    required: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """One kind of table; `one_of` names columns of which at least one must be there, `key` those that never repeat."""

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

_VIDEO_IDS = (
    Column("video_id", "id", required=True),
    Column("creator_id", "id"),
    Column("published_at", "time"),
    Column("category", "text"),
    Column("duration_ms", "number"),
)
_COMMENT_IDS = (
    Column("comment_id", "id", required=True),
    Column("video_id", "id", required=True),
    Column("parent_id", "id"),
    Column("user_id", "id"),
    Column("created_at", "time"),
    Column("like_count", "number"),
)
_LIKE_CONTEXT = (
    Column("observed_until", "time"),
    Column("surface", "category", words=SURFACES),
    Column("gesture", "category", words=GESTURES),
    Column("watch_ms", "number"),
    Column("video_duration_ms", "number"),
)

VIDEOS = Record(
    "videos",
    (
        *_VIDEO_IDS,
        Column("title", "text"),
        Column("description", "text"),
        Column("transcript", "text"),
        Column("ocr_text", "text"),
        Column("hashtags", "words"),
    ),
    one_of=("title", "description", "transcript", "ocr_text"),
    key="video_id",
)
COMMENTS = Record("comments", (*_COMMENT_IDS, Column("text", "text", required=True)))
LIKES = Record(
    "likes",
    (
        Column("user_id", "id", required=True),
        Column("video_id", "id", required=True),
        Column("liked_at", "time", required=True),
        Column("unliked_at", "time", required=True),
        *_LIKE_CONTEXT,
    ),
)
LIKE_EVENTS = Record(
    "likes (raw log)",
    (
        Column("user_id", "id", required=True),
        Column("video_id", "id", required=True),
        Column("event", "category", required=True, words=EVENTS),
        Column("at", "time", required=True),
        *_LIKE_CONTEXT,
    ),
)
EXPOSURES = Record(
    "exposures",
    (
        Column("user_id", "id", required=True),
        Column("video_id", "id", required=True),
        Column("kind", "category", required=True, words=EXPOSURE_KINDS),
        Column("exposed_at", "time", required=True),
    ),
)
TAGGED_VIDEOS = Record(
    "tagged videos",
    (
        *_VIDEO_IDS,
        Column("title", "text"),
        *(Column(f"p_{tag}", "probability", required=True) for tag in tag_names("video")),
        *(Column(f"is_{tag}", "flag") for tag in tag_names("video")),
    ),
    key="video_id",
)
TAGGED_COMMENTS = Record(
    "tagged comments",
    (
        *_COMMENT_IDS,
        Column("text", "text"),
        *(Column(f"p_{tag}", "probability", required=True) for tag in tag_names("comment")),
        *(Column(f"is_{tag}", "flag") for tag in tag_names("comment")),
    ),
)
