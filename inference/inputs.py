"""What an attribution works on: usable likes, dated evidence by video, floods by user, and what was left out on the way.

Everything stays an expression of the engine but the packages of texts, one row per video, and comments in narrow columns.
It knows nothing of hazards.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from dataclasses import dataclass, field

import ibis.expr.types as ir
import pyarrow as pa

from .claimed import Claimed, claimed
from .evidence import floods, video_clocks
from .packages import packages
from .refusal import refuse_if_most
from .usable import usable


@dataclass(frozen=True)
class Inputs:
    """Prepared tables, and what was kept out or left out on the way."""

    likes: ir.Table
    comments: ir.Table | None
    packages: pa.Table
    floods: ir.Table | None
    claimed: Claimed
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    left_out: list[dict[str, str]] = field(default_factory=list)


def prepare(
    likes: ir.Table, videos: ir.Table | None, comments: ir.Table | None, exposures: ir.Table | None
) -> Inputs:
    """Make tables ready: usable likes, dated clocks, packages, floods, levels of suspicion.

    Raises
    ------
    InputError
        If more than half of the likes or comments cannot be used for one reason.
    """
    good, counts = usable(likes, videos)
    good = good.cache()
    left_out = [
        {"column": name, "effect": effect}
        for name, there, effect in (
            ("videos", videos is not None, "tags of videos unseen: emotional manipulation only through comments"),
            ("comments", comments is not None, "no comments: nothing exposes, disputes or complains"),
            ("exposures", exposures is not None, "no exposures: the recommender keeps a stated share that nothing confirms"),
            ("likes.surface", "surface" in good.columns, "friends' surface unseen: social pressure only through controversy"),
            ("likes.gesture", "gesture" in good.columns, "gesture unseen: mis-taps are told by their delay alone"),
            ("likes.watch_ms", {"watch_ms", "video_duration_ms"} <= set(good.columns),
             "completion unseen: content quality is told by complaints and by time alone"),
            ("likes.observed_until", "observed_until" in good.columns, "observation taken to end with the table"),
        )
        if not there
    ]  # fmt: skip
    rows = {"likes": counts} if counts else {}
    clocks, dated = None, None
    last = good.unliked_at.max().to_pyarrow().as_py() or 0
    if comments is not None and "created_at" in comments.columns:
        # What is dated after the last un-like speaks of none of them.
        dated = comments.filter(comments.created_at.notnull() & (comments.created_at < last))
        clocks = video_clocks(dated).cache()
        undated = (
            comments.aggregate(n=comments.created_at.isnull().sum(), all=comments.count())
            .to_pyarrow()
            .to_pylist()[0]
        )
        if undated["n"]:
            rows["comments"] = {"without a date: no evidence": int(undated["n"])}
        unknown = _unknown_videos(comments, videos)
        if unknown:
            refuse_if_most(
                unknown,
                undated["all"],
                "comments",
                "video not in the videos table",
                "Check the ids of both tables",
            )
            rows.setdefault("comments", {})["video not in the videos table"] = unknown
    elif comments is not None:
        left_out.append({"column": "comments.created_at", "effect": "undated comments cannot be evidence"})
    text = packages(good, videos, clocks)
    flood = None
    if exposures is not None:
        exposures = exposures.filter(exposures.exposed_at < last)
        by_like = _names_liked_video(exposures, good)
        flood = floods(exposures, by_like).cache()
    said = claimed(dated, text) if dated is not None else Claimed.none()
    return Inputs(good, comments, text, flood, said, rows, left_out)


def _unknown_videos(comments: ir.Table, videos: ir.Table | None) -> int:
    if videos is None:
        return 0
    known = videos.select(known=videos.video_id.cast("string")).distinct()
    missing = comments.anti_join(known, comments.video_id.cast("string") == known.known)
    return int(missing.count().to_pyarrow().as_py())


def _names_liked_video(exposures: ir.Table, likes: ir.Table) -> bool:
    """Whether an impression's `video_id` is that of the like which brought it: so when most pairs are likes."""
    pairs = exposures.filter(exposures.kind == "similar_impression").select(
        u=exposures.user_id.cast("string"), v=exposures.video_id.cast("string")
    )
    liked = pairs.semi_join(likes, [pairs.u == likes.user_key, pairs.v == likes.key])
    return 2 * liked.count().to_pyarrow().as_py() > pairs.count().to_pyarrow().as_py()
