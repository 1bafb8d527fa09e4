"""Likes that can be used: paired, joined to a known video, ending after they began; the others counted by reason.

It also gives every user and every video a cluster for the bootstrap. Clusters are made from what rows contain (times
and counts) and never from ids or the order of rows: relabelled or shuffled tables give the same numbers.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import ibis
import ibis.expr.types as ir

from .atrisk import GROUPS
from .pairing import pair, unpaired
from .refusal import refuse_if_most

MODULUS = 1_000_003


def usable(likes: ir.Table, videos: ir.Table | None) -> tuple[ir.Table, dict[str, int]]:
    """Likes with `key`, `user_key`, `ends_at`, `user_group` and `video_group`, and the rows left out by reason.

    `ends_at` is the un-like, or the end of observation: the row's own, else the last moment in the table.

    Raises
    ------
    InputError
        If more than half of the likes cannot be used for one reason.
    """
    counts: dict[str, int] = {}
    if "event" in likes.columns:
        dated = likes["at"].notnull()
        if undated := int(likes.filter(~dated).count().to_pyarrow().as_py()):
            counts["time of the event is missing"] = undated
        likes = likes.filter(dated)
        counts |= unpaired(likes)
        likes = pair(likes)
    table = likes.mutate(key=likes.video_id.cast("string"), user_key=likes.user_id.cast("string"))
    last = ibis.greatest(likes.liked_at.max(), likes.unliked_at.max().fill_null(0)).to_pyarrow().as_py()
    until = (
        table.observed_until.fill_null(last)
        if "observed_until" in table.columns
        else ibis.literal(last, "int64")
    )
    table = table.mutate(ends_at=ibis.coalesce(table.unliked_at, until))
    if videos is not None:
        seen = videos.select(seen=videos.video_id.cast("string")).distinct()
        table = table.left_join(seen, table.key == seen.seen).select(table, seen.seen)
    reasons = {
        "time of the like is missing": table.liked_at.isnull(),
        "un-liked before the like": (table.unliked_at < table.liked_at).fill_null(False),
        "observation ends before the like": (
            table.unliked_at.isnull() & (table.ends_at < table.liked_at)
        ).fill_null(False),
    }
    if videos is not None:
        reasons["video not in the videos table"] = table.seen.isnull()
    bad = (
        table.aggregate(rows=table.count(), **{r: b.sum() for r, b in reasons.items()})
        .to_pyarrow()
        .to_pylist()[0]
    )
    for reason in reasons:
        if n := int(bad[reason] or 0):
            refuse_if_most(
                n, bad["rows"], "likes", reason, "Check the columns, the ids and the unit of the times"
            )
            counts[reason] = n
    good = table.filter([~condition for condition in reasons.values()])
    if "seen" in good.columns:
        good = good.drop("seen")
    return _clustered(good), counts


def _clustered(table: ir.Table) -> ir.Table:
    """Add `user_group` and `video_group`, 0 … GROUPS - 1."""
    content = (
        (table.liked_at // 1_000_000) % MODULUS
        + table.liked_at % MODULUS
        + (table.ends_at - table.liked_at) % 1009
    )
    table = table.mutate(content_=content)
    users = table.group_by("user_key").aggregate(
        user_group=(table.content_.sum() * 7 + table.count()) % GROUPS
    )
    videos = table.group_by("key").aggregate(video_group=(table.content_.sum() * 11 + table.count()) % GROUPS)
    table = table.left_join(users, "user_key").select(table, "user_group")
    return table.left_join(videos, "key").select(table, "video_group").drop("content_")
