"""The text package of each video: its tags' scores and its comments' clocks, one row per liked video.

The placebo moves whole packages between videos of like popularity: all that a text can say goes elsewhere, all else
stays. What is still attributed to texts then is the floor under which nothing is detected.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..model.taxonomy import tag_names
from .evidence import CLOCKS

TRUNCATED = "thread_truncated"
NEIGHBOURS = 25  # videos of like popularity among which packages are moved


def packages(likes: ir.Table, videos: ir.Table | None, clocks: ir.Table | None) -> pa.Table:
    """One row per liked video, in an order that ids do not decide.

    Columns `video` (the row), `key`, `video_group`, `likes`, a `p_<tag>` per video tag, `CLOCKS`, `thread_truncated`, and for
    the placebo `source` (the row whose comments the package holds) and `shift` (microseconds by which they were moved).
    """
    table = likes.group_by("key", "video_group").aggregate(
        likes=likes.count(), mark=(likes.liked_at % 1_000_003).sum(), first=likes.liked_at.min()
    )
    told = [*(f"p_{tag}" for tag in tag_names("video")), TRUNCATED]
    if videos is not None:
        scores = videos.select(
            key_=videos.video_id.cast("string"), **{name: _told(videos, name) for name in told}
        )
        table = table.left_join(scores, table.key == scores.key_).select(table, *told)
    else:
        table = table.mutate(**{name: ibis.null("float64") for name in told})
    if clocks is not None:
        table = table.left_join(clocks, "key").select(table, *CLOCKS)
    else:
        table = table.mutate(**{clock: ibis.null("int64") for clock in CLOCKS})
    rows = table.order_by("likes", "first", "mark").to_pyarrow()
    row = pa.array(np.arange(len(rows)))
    rows = rows.append_column("video", row).append_column("source", row)
    return rows.append_column("shift", pa.array(np.zeros(len(rows), dtype=np.int64)))


def moved(table: pa.Table, rng: np.random.Generator) -> pa.Table:
    """The same videos with their text packages moved among neighbours in popularity.

    A clock keeps its distance from the video's first like, as a package brings its own history.
    """
    n = len(table)
    order = np.arange(n)
    for begin in range(0, n, NEIGHBOURS):
        order[begin : begin + NEIGHBOURS] = rng.permutation(order[begin : begin + NEIGHBOURS])
    taken = table.take(pa.array(order))
    shift = pc.subtract(table["first"], taken["first"])
    for name in table.column_names:
        if name.startswith("p_") or name == TRUNCATED:
            table = _put(table, name, taken[name])
        elif name in CLOCKS:
            table = _put(table, name, pc.add(taken[name], shift))
    return _put(_put(table, "source", taken["source"]), "shift", shift)


def every(table: pa.Table, step: int) -> pa.Table:
    """Every `step`-th video by popularity, numbered anew: likes that are joined with it are those of these videos."""
    few = table.take(pa.array(np.arange(0, len(table), step)))
    return _put(few, "video", pa.array(np.arange(len(few))))


def _told(videos: ir.Table, name: str) -> ir.Value:
    """A column of the videos, null where this table does not have it."""
    if name != TRUNCATED:
        return videos[name]
    return videos[name].cast("float64") if name in videos.columns else ibis.null("float64")


def _put(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)
