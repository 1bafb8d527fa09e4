"""What the baselines of attribution look at: one row of numbers per like or un-like, from a world's tables.

Only what lay before the un-like (or, for likes, what was known at the like) is counted. A column that the tables lack is
zero throughout. It knows nothing of truth; `attribution_baselines` does.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..model.taxonomy import tag_names

Tables = Mapping[str, pa.Table | None]
SECOND, HOUR = 1_000_000, 3_600_000_000
STATIC = ("clickbait", "staged", "controversy", "friend", "for_you", "double_tap", "unwatched", "skipped")
DATED = (
    "exposing",
    "exposing_many",
    "exposed_since",
    "quarrel",
    "complaints",
    "flooded",
    "panel",
    "user_rate",
    "user_quick",
)


def read_world(folder: Path) -> dict[str, pa.Table | None]:
    """The tables of a simulated world; those that it does not hand out are None."""
    names = ("videos", "comments", "likes", "exposures", "truth")
    paths = {name: folder / f"{name}.parquet" for name in names}
    return {name: pq.read_table(path) if path.exists() else None for name, path in paths.items()}


def micros(table: pa.Table, name: str) -> np.ndarray:
    """A time column in microseconds since 1970, int64; null is the largest number."""
    values = table[name].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return pc.fill_null(values, np.iinfo(np.int64).max).to_numpy()  # pyright: ignore[reportAttributeAccessIssue]


def static_features(tables: Tables, rows: np.ndarray) -> np.ndarray:
    """What is known at the like, (rows, `STATIC`)."""
    likes, videos = _there(tables, "likes").take(pa.array(rows)), _there(tables, "videos")
    at = pc.index_in(likes["video_id"], value_set=videos["video_id"].combine_chunks()).to_numpy()  # pyright: ignore
    columns = [videos[f"p_{tag}"].to_numpy()[at] for tag in tag_names("video")]
    named = set(likes.column_names)

    def says(column: str, word: str) -> np.ndarray:
        if column not in named:
            return np.zeros(len(likes))
        return pc.fill_null(pc.equal(likes[column], word), False).to_numpy().astype(float)  # pyright: ignore

    columns += [says("surface", "friends"), says("surface", "for_you"), says("gesture", "double_tap")]
    unwatched = np.zeros(len(likes))
    if {"watch_ms", "video_duration_ms"} <= named:
        part = likes["watch_ms"].to_numpy() / np.maximum(likes["video_duration_ms"].to_numpy(), 1)
        unwatched = 1.0 - np.minimum(np.nan_to_num(part, nan=1.0), 1.0)
    return np.column_stack([*columns, unwatched, unwatched > 0.75]).astype(float)


def dated_features(tables: Tables, rows: np.ndarray) -> np.ndarray:
    """What had happened by the un-like, (rows, `DATED`)."""
    likes, comments = _there(tables, "likes"), _there(tables, "comments")
    liked, unliked = micros(likes, "liked_at"), micros(likes, "unliked_at")
    user = np.asarray(likes["user_id"].to_numpy(zero_copy_only=False)).astype(str)
    video = np.asarray(likes["video_id"].to_numpy(zero_copy_only=False)).astype(str)
    ids, code = np.unique(video, return_inverse=True)
    code, start, end = code[rows], liked[rows], unliked[rows]
    flags = {tag: comments[f"is_{tag}"].to_numpy() for tag in tag_names("comment")}
    under = np.asarray(comments["video_id"].to_numpy(zero_copy_only=False)).astype(str)
    said = micros(comments, "created_at")

    def counted(chosen: np.ndarray, since: np.ndarray) -> np.ndarray:
        chosen = chosen & np.isin(under, ids)
        return _between(np.searchsorted(ids, under[chosen]), said[chosen], code, since, end)

    exposing = flags["clickbait"] | flags["staged"]
    ever = np.zeros_like(end)
    columns = [
        counted(exposing, ever),
        counted(exposing, ever) >= 6,
        counted(exposing, start),
        counted(flags["controversy"], end - 24 * HOUR),
    ]
    columns.append(counted(flags["low_quality"], ever) / (1 + counted(np.ones_like(exposing), ever)))
    columns += _exposures(tables, user, video, rows, start, end)
    _, owner = np.unique(user, return_inverse=True)
    taken = unliked < np.iinfo(np.int64).max
    others = np.bincount(owner)[owner[rows]] - 1
    quick = taken & (unliked - liked < 20 * SECOND)
    own_quick = quick[rows]
    columns.append((np.bincount(owner, taken & ~quick)[owner[rows]] - ~own_quick) / (others + 6))
    columns.append((np.bincount(owner, quick)[owner[rows]] - own_quick) / (others + 6))
    return np.column_stack(columns).astype(float)


def _exposures(
    tables: Tables, user, video, rows: np.ndarray, start: np.ndarray, end: np.ndarray
) -> list[np.ndarray]:
    exposures = tables.get("exposures")
    if exposures is None or not len(exposures):
        return [np.zeros(len(rows)), np.zeros(len(rows))]
    pair = np.char.add(np.char.add(user[rows], "\x1f"), video[rows])
    seen = [
        np.asarray(exposures[name].to_numpy(zero_copy_only=False)).astype(str)
        for name in ("user_id", "video_id")
    ]
    seen_pair = np.char.add(np.char.add(seen[0], "\x1f"), seen[1])
    ids = np.unique(pair)
    code, moment = np.searchsorted(ids, pair), micros(exposures, "exposed_at")
    kind = np.asarray(exposures["kind"].to_numpy(zero_copy_only=False)).astype(str)
    known = np.isin(seen_pair, ids)
    counts = []
    for word, least in (("similar_impression", 6), ("comment_panel_open", 1)):
        chosen = known & (kind == word)
        since = np.maximum(start, end - 14 * HOUR)
        counts.append(
            _between(np.searchsorted(ids, seen_pair[chosen]), moment[chosen], code, since, end) >= least
        )
    return counts


def _between(
    group: np.ndarray, moment: np.ndarray, wanted: np.ndarray, since: np.ndarray, until: np.ndarray
) -> np.ndarray:
    """How many moments of each wanted group lie in [since, until)."""
    if not group.size:
        return np.zeros(len(wanted), dtype=np.int64)
    zero = int(moment.min())
    width = int(max(moment.max(), until.max())) - zero + 2
    keys = np.sort(group.astype(np.int64) * width + (moment - zero))
    low = wanted.astype(np.int64) * width
    last = np.searchsorted(keys, low + np.clip(until - zero, 0, width - 1))
    return last - np.searchsorted(keys, low + np.clip(since - zero, 0, width - 1))


def _there(tables: Tables, name: str) -> pa.Table:
    table = tables[name]
    if table is None:
        raise ValueError(f"a world must have {name}, had none")
    return table
