"""Likes and un-likes paired: a raw log of events becomes one row per like.

Per user and video the log is read in the order of time. A like that follows a like, or an un-like that follows an
un-like, is a duplicate; an un-like before any like is an orphan; both are counted and left out. A like after an un-like is a
new row. Expressions only: they run on DuckDB and on Spark alike.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import ibis
import ibis.expr.types as ir

CONTEXT = ("observed_until", "surface", "gesture", "watch_ms", "video_duration_ms")


def pair(events: ir.Table) -> ir.Table:
    """One row per like.

    Parameters
    ----------
    events
        A raw log (`records.LIKE_EVENTS`), times in int64 microseconds.

    Returns
    -------
    The columns of `records.LIKES`: `unliked_at` is null where the like was not taken back. At equal times a like comes
    before its un-like.
    """
    kept = _marked(events).filter(lambda t: t.first_of_run & ((t.event == "like") | t.previous.notnull()))
    order = ibis.window(group_by=["user_id", "video_id"], order_by=["at", "event"])
    paired = kept.mutate(unliked_at=kept["at"].lead().over(order))
    likes = paired.filter(lambda t: t.event == "like")
    context = [name for name in CONTEXT if name in events.columns]
    return likes.select("user_id", "video_id", "unliked_at", *context, liked_at=likes["at"])


def unpaired(events: ir.Table) -> dict[str, int]:
    """How many rows of a raw log `pair` leaves out, by reason."""
    marked = _marked(events)
    orphan = (marked.event == "unlike") & marked.previous.isnull()
    counts = (
        marked.aggregate(orphans=orphan.sum(), duplicates=(~marked.first_of_run).sum())
        .to_pyarrow()
        .to_pylist()[0]
    )
    named = {"un-like without a like": counts["orphans"], "repeated like or un-like": counts["duplicates"]}
    return {reason: int(n) for reason, n in named.items() if n}


def _marked(events: ir.Table) -> ir.Table:
    order = ibis.window(group_by=["user_id", "video_id"], order_by=["at", "event"])
    marked = events.mutate(previous=events.event.lag().over(order))
    return marked.mutate(first_of_run=marked.previous.isnull() | (marked.previous != marked.event))
