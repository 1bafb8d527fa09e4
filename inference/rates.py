"""Rates: how much more often likes of tagged videos are cancelled, from counts per video and day.

Counts joined with tagged videos become one row per video; days are levelled by expecting of each like what a like of its day
meets on average; the model is `model.creator_effects`. Every tag is compared within creators, a creator's videos with each
other, which is the answer, and between them, which is a check. A table of rates is no attribution: `CANNOT_TELL` goes with it.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import math
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ..model.creator_effects import CAP, MOST, Counts, Effects, creator_effects
from ..model.errors import InputError
from ..model.taxonomy import tag_names
from .refusal import refuse_if_most

AGE = "age of the video"
SUPPORT = 20  # videos with a probability of one half and more without which 0 and 1 are not compared
DAY = 86_400_000_000  # microseconds
GRAIN = 2**20  # parts of an expected cancellation: sums of whole parts are the same in every order
CANNOT_TELL = (
    "Counts have no delay: a slip of the finger, second thoughts and a later exposure look the same.",
    "Counts have no user: whether many took back one like each or few took back many is not in them.",
    "A like that is cancelled on a day may be of any earlier day, also before the first: the rate is cancelled likes per like "
    "given in these days, not the chance of a like to be taken back. It is high for old videos.",
    "A tag is the tagger's reading of texts; what it gets wrong pulls the ratio towards 1. The logarithm of the rate is taken to "
    "grow evenly with the tag's probability. The ratio compares a probability of 1 with 0; "
    "where fewer than 20 videos reach one half it would be made up, and only a tenth of probability is compared.",
    "Videos of one creator differ in more than their tags (audience, promotion, age): a ratio is an association, no cause.",
)


def rates(daily: ir.Table, videos: ir.Table) -> dict[str, Any]:
    """What the counts say of each tag.

    Parameters
    ----------
    daily
        As `tables.read` gives `records.DAILY`.
    videos
        As `tables.read` gives `records.TAGGED_VIDEOS`.

    Returns
    -------
    A document for JSON; ratios that the data do not bound, or that no creator's videos can tell, are None.

    Raises
    ------
    InputError
        If counts are below zero, if most videos of the counts are not tagged, or fewer than two creators are left.
    """
    _check_counts(daily)
    table, left_out = _by_video(daily, videos)
    cancelled, expected, likes = (_column(table, name) for name in ("cancelled", "expected", "likes"))
    creator = _column(table, "creator").astype(np.int64)
    if np.unique(creator).size < 2:
        found = f"{np.unique(creator).size} creators of {table.num_rows:,} tagged videos with likes"
        raise InputError(
            "Rates need two creators and more", found, "Give counts and tagged videos that belong together"
        )
    _, creator = np.unique(creator, return_inverse=True)
    design, places = _design(table, creator)
    capped = np.zeros(design.shape[1], dtype=bool)
    capped[[place for name, place in places.items() if name != AGE]] = True
    effects = (
        creator_effects(Counts(cancelled, expected, design, creator), capped) if cancelled.sum() else None
    )
    days = _days(daily)
    return {
        "n_videos": table.num_rows,
        "n_creators": int(creator.max()) + 1,
        "likes": int(likes.sum()),
        "cancelled": int(cancelled.sum()),
        "cancelled_per_like": float(cancelled.sum() / likes.sum()),
        "days": days,
        "adjusted_for": ["creator", *(["day"] if days else []), *([AGE] if AGE in places else [])],
        "tags": {tag: _of_tag(tag, table, cancelled, likes, effects, places) for tag in tag_names("video")},
        "creators": None
        if effects is None
        else {
            "spread_of_log_rate": effects.spread,
            "dispersion": effects.dispersion,
            "weighed_down": effects.weighed_down,
            "most_that_one_may_hold": CAP,
        },
        "left_out": left_out,
        "cannot_tell": list(CANNOT_TELL),
    }


def _check_counts(daily: ir.Table) -> None:
    for name in ("likes", "cancelled"):
        below = daily.filter(daily[name] < 0)
        if n := int(below.count().to_pyarrow().as_py()):
            first = below.order_by("video_id").limit(1).to_pyarrow().to_pylist()[0]
            found = f"{first[name]:g} of video {first['video_id']} ({n:,} such rows)"
            raise InputError(f"{name} must be from zero on", found, "Mend the counts")


def _by_video(daily: ir.Table, videos: ir.Table) -> tuple[pa.Table, dict[str, Any]]:
    """One row per video that can be used, and what the others held, by reason."""
    day = daily["day"].fill_null(-1) if "day" in daily.columns else ibis.literal(-1, "int64")
    who = daily.creator_id.cast("string") if "creator_id" in daily.columns else ibis.null("string")
    rows = daily.select(
        key=daily.video_id.cast("string"), who=who, day=day,
        likes=daily.likes.fill_null(0), cancelled=daily.cancelled.fill_null(0),
    )  # fmt: skip
    per_day = rows.group_by("day").aggregate(given=rows.likes.sum(), taken=rows.cancelled.sum())
    level = per_day.select(
        of=per_day.day, level=ibis.ifelse(per_day.given > 0, per_day.taken / per_day.given, 0.0)
    )
    joined = rows.left_join(level, rows.day == level.of)
    parts = (joined.likes * joined.level * GRAIN).round().cast("int64")
    joined = joined.mutate(expected=parts, dated=joined.likes * joined.day)
    totals = joined.group_by("key").aggregate(
        who=joined.who.max(), likes=joined.likes.sum(), cancelled=joined.cancelled.sum(), expected=joined.expected.sum() / GRAIN,
        middle=joined.dated.sum() / joined.likes.sum(), undated=(joined.day < 0).any(),
    )  # fmt: skip
    tags = [f"p_{tag}" for tag in tag_names("video")]
    flags = [f"is_{tag}" for tag in tag_names("video") if f"is_{tag}" in videos.columns]
    poster = videos.creator_id.cast("string") if "creator_id" in videos.columns else ibis.null("string")
    born = videos.published_at if "published_at" in videos.columns else ibis.null("int64")
    known = videos.select(*tags, *flags, of=videos.video_id.cast("string"), poster=poster, born=born)
    table = totals.left_join(known, totals.key == known.of)
    untagged = table.of.isnull()
    for tag in tags:
        untagged = untagged | table[tag].isnull()
    any_cancelled = bool(rows.cancelled.sum().to_pyarrow().as_py())
    idle = ~untagged & ~((table.expected if any_cancelled else table.likes) > 0)
    usable = table.filter(~untagged & ~idle)
    left_out = _left_out(
        table, {"video is not tagged": untagged, "no likes on a day when any were cancelled": idle}
    )
    owner = ibis.coalesce("creator " + ibis.coalesce(usable.who, usable.poster), "video " + usable.key)
    age = ibis.ifelse(usable.undated, ibis.null("float64"), (usable.middle - usable.born) / DAY)
    numbered = usable.mutate(owner=owner, age=age).mutate(
        creator=ibis.dense_rank().over(ibis.window(order_by="owner"))
    )
    names = ("creator", "likes", "cancelled", "expected", "age", *tags, *flags)
    return numbered.order_by("key").select(*names).to_pyarrow(), left_out


def _left_out(table: ir.Table, reasons: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    videos = int(table.count().to_pyarrow().as_py())
    for reason, bad in reasons.items():
        some = table.filter(bad)
        n = some.aggregate(videos=some.count(), cancelled=some.cancelled.sum()).to_pyarrow().to_pylist()[0]
        if n["videos"]:
            found[reason] = {"videos": int(n["videos"]), "cancelled": int(n["cancelled"] or 0)}
            do = "Tag the videos of the same log, with their captions"
            refuse_if_most(n["videos"], videos, "the videos with counts", reason, do)
    return found


def _column(table: pa.Table, name: str) -> np.ndarray:
    return table[name].cast(pa.float64()).to_numpy(zero_copy_only=False)


def _design(table: pa.Table, creator: np.ndarray) -> tuple[np.ndarray, dict[str, int]]:
    """Design (videos, p) with a column of ones, and where age and each tag's `within` and `between` stand in it, if they do."""
    columns, places = [np.ones(table.num_rows)], {}
    videos = np.bincount(creator)

    def add(name: str, column: np.ndarray) -> None:
        basis = np.column_stack(columns)
        rest = column - basis @ np.linalg.lstsq(basis, column, rcond=None)[0]
        if float(rest @ rest) > 1e-8 * max(float(column @ column), 1e-8):
            places[name] = len(columns)
            columns.append(column)

    for tag in tag_names("video"):
        p = _column(table, f"p_{tag}")
        mean = (np.bincount(creator, p) / videos)[creator]
        add(f"{tag} within", p - mean)
        add(f"{tag} between", mean - mean.mean())
    age = np.log1p(np.maximum(_column(table, "age"), 0.0))
    if np.isfinite(age).any():
        age = np.where(np.isfinite(age), age, np.nanmean(age))
        add(AGE, age - age.mean())
    return np.column_stack(columns), places


