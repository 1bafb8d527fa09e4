"""The tables of a simulated world in the contract's columns, with a noisy tagger's scores on videos and comments.

What a world does not hand out (`World.given`) is left out here and nowhere else, so worlds differ in nothing else.
"""

import numpy as np
import pyarrow as pa
from scipy.special import expit, logit, ndtri

from ..model.taxonomy import Kind, tag_names
from .cast import TRUTH, Videos
from .floods import Floods
from .likes import SURFACES, Likes
from .race import Race
from .texts import Columns
from .threads import Threads
from .worlds import World

ORIGIN = 1_767_225_600  # 2026-01-01, seconds
TIME = pa.timestamp("us", tz="UTC")
FLAG_AT = 0.35  # probability from which the simulated tagger sets its flag


def scores(truth: np.ndarray, auc: float, rng: np.random.Generator) -> np.ndarray:
    """A tagger's probability of each truth, float32: the posterior after one normal reading of the given AUC."""
    gap = np.sqrt(2.0) * ndtri(auc)  # distance of the two normals
    reading = rng.normal(gap * (truth - 0.5), 1.0)
    prior = np.clip(truth.sum(axis=0) / max(len(truth), 1), 0.02, 0.98)
    return expit(gap * reading + logit(prior)).astype(np.float32)


def video_rows(world: World, words: Columns, videos: Videos, rng: np.random.Generator) -> pa.Table:
    """Videos with their words and scores."""
    columns = {name: pa.array(values) for name, values in words.items()}
    if world.given != "all":
        columns = {name: columns[name] for name in ("video_id", "title") if name in columns}
    columns["published_at"] = _time(world, videos.published)
    return _scored(columns, scores(videos.truth, world.video_auc, rng), "video")


def comment_rows(world: World, words: Columns, threads: Threads, rng: np.random.Generator) -> pa.Table:
    """Comments with their words, dates and scores."""
    columns = {name: pa.array(values) for name, values in words.items()}
    if world.given != "all":
        columns = {name: columns[name] for name in ("comment_id", "video_id", "text")}
    columns["created_at"] = _time(world, threads.at)
    return _scored(columns, scores(threads.claims, world.comment_auc, rng), "comment")


def like_rows(world: World, words: Columns, videos: Videos, likes: Likes, race: Race) -> pa.Table:
    """Likes, one row each, in order of time."""
    ids = pa.array(words["video_id"])
    taken = race.best < likes.until
    columns = {
        "user_id": pa.array([f"u{u:06d}" for u in likes.user.tolist()]),
        "video_id": ids.take(pa.array(likes.video)),
        "liked_at": _time(world, likes.at),
        "unliked_at": _time(world, np.where(taken, race.best, np.inf)),
    }
    if world.given != "four":
        columns["observed_until"] = _time(world, likes.until)
    if world.given == "all":
        columns["surface"] = pa.array(SURFACES[likes.surface].tolist())
        columns["gesture"] = pa.array(np.where(likes.double, "double_tap", "button").tolist())
        columns["watch_ms"] = pa.array(likes.watch_ms)
        columns["video_duration_ms"] = pa.array(videos.duration_ms[likes.video])
    return pa.table(columns)


def exposure_rows(
    world: World, words: Columns, likes: Likes, floods: Floods, rng: np.random.Generator
) -> pa.Table | None:
    """Similar impressions that likes brought, and openings of the comment panel around likes; in order of time."""
    if world.given != "all":
        return None
    opened = np.flatnonzero(rng.random(len(likes)) < 0.2)
    opening = np.maximum(likes.at[opened] + rng.normal(20, 60, opened.size), 0)
    like = np.concatenate([floods.like, opened])
    at = np.concatenate([floods.at, opening])
    kind = np.repeat(["similar_impression", "comment_panel_open"], [floods.like.size, opened.size])
    order = np.lexsort((likes.video[like], likes.user[like], at))
    order = order[at[order] < likes.until[like[order]]]
    like = like[order]
    return pa.table(
        {
            "user_id": pa.array([f"u{u:06d}" for u in likes.user[like].tolist()], pa.string()),
            "video_id": pa.array(words["video_id"]).take(pa.array(likes.video[like])),
            "kind": pa.array(kind[order].tolist(), pa.string()),
            "exposed_at": _time(world, at[order]),
        }
    )


def truth_rows(table: pa.Table, likes: Likes, race: Race) -> pa.Table:
    """Key, cause, emotional channel and carrying tag of each un-like in `table`."""
    rows = np.flatnonzero(race.best < likes.until)
    who = [race.runners[k] for k in race.who[rows].tolist()]
    truth = table.select(["user_id", "video_id", "liked_at", "unliked_at"]).take(pa.array(rows))
    truth = truth.append_column("cause", pa.array([runner.cause for runner in who], pa.string()))
    truth = truth.append_column(
        "emotional_channel", pa.array([runner.channel for runner in who], pa.string())
    )
    return truth.append_column("tag", pa.array([runner.tag for runner in who], pa.string()))


def _scored(columns: dict[str, pa.Array], p: np.ndarray, kind: Kind) -> pa.Table:
    at = {tag: TRUTH.index(tag) for tag in tag_names(kind)}
    columns |= {f"p_{tag}": pa.array(p[:, k]) for tag, k in at.items()}
    columns |= {f"is_{tag}": pa.array(p[:, k] >= FLAG_AT) for tag, k in at.items()}
    return pa.table(columns)


def _time(world: World, seconds: np.ndarray) -> pa.Array:
    """Timestamps on the world's clock, null where infinite."""
    known = np.isfinite(seconds)
    ticks = np.floor(np.where(known, seconds, 0.0) / world.clock) * world.clock
    micros = (ticks.astype(np.int64) + ORIGIN) * 1_000_000
    return pa.array(micros, mask=~known).cast(TIME)
