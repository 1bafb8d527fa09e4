"""How a video was exposed: the comments that are evidence for its lost likes, and when those were lost.

The comments named in `reversals.parquet` are counted by video and joined with their texts; un-likes are counted by calendar
time and cause, in bins that fit the video. Everything is aggregated by the engine for the videos that the page shows.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import ibis
import ibis.expr.types as ir

from ..model.taxonomy import cause_names, tag_names
from .outcome import Row, Tables

COMMENTS_SHOWN = 6  # per video
TEXT = 160  # characters of a comment that reach the page
BINS = 48  # of a video's time line, at most
SHOWN = 0.95  # of a video's un-likes lie on its time line; the last few would press all others together
WIDTHS_H = (1, 3, 6, 12, 24, 48, 96, 168, 336, 720, 2160)
HOUR = 3_600_000_000
LATER = 10**6  # the bin of un-likes that are off the time line


def exposing_comments(tables: Tables, keys: list[str]) -> dict[str, list[Row]]:
    """The comments most often named as evidence under each video, in the order in which they were posted.

    Returns
    -------
    {video: rows of `id`, `cited` (un-likes for which it is named), `text`, `created_at` (µs), `says` (tags)}; text and time
    are null where the comments are not in the folder.
    """
    rows = tables.reversals
    if "evidence_comment_ids" not in rows.columns or not keys:
        return {}
    named = (
        _of(rows, keys)
        .select("key", id=rows.evidence_comment_ids.unnest())
        .mutate(id=lambda t: t.id.cast("string"))
    )
    table = named.group_by("key", "id").aggregate(cited=named.count())
    order = ibis.window(group_by="key", order_by=[ibis.desc("cited"), "id"])
    table = table.mutate(place=ibis.row_number().over(order))
    table = table.filter(table.place < COMMENTS_SHOWN)
    comments = tables.comments
    if comments is not None:
        there = [c for c in ("text", "created_at", "like_count") if c in comments.columns]
        flags = [f"is_{tag}" for tag in tag_names("comment") if f"is_{tag}" in comments.columns]
        texts = comments.select(*there, *flags, id=comments.comment_id.cast("string")).distinct(
            on="id", keep="first"
        )
        if "text" in there:
            texts = texts.mutate(text=texts.text.cast("string").substr(0, TEXT))
        table = table.left_join(texts, "id").select(table, *there, *flags)
    found: dict[str, list[Row]] = {}
    for row in table.to_pyarrow().to_pylist():
        says = [tag for tag in tag_names("comment") if row.get(f"is_{tag}")]
        found.setdefault(row["key"], []).append(
            {"id": row["id"], "cited": row["cited"], "text": row.get("text"), "created_at": row.get("created_at"),
             "like_count": row.get("like_count"), "says": says}
        )  # fmt: skip
    for listed in found.values():
        listed.sort(key=lambda c: (c["created_at"] is None, c["created_at"] or 0, c["id"]))
    return found


def time_lines(tables: Tables, keys: list[str]) -> dict[str, Row]:
    """Un-likes of each video by calendar time and cause.

    Returns
    -------
    {video: `from` (µs), `width` (µs), `bins` (positions), `masses` (one list per bin, causes in order), `later`
    (un-likes after the last bin)}.
    """
    if not keys:
        return {}
    rows = _of(tables.reversals, keys)
    spans = rows.group_by("key").aggregate(
        first=rows.unliked_at.min(), last=rows.unliked_at.quantile(SHOWN).cast("int64")
    )
    wide = (spans.last - spans.first) // BINS
    width = ibis.cases(
        *[(wide < h * HOUR, ibis.literal(h * HOUR, "int64")) for h in WIDTHS_H], else_=wide + 1
    )
    spans = spans.mutate(width=width)
    spans = spans.mutate(start=spans.first // spans.width * spans.width)
    joined = rows.inner_join(spans, "key").select(rows, spans.width, spans.start, spans.last)
    joined = joined.mutate(
        bin_=ibis.ifelse(
            joined.unliked_at <= joined.last, (joined.unliked_at - joined.start) // joined.width, LATER
        )
    )
    table = joined.group_by("key", "start", "width", "bin_").aggregate(
        n=joined.count(), **{name: joined[name].sum() for name in cause_names()}
    )
    found: dict[str, Row] = {}
    for row in table.order_by("key", "bin_").to_pyarrow().to_pylist():
        line = found.setdefault(
            row["key"],
            {"from": row["start"], "width": row["width"], "bins": [], "masses": [], "later": 0},
        )
        if row["bin_"] == LATER:
            line["later"] = row["n"]
            continue
        line["bins"].append(row["bin_"])
        line["masses"].append([round(row[name] or 0.0, 2) for name in cause_names()])
    return found


def _of(rows: ir.Table, keys: list[str]) -> ir.Table:
    wanted = ibis.memtable({"key": keys}, schema={"key": "string"})
    return rows.semi_join(wanted, "key")
