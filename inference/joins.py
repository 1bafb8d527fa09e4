"""Whether tables belong together: looked at before anything is written, so that tables of different origins leave nothing behind.

Each table for itself was checked by `tables`; which likes can be used is decided by `usable`.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from typing import Any

import ibis.expr.types as ir

from .ids import join_key
from .refusal import refuse_if_most
from .usable import usable

UNKNOWN = "video not in the videos table"


def check_joins(likes: ir.Table, videos: ir.Table | None, comments: ir.Table | None) -> None:
    """Raise an InputError if more than half of the likes or of the comments cannot be used for one reason."""
    usable(likes, videos)
    if videos is not None and comments is not None:
        rows = comments.count().to_pyarrow().as_py()
        do = "Check that video_id means the same in both tables"
        refuse_if_most(on_unknown_videos(comments, videos), rows, "comments", UNKNOWN, do)


def on_unknown_videos(comments: ir.Table, videos: ir.Table) -> int:
    """How many comments stand under a video that the table of videos does not have."""
    known = videos.select(known=join_key(videos.video_id)).distinct()
    missing: Any = comments.anti_join(known, join_key(comments.video_id) == known.known)
    return int(missing.count().to_pyarrow().as_py())
