"""What the report page shows, aggregated: the outputs of an attribution run brought down to page size by the engine.

Takes the opened outputs and gives plain rows: how many likes were lost at which age, to which cause, in which category,
week or surface, and which videos lost most. It knows neither charts nor words; the exposing comments are found by `exposure`.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from dataclasses import dataclass
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from ..model.taxonomy import cause_names, tag_names
from .ages import counts, of_curve
from .creators import LEAST
from .outcome import Row, Tables

OF_THE_VIDEO = (
    "content_quality",
    "emotional_manipulation",
    "social_pressure",
)  # causes that lie with the video
GROUPS_SHOWN = 12  # of one dimension; the rest are added up
VIDEOS_SHOWN = 60  # by each order in which a reader may want them
TITLE = 120  # characters of a title that reach the page
WEEK = 7 * 86_400_000_000
MONDAY = 4 * 86_400_000_000  # the first one after 1970-01-01


@dataclass(frozen=True)
class Digest:
    """Rows for the page.

    `shares` and `checks` are the documents as written. `ages` rows: `from_s`, `to_s`, one value per cause; events per second of
    age if `ages_are_rates`, else counts. `groups` {dimension: rows of `name`, `n`, `likes`, `others`, one mass per cause}.
    `videos` rows: one per video shown, most lost first. `period` is that of the un-likes, µs; `undetermined` counts
    those of which no cause has a half.
    """

    shares: Row
    checks: list[Row]
    period: tuple[int, int] | None
    ages: list[Row]
    ages_are_rates: bool
    longest_s: float
    groups: dict[str, list[Row]]
    videos: list[Row]
    n_videos: int
    undetermined: int


def digest(tables: Tables, shares: Row, checks: list[Row]) -> Digest:
    """Aggregate everything that the page shows but the exposing comments."""
    whole = tables.reversals.aggregate(
        first=tables.reversals.unliked_at.min(),
        last=tables.reversals.unliked_at.max(),
        longest=(tables.reversals.unliked_at - tables.reversals.liked_at).max(),
        undetermined=(ibis.greatest(*_parts(tables.reversals)) < 0.5).sum(),
    )
    span = whole.to_pyarrow().to_pylist()[0]
    curve = shares.get("curve") or []
    return Digest(
        shares=shares,
        checks=checks,
        period=None if span["first"] is None else (span["first"], span["last"]),
        ages=of_curve(curve) or counts(tables.reversals),
        ages_are_rates=bool(curve),
        longest_s=(span["longest"] or 0) / 1e6,
        groups=_groups(tables),
        videos=shown_videos(tables),
        n_videos=int(tables.effects.count().to_pyarrow().as_py()),
        undetermined=int(span["undetermined"] or 0),
    )


def _parts(table: ir.Table) -> list[ir.Value]:
    return [table[name] for name in cause_names()]


def _masses(table: ir.Table) -> dict[str, ir.Value]:
    return {name: table[name].sum() for name in cause_names()}


def _only(row: Row) -> Row:
    return {name: float(row[name] or 0.0) for name in cause_names()}


def _groups(tables: Tables) -> dict[str, list[Row]]:
    """Masses of the causes by every dimension that the tables hold."""
    rows, effects, videos = tables.reversals, tables.effects, tables.videos
    found: dict[str, list[Row]] = {}
    if videos is not None:
        extra = [c for c in videos.columns if c not in rows.columns]
        joined = rows.left_join(videos.select("key", *extra), "key").select(rows, *extra)
        liked = effects.left_join(videos.select("key", *extra), "key").select(effects, *extra)
        tags = [tag for tag in tag_names("video") if f"is_{tag}" in videos.columns]
        if tags:
            found["tag"] = [_tagged(joined, liked, tag) for tag in tags] + [_untagged(joined, liked, tags)]
        for dimension, least in (("category", 1), ("creator_id", LEAST)):
            if dimension in videos.columns:
                found[dimension] = _by(joined, dimension, liked, least)
    if "surface" in rows.columns:
        found["surface"] = _by(rows, "surface", None)
    weeks = rows.mutate(week=(rows.unliked_at - MONDAY) // WEEK * WEEK + MONDAY)
    found["week"] = [
        {"name": r["week"], "n": r["n"], "likes": None, "others": 0, **_only(r)}
        for r in weeks.group_by("week").aggregate(n=weeks.count(), **_masses(weeks)).order_by("week").to_pyarrow().to_pylist()
    ]  # fmt: skip
    return {name: rows for name, rows in found.items() if any(r["n"] for r in rows)}


def _sum_of(rows: ir.Table, liked: ir.Table, name: str) -> Row:
    row = rows.aggregate(n=rows.count(), **_masses(rows)).to_pyarrow().to_pylist()[0]
    likes = liked.aggregate(likes=liked.likes.sum()).to_pyarrow().to_pylist()[0]["likes"]
    return {"name": name, "n": row["n"], "likes": int(likes or 0), "others": 0, **_only(row)}


def _tagged(rows: ir.Table, liked: ir.Table, tag: str) -> Row:
    flag = f"is_{tag}"
    return _sum_of(rows.filter(rows[flag].fill_null(False)), liked.filter(liked[flag].fill_null(False)), tag)


def _untagged(rows: ir.Table, liked: ir.Table, tags: list[str]) -> Row:
    def none(table: ir.Table) -> ir.Table:
        return table.filter([~table[f"is_{tag}"].fill_null(False) for tag in tags])

    return _sum_of(none(rows), none(liked), "")


def _by(rows: ir.Table, dimension: str, liked: ir.Table | None, least: int = 1) -> list[Row]:
    """Groups by size; those beyond `GROUPS_SHOWN`, or with fewer un-likes than `least`, are added up in one last row.

    Its `others` says how many they are; where even together they have fewer than `least` un-likes, they are not shown.
    """
    named = rows.mutate(name=rows[dimension].cast("string"))
    table = named.group_by("name").aggregate(n=named.count(), **_masses(named))
    if liked is not None:
        base = liked.mutate(name=liked[dimension].cast("string"))
        base = base.group_by("name").aggregate(likes=base.likes.sum())
        table = table.left_join(base, table.name.identical_to(base.name)).select(table, base.likes)
    else:
        table = table.mutate(likes=ibis.null("int64"))
    order = ibis.window(order_by=[ibis.desc("n"), "name"])
    table = table.mutate(place=ibis.row_number().over(order))
    place = ibis.least(table.place, ibis.literal(GROUPS_SHOWN))
    table = table.mutate(place=ibis.ifelse(table.n < least, ibis.literal(GROUPS_SHOWN), place))
    table = table.group_by("place").aggregate(
        name=table.name.min(), n=table.n.sum(), likes=table.likes.sum(), size=table.count(), **_masses(table)
    )
    rest = {
        "place": GROUPS_SHOWN,
        "alone": least == 1,
    }  # one group left over has its own name, unless it is too small
    return [
        {"name": r["name"], "n": r["n"], "likes": r["likes"], "others": _others(r, **rest), **_only(r)}
        for r in table.order_by("place").to_pyarrow().to_pylist()
        if r["n"] >= least
    ]


def _others(row: Row, place: int, alone: bool) -> int:
    """How many groups a row adds up, 0 if it is one under its name."""
    return row["size"] if row["place"] == place and not (alone and row["size"] == 1) else 0


def shown_videos(tables: Tables) -> list[Row]:
    """Videos that lost most to what lies with them, in total or to one cause, with their limits where there are."""
    table = tables.effects.filter(tables.effects.reversals > 0)
    lost, names = {}, []
    for cause in cause_names():
        column = f"expected_without_{cause}"
        there = column in table.columns
        lost[cause] = (table.reversals - table[column]).cast("float64") if there else ibis.null("float64")
        for side, other in (("low", "high"), ("high", "low")):  # few expected: many lost
            bound = f"{column}_{other}"
            has = bound in table.columns
            lost[f"{cause}_{side}"] = (
                (table.reversals - table[bound]).cast("float64") if has else ibis.null("float64")
            )
    table = table.select("key", "likes", "reversals", **lost)
    excess = reduce(add, [table[cause].fill_null(0.0) for cause in OF_THE_VIDEO])
    table = table.mutate(excess=excess)
    for name in ("excess", *OF_THE_VIDEO):
        order = ibis.window(order_by=[ibis.desc(table[name].fill_null(0.0)), "key"])
        names.append(f"place_{name}")
        table = table.mutate(**{names[-1]: ibis.row_number().over(order)})
    table = table.filter(reduce(lambda a, b: a | b, [table[name] < VIDEOS_SHOWN for name in names])).drop(
        *names
    )
    videos = tables.videos
    if videos is not None:
        wanted = ("title", "creator_id", "category", "published_at", *(f"is_{t}" for t in tag_names("video")),
                  *(f"p_{t}" for t in tag_names("video")))  # fmt: skip
        there = [c for c in wanted if c in videos.columns]
        about = videos.select("key", *there).distinct(on="key", keep="first")
        if "creator_id" in there:
            about = _discreet(about, tables.effects)
        table = table.left_join(about, "key").select(table, *there)
        if "title" in there:
            table = table.mutate(title=table.title.cast("string").substr(0, TITLE))
    return table.order_by(ibis.desc("excess"), "key").to_pyarrow().to_pylist()


def _discreet(videos: ir.Table, effects: ir.Table) -> ir.Table:
    """Name only creators whose videos lost likes enough for the figures beside the name to tell of more than chance."""
    known = videos.inner_join(effects.select("key", "reversals"), "key")
    sums = known.group_by("creator_id").aggregate(n=known.reversals.sum())
    named = sums.filter(sums.n >= LEAST).select(named="creator_id")
    rest = [column for column in videos.columns if column != "creator_id"]
    joined = videos.left_join(named, videos.creator_id == named.named)
    return joined.select(*(videos[column] for column in rest), creator_id=named.named)
