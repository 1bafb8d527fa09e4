"""Likes at risk: every like joined with what was known of its video, and the totals that a fit needs of them.

Four things leave this module, all aggregated by the engine: person-time by bin of age and cell of covariates, video, or
user, and the un-likes themselves. Kept likes never leave it one by one. It knows the model's terms only through
`terms`, which turns cells into totals.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ..model.hazard import ACCIDENTAL_UNTIL, AGE_EDGES, BINS
from .evidence import CLOCKS, COUNTS

NEVER = 10**17  # microseconds after the like; later than any clock
COMPLETIONS = (0.25, 0.6)  # watched share of the video; below the first a like is hardly a verdict
UNKNOWN = len(COMPLETIONS) + 1
GROUPS = 20  # clusters of users, and of videos, for the bootstrap
CELL = ("completion", "friend", "gesture")
CELL_CLOCKS = ("all", *COUNTS["complaining"])
SHOWN = ("surface",)  # of a like: acts in no term as it stands, but is told of each un-like
VIDEO_CLOCKS = ("all", "friend", *COUNTS["exposing"])


@dataclass(frozen=True)
class AtRisk:
    """Likes at risk, aggregated.

    `cells` has one row per bootstrap cluster pair and covariate cell: `user_group`, `video_group`, `CELL`, seconds by bin
    of age after each of `CELL_CLOCKS` (`all_b`, …), and `flare`, `flood`. `videos` has one row per liked video in the order of
    the packages: `video`, `video_group` and seconds by bin of age after each of `VIDEO_CLOCKS`; `friend` counts likes on the
    friends' surface. `users` has one row per user: `user_key`, `user_group`, and seconds `tap_g_c` and `seconds`. `events`
    has one row per un-like: its ids and times, the row of its video, its cell, its clocks in microseconds after the like, and
    those of `SHOWN` that the likes have.
    """

    cells: pa.Table
    videos: pa.Table
    users: pa.Table
    events: pa.Table
    likes: int


def joined(likes: ir.Table, packages: ir.Table, floods: ir.Table | None) -> ir.Table:
    """Likes with the row of their video, their cell of covariates and their clocks, in microseconds after the like."""
    known = ["video", *CLOCKS]
    table = likes.join(packages.select("key", *known), "key").select(likes, *known)
    if floods is not None:
        on = [name for name in ("user_key", "key") if name in floods.columns]
        table = table.left_join(floods, on).select(table, "flood_from", "flood_until")
    else:
        table = table.mutate(flood_from=ibis.null("int64"), flood_until=ibis.null("int64"))
    age = table.ends_at - table.liked_at
    # Comments that stand there when the like is given are known from its first moment.
    clocks = {name: _after(table[name] - table.liked_at) for name in (*CLOCKS, "flood_from", "flood_until")}
    return table.mutate(age=age, **clocks).mutate(completion=_completion, friend=_friend, gesture=_gesture)


def aggregate(table: ir.Table) -> AtRisk:
    """Aggregate likes that `joined` made."""
    keys = ["user_group", "video_group", *CELL]
    sums = {f"{name}_{b}": _seconds(table, name, b) for name in CELL_CLOCKS for b in range(BINS)}
    sums["flare"] = _overlap(table.age, table.flare_from, 0, table.flare_until).sum() / 1e6
    sums["flood"] = _overlap(table.age, table.flood_from, 0, table.flood_until).sum() / 1e6
    by_video = {f"{name}_{b}": _seconds(table, name, b) for name in VIDEO_CLOCKS for b in range(BINS)}
    tap = _overlap(table.age, ibis.literal(0, "int64"), 0, int(ACCIDENTAL_UNTIL * 1e6))
    taps = {
        f"tap_{g}_{c}": ibis.ifelse((table.gesture == g) & (table.completion == c), tap, 0).sum() / 1e6
        for g in range(3)
        for c in range(UNKNOWN + 1)
    }
    users = table.group_by("user_key", "user_group").aggregate(
        **taps, seconds=_overlap(table.age, ibis.literal(0, "int64"), 0, NEVER).sum() / 1e6
    )
    events = table.filter(table.unliked_at.notnull())
    wanted = ["user_id", "video_id", "key", "video", "user_key", "user_group", "video_group", "liked_at", "unliked_at", "age",
              *CELL, *CLOCKS, "flood_from", "flood_until"]  # fmt: skip
    shown = [name for name in SHOWN if name in events.columns]
    return AtRisk(
        table.group_by(keys).aggregate(**sums).order_by(keys).to_pyarrow(),
        table.group_by("video", "video_group").aggregate(**by_video).order_by("video").to_pyarrow(),
        users.order_by("user_key").to_pyarrow(),
        events.select(*wanted, *shown).order_by("liked_at", "unliked_at", "user_key", "key").to_pyarrow(),
        int(table.count().to_pyarrow().as_py()),
    )


def _seconds(table: ir.Table, clock: str, b: int) -> ir.FloatingValue:
    """Seconds at risk in one bin of age after a clock."""
    since = ibis.literal(0, "int64") if clock in ("all", "friend") else table[clock]
    inside = _overlap(table.age, since, _edge(b), _edge(b + 1))
    if clock == "friend":
        inside = ibis.ifelse(table.friend == 1, inside, 0)
    return inside.sum() / 1e6


def _edge(b: int) -> int:
    return min(int(AGE_EDGES[b] * 1e6), NEVER)


def _overlap(age: ir.IntegerValue, since: ir.IntegerValue, low: int, high) -> ir.IntegerValue:
    """Microseconds of [since, age) inside [low, high); never negative."""
    begin = ibis.greatest(since, ibis.literal(low, "int64"))
    end = ibis.least(age, high if isinstance(high, ir.Value) else ibis.literal(high, "int64"))
    return ibis.ifelse(end > begin, end - begin, 0)


def _after(clock: ir.IntegerValue) -> ir.IntegerValue:
    # `greatest` passes over NULL on one engine and not on the other: say what NULL means.
    return ibis.cases(
        (clock.isnull(), ibis.literal(NEVER, "int64")), (clock < 0, ibis.literal(0, "int64")), else_=clock
    )


def _completion(table: ir.Table) -> ir.IntegerValue:
    if not {"watch_ms", "video_duration_ms"} <= set(table.columns):
        return ibis.literal(UNKNOWN, "int64")
    share = table.watch_ms / table.video_duration_ms.nullif(0)
    bins = sum((ibis.ifelse(share >= cut, 1, 0) for cut in COMPLETIONS), start=ibis.literal(0)).cast("int64")
    return ibis.ifelse(share.isnull(), ibis.literal(UNKNOWN, "int64"), bins)


def _friend(table: ir.Table) -> ir.IntegerValue:
    if "surface" not in table.columns:
        return ibis.literal(0, "int64")
    return ibis.ifelse((table.surface == "friends").fill_null(False), 1, 0).cast("int64")


def _gesture(table: ir.Table) -> ir.IntegerValue:
    if "gesture" not in table.columns:
        return ibis.literal(2, "int64")
    return ibis.cases((table.gesture == "button", 0), (table.gesture == "double_tap", 1), else_=2).cast(
        "int64"
    )
