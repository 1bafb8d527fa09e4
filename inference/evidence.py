"""Evidence with a date: when the comments under a video said what they say, and when a flood reached a user.

Every clock is a moment; the attribution asks only whether it lies before the un-like, so nothing that came later can
speak. Expressions only. It knows comments and exposures, not likes.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import ibis
import ibis.expr.types as ir

HOUR = 3_600_000_000  # microseconds

# Comments of one kind after which a video counts as exposed, in doubt or disputed, and how strongly.
COUNTS = {
    "exposing": {"exposed_first": 1, "exposed_some": 3, "exposed_many": 6},
    "complaining": {"complained_first": 1, "complained_some": 3},
}
FLARE_COMMENTS, FLARE_WITHIN, FLARE_LASTS = 8, 6 * HOUR, 48 * HOUR
FLOOD_IMPRESSIONS, FLOOD_WITHIN, FLOOD_LASTS = 6, 6 * HOUR, 12 * HOUR

COUNTED = tuple(name for counts in COUNTS.values() for name in counts)
CLOCKS = (*COUNTED, "flare_from", "flare_until")


def says(comments: ir.Table, tag: str) -> ir.BooleanValue:
    """Whether each comment is given the tag: by the tagger's own threshold where it is there, else at one half."""
    if f"is_{tag}" in comments.columns:
        return comments[f"is_{tag}"].fill_null(False)
    return (comments[f"p_{tag}"] >= 0.5).fill_null(False)


def video_clocks(comments: ir.Table) -> ir.Table:
    """When each video's comments exposed it, complained, and flared up.

    Parameters
    ----------
    comments
        Tagged comments with `created_at` in int64 microseconds; undated ones are passed over.

    Returns
    -------
    `key` (the video's id as text) and `CLOCKS`, int64 microseconds, null where it never came to that.
    """
    dated = comments.filter(comments.created_at.notnull())
    dated = dated.select(
        key=dated.video_id.cast("string"),
        moment=dated.created_at,
        exposing=says(dated, "clickbait") | says(dated, "staged"),
        disputing=says(dated, "controversy"),
        complaining=says(dated, "low_quality"),
    )
    flares = _dense(dated.filter(dated.disputing), ["key"], FLARE_COMMENTS, FLARE_WITHIN)
    flares = flares.group_by("key").aggregate(
        flare_from=flares.moment.min(), flare_until=flares.moment.max() + FLARE_LASTS
    )
    joined = dated.select("key").distinct()
    for says_so, counts in COUNTS.items():
        reached = _nth(dated.filter(dated[says_so]), counts)
        joined = joined.left_join(reached, "key").select(joined, *counts)
    return joined.left_join(flares, "key").select(joined, "flare_from", "flare_until")


def floods(exposures: ir.Table, by_like: bool) -> ir.Table:
    """When similar impressions flooded a user.

    Parameters
    ----------
    exposures
        With `exposed_at` in int64 microseconds.
    by_like
        Whether `video_id` names the liked video that brought the impressions; if not, impressions are counted by user.

    Returns
    -------
    `user_key` (and `key` if `by_like`), `flood_from`, `flood_until`: at least `FLOOD_IMPRESSIONS` within `FLOOD_WITHIN`, and the
    time after in which the flood is still felt.
    """
    similar = exposures.filter(exposures.kind == "similar_impression")
    similar = similar.select(
        user_key=similar.user_id.cast("string"),
        key=similar.video_id.cast("string"),
        moment=similar.exposed_at,
    )
    keys = ["user_key", "key"] if by_like else ["user_key"]
    dense = _dense(similar, keys, FLOOD_IMPRESSIONS, FLOOD_WITHIN)
    return dense.group_by(keys).aggregate(
        flood_from=dense.moment.min(), flood_until=dense.moment.max() + FLOOD_LASTS
    )


def _nth(rows: ir.Table, numbers: dict[str, int]) -> ir.Table:
    """The moment of the n-th row of each key, for every named n."""
    order = ibis.window(group_by="key", order_by="moment")
    counted = rows.mutate(number=ibis.row_number().over(order) + 1)
    wanted = {name: counted.moment.min(where=counted.number == n) for name, n in numbers.items()}
    return counted.group_by("key").aggregate(**wanted)


def _dense(rows: ir.Table, keys: list[str], many: int, within: int) -> ir.Table:
    """Rows that end a run of `many` rows of their key inside `within` microseconds."""
    order = ibis.window(group_by=keys, order_by="moment")
    back = rows.mutate(first=rows.moment.lag(many - 1).over(order))
    return back.filter(back.first.notnull() & (back.moment - back.first <= within))