def _of_tag(
    tag: str, table: pa.Table, cancelled: np.ndarray, likes: np.ndarray, effects: Effects | None, places: dict[str, int]
) -> dict[str, Any]:  # fmt: skip
    if f"is_{tag}" in table.column_names:
        given = table[f"is_{tag}"].fill_null(False).to_numpy(zero_copy_only=False).astype(bool)
    else:
        given = _column(table, f"p_{tag}") >= 0.5
    told: dict[str, Any] = {"videos": int(given.sum())}
    for name, rows in (("tagged", given), ("others", ~given)):
        told[f"cancelled_per_like_{name}"] = (
            float(cancelled[rows].sum() / likes[rows].sum()) if rows.any() else None
        )
    near = int((_column(table, f"p_{tag}") >= 0.5).sum())
    told["videos_near_it"] = near
    for name, side, step in (
        ("rate_ratio", "within", 1.0),
        ("rate_ratio_per_tenth", "within", 0.1),
        ("between_creators_per_tenth", "between", 0.1),
    ):
        place = places.get(f"{tag} {side}")
        known = effects is not None and place is not None and (step < 1 or near >= SUPPORT)
        told[name] = _ratio(effects, place, step) if known else None
    return told


def _ratio(effects: Effects, place: int, step: float) -> dict[str, Any] | None:
    """A rate ratio for a `step` of probability, with its interval; None if the data do not bound it."""
    values = [step * float(bound[place]) for bound in (effects.estimate, effects.low, effects.high)]
    if not all(math.isfinite(value) and abs(value) < MOST for value in values):
        return None
    estimate, low, high = (math.exp(value) for value in values)
    held = {
        "effective_creators": float(effects.effective[place]),
        "largest_creator": float(effects.largest[place]),
    }
    return {"estimate": estimate, "low": low, "high": high, **held}


