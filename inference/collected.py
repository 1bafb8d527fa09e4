"""What was collected, as tables: rows of the same video merged, of the same comment the newest, and threads counted.

A crawl brings at most ten root comments of a video unless it was told otherwise, the most popular ones, and no replies. What
is said of a video by such a thread is said by a truncated sample: `n_collected`, `n_total` (the platform's own count) and
`thread_truncated` stand beside each video. Expressions only, streamed into files; order is that of first appearance.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from collections.abc import Iterator
from typing import Any

import ibis
import ibis.expr.types as ir

from ..model.errors import InputError
from .collection import VIDEO, Collection
from .daily import Daily
from .engines import stream
from .ids import ENOUGH, LONG, ROUNDED
from .unfit import AGAIN, DAY_AGAIN, EXPORT_AGAIN, At

DEFAULT_ROOTS = 10  # root comments that a crawl brings when nobody says otherwise
BATCH = 65_536
VIDEOS_OUT = (
    "video_id", "creator_id", "published_at", "title", "description", "transcript", "ocr_text", "hashtags", "category",
    "duration_ms", "platform", "n_collected", "n_total", "thread_truncated",
)  # fmt: skip
COMMENTS_OUT = (
    "comment_id",
    "video_id",
    "text",
    "created_at",
    "parent_id",
    "like_count",
    "user_id",
    "platform",
)
THREAD = ("platform", "n_collected", "n_total", "thread_truncated")
DAILY_OUT = ("video_id", "creator_id", "day", "likes", "cancelled")
KEPT_EMPTY = (
    "video_id",
    "title",
    "comment_id",
    "text",
    "platform",
    "n_collected",
    "n_total",
    "thread_truncated",
)


def comments_table(con: Any, collection: Collection) -> ir.Table:
    """The comments, each once: of several rows of one comment the one that was collected last."""
    newest = _ranked(con.read_parquet(collection.comments.path), "comment_id").filter(lambda t: t.newer == 0)
    return newest.order_by("first_row")


def videos_table(con: Any, collection: Collection) -> ir.Table:
    """The videos, each once, with the last known value of each column, and how much of its thread was collected.

    `thread_truncated` is true where the platform counts more comments or replies than were collected, or where exactly ten
    root comments were and nothing says that there are no more; false where all that the platform counts is there; else null.
    """
    rows = _ranked(con.read_parquet(collection.videos.path), "video_id")
    names = [name for name in VIDEO.names if not name.endswith("_") and name != "video_id"]
    merged = {name: rows[name].argmax(rows.older, where=rows[name].notnull()) for name in names}
    videos = rows.group_by("video_id").aggregate(first_row=rows.row_.min(), **merged)
    threads = _threads(comments_table(con, collection))
    joined = videos.left_join(threads, videos.video_id == threads.thread_of)
    n, roots, replies, promised = (
        joined[name].fill_null(0) for name in ("n", "roots", "replies", "promised")
    )
    total, more = joined.n_total, joined.more.fill_null(False)
    ten = (roots == DEFAULT_ROOTS) & (total.isnull() | more)
    short = (total > n).fill_null(False) | (promised > replies) | ten
    whole = (total <= n).fill_null(False) & ~more
    small = total.isnull() & joined.told.fill_null(False) & (roots < DEFAULT_ROOTS)
    verdict = ibis.ifelse(short, True, ibis.ifelse(whole | small, False, ibis.null("boolean")))
    return joined.mutate(n_collected=n.cast("int64"), thread_truncated=verdict).order_by("first_row")


def check_platforms(con: Any, collection: Collection) -> None:
    """Raise an InputError if the same id stands for videos, or for comments, of two platforms."""
    for part, key in ((collection.videos, "video_id"), (collection.comments, "comment_id")):
        rows = con.read_parquet(part.path)
        both = rows.group_by(key).aggregate(
            n=rows.platform.nunique(), one=rows.platform.min(), other=rows.platform.max()
        )
        both = both.filter(both.n > 1)
        first = both.order_by(key).limit(1).to_pyarrow().to_pylist()
        if first:
            found = f"{first[0][key]} is an id of {first[0]['one']} and of {first[0]['other']}"
            raise InputError(
                f"{key} must mean one thing", found, "Import one platform at a time, with --platform"
            )


def check_digits(con: Any, collection: Collection) -> None:
    """Raise an InputError if the long ids of a column all end in zeros: a spreadsheet has rounded them."""
    for part, key in ((collection.videos, "video_id"), (collection.comments, "comment_id")):
        rows = con.read_parquet(part.path)
        long = rows.filter(rows[key].re_search(LONG)).distinct(on=key, keep="first")
        found = long.aggregate(n=long.count(), zeros=long[key].re_search(ROUNDED).sum(), one=long[key].min())
        n, zeros, one = found.to_pyarrow().to_pylist()[0].values()
        if n >= ENOUGH and zeros == n:
            raise InputError(
                f"{key} must keep all its digits",
                f"all {n:,} long ids end in zeros, as {one} does",
                EXPORT_AGAIN,
            )


def report_repeated(con: Any, collection: Collection) -> None:
    """Report every row of a comment that is there once more, and note how many rows of videos were merged."""
    older = _ranked(con.read_parquet(collection.comments.path), "comment_id").filter(lambda t: t.newer > 0)
    for batch in stream(older.select("file_", "line_", "comment_id", "row_").order_by("row_"), BATCH):
        for row in batch.to_pylist():
            collection.unfit.row(At(row["file_"], row["line_"]), AGAIN, row["comment_id"])
    videos = con.read_parquet(collection.videos.path)
    if merged := collection.videos.rows - int(videos.video_id.nunique().to_pyarrow().as_py()):
        collection.unfit.notes["rows of a video that was collected before: merged"] = merged


def counted(con: Any, collection: Collection, daily: Daily) -> dict[str, ir.Table]:
    """The tables of a log of counts: videos without threads, and one row per video and day with its creator.

    A day of a video that comes again is reported and left out. Where the counts name no creator, the videos do.
    """
    rows = con.read_parquet(daily.path)
    again = ibis.row_number().over(ibis.window(group_by=["video_id", "day"], order_by="row_"))
    rows = rows.mutate(again=again)
    for batch in stream(rows.filter(rows.again > 0).order_by("row_"), BATCH):
        for row in batch.to_pylist():
            collection.unfit.row(At(row["file_"], row["line_"]), DAY_AGAIN, row["video_id"])
    once = rows.filter(rows.again == 0)
    if not collection.videos.rows:
        return {"daily.parquet": once.order_by("row_").select(*DAILY_OUT)}
    videos = videos_table(con, collection)
    who = videos.select(of=videos.video_id, who=videos.creator_id)
    joined = once.left_join(who, once.video_id == who.of)
    joined = joined.mutate(creator_id=ibis.coalesce(joined.creator_id, joined.who)).order_by("row_")
    names = tuple(name for name in VIDEOS_OUT if name not in THREAD)
    return {"videos.parquet": told(videos, names), "daily.parquet": joined.select(*DAILY_OUT)}


def told(table: ir.Table, names: tuple[str, ...]) -> ir.Table:
    """The columns of `names`, without those that hold nothing but may be left out."""
    counts = table.aggregate(**{name: table[name].count() for name in names}).to_pyarrow().to_pylist()[0]
    return table.select(*[name for name in names if counts[name] or name in KEPT_EMPTY])


def _ranked(rows: ir.Table, key: str) -> ir.Table:
    """Rows with `older` (0 for the row that was collected first) and `newer` (0 for the last), and `first_row` of their id."""
    at = rows.collected_at.fill_null(ibis.timestamp("1970-01-01 00:00:00", timezone="UTC"))
    table = rows.mutate(at_=at)
    up = ibis.window(group_by=key, order_by=["at_", "row_"])
    down = ibis.window(group_by=key, order_by=[ibis.desc("at_"), ibis.desc("row_")])
    return table.mutate(
        older=ibis.row_number().over(up),
        newer=ibis.row_number().over(down),
        first_row=table.row_.min().over(ibis.window(group_by=key)),
    )


def _threads(comments: ir.Table) -> ir.Table:
    """Per video: comments, roots and replies that were collected, replies that the platform counts, and whether it does."""
    root = comments.parent_id.isnull()
    return comments.group_by(thread_of=comments.video_id).aggregate(
        n=comments.count(),
        roots=root.sum(),
        replies=(~root).sum(),
        promised=ibis.ifelse(root, comments.replies, 0).sum(),
        told=(comments.replies.notnull() | ~root).all(),
    )


def batches(table: ir.Table) -> Iterator[Any]:
    """The table, streamed."""
    return stream(table, BATCH)