def _days(daily: ir.Table) -> list[str] | None:
    if "day" not in daily.columns:
        return None
    found = daily.aggregate(first=daily["day"].min(), last=daily["day"].max()).to_pyarrow().to_pylist()[0]
    if found["first"] is None:
        return None
    return [str(np.datetime64(int(found[end]), "us").astype("datetime64[D]")) for end in ("first", "last")]


def lines(document: dict[str, Any]) -> list[str]:
    """The document for the terminal."""
    d = document
    out = [
        f"{d['cancelled']:,} of {d['likes']:,} likes cancelled ({d['cancelled_per_like']:.3f} per like), "
        f"{d['n_videos']:,} videos, {d['n_creators']:,} creators"
    ]
    for tag, told in d["tags"].items():
        whole, tenth = (_said(told[name]) for name in ("rate_ratio", "rate_ratio_per_tenth"))
        said = whole or (f"{tenth} per tenth of probability" if tenth else "the data do not tell")
        out.append(f"  {tag}: rate ratio within creators {said}")
    out += [
        f"  left out: {n['videos']:,} videos ({n['cancelled']:,} cancelled): {reason}"
        for reason, n in d["left_out"].items()
    ]
    return [*out, *(f"  {text}" for text in d["cannot_tell"])]


def _said(ratio: dict[str, Any] | None) -> str:
    return f"{ratio['estimate']:.2f} [{ratio['low']:.2f}, {ratio['high']:.2f}]" if ratio else ""
