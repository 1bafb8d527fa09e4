"""Simulated videos, comments, likes and exposures, with the true cause of every un-like.

Each like runs a race between causes: each draws whether and when it would strike, the earliest before the end of
observation takes the like back and is its true cause. Tables follow the contract; texts come from `texts`, or from
videos and comments that are given. The same world and seed give the same bytes. It was written without a look at the model that is fitted.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..model.taxonomy import tag_names
from .texts import Written, invented, read_texts
from .worlds import World

ORIGIN = 1_767_225_600.0  # 2026-01-01, seconds
NEVER = np.inf
SURFACES = np.array(["for_you", "following", "search", "friends"])
SURFACE_SHARES = (0.62, 0.2, 0.08, 0.1)
RACE = ("accidental_tap", "emotional_manipulation", "emotional_manipulation", "social_pressure", "social_pressure",
        "content_quality", "recommender_correction", "unexplained")  # fmt: skip
CHANNEL = ("", "cooling", "exposed", "", "", "", "", "")


@dataclass(frozen=True)
class Simulated:
    """The tables of one world."""

    videos: pa.Table
    comments: pa.Table
    likes: pa.Table
    exposures: pa.Table
    truth: pa.Table

    def write(self, folder: Path) -> None:
        """Write each table as Parquet under its name."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("videos", "comments", "likes", "exposures", "truth"):
            temporary = folder / f".{name}.tmp"
            pq.write_table(getattr(self, name), temporary, compression="zstd")
            temporary.replace(folder / f"{name}.parquet")


def simulate(world: World, seed: int = 0, texts: Path | None = None) -> Simulated:
    """Simulate one world.

    Parameters
    ----------
    texts
        A folder with `videos.jsonl` and `comments.jsonl` whose rows say their true `tags`: likes are simulated over them.
    """
    rng = np.random.default_rng([seed, 20260])
    n_videos = max(8, round(world.likes / world.likes_per_video))
    written = read_texts(texts) if texts else invented(world, n_videos, rng)
    posted = _posted(written, world, rng)
    likes = _likes(world, written, posted, rng)
    moments, floods = _race(world, written, posted, likes, rng)
    first = moments.argmin(axis=0)
    strike = moments.min(axis=0)
    taken = strike < likes["until"]
    clock = world.clock_s
    liked = np.floor(likes["at"] / clock) * clock
    unliked = np.maximum(np.floor(strike / clock) * clock, liked)
    order = np.argsort(likes["at"], kind="stable")
    table = _like_table(world, written, likes, liked, np.where(taken, unliked, np.nan), order)
    return Simulated(
        _video_table(world, written, posted, rng),
        _comment_table(world, written, posted, rng),
        table,
        _exposure_table(written, likes, floods),
        _truth_table(table, first[order], taken[order]),
    )


def _posted(written: Written, world: World, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """When videos were published and comments posted, seconds since 1970."""
    n = len(written.videos)
    published = ORIGIN + rng.uniform(0, world.days * 0.6, n) * 86_400
    after = written.comment_after
    if after is None:
        after = rng.lognormal(np.log(600), 1.4, len(written.comments))  # minutes
    return {"video": published, "comment": published[written.comment_video] + after * 60}


def _likes(world: World, written: Written, posted: dict, rng: np.random.Generator) -> dict[str, np.ndarray]:
    n, n_videos = world.likes, len(written.videos)
    n_users = max(4, round(n / world.likes_per_user))
    appeal = rng.pareto(1.3, n_videos) + 0.3
    tapping = rng.gamma(world.frailty, 1 / world.frailty, n_users)
    user = rng.choice(n_users, n, p=_shares(rng.gamma(0.8, 1.0, n_users) + 0.05))
    video = rng.choice(n_videos, n, p=_shares(np.minimum(appeal, 30)))
    if world.careless_clickbait:
        # Careless tappers meet clickbait more often: some of their likes move to clickbait videos.
        eager = rng.random(n) < 1 - np.exp(
            -world.careless_clickbait * 0.25 * np.maximum(tapping[user] - 1, 0)
        )
        baits = np.flatnonzero(written.tags[:, 0])
        if baits.size:
            video = np.where(eager, rng.choice(baits, n, p=_shares(np.minimum(appeal[baits], 30))), video)
    at = posted["video"][video] + rng.lognormal(np.log(50_000), 1.5, n)
    end = ORIGIN + world.days * 86_400
    at = np.where(
        at < end - 60, at, posted["video"][video] + rng.uniform(0, 1, n) * (end - 60 - posted["video"][video])
    )
    return {
        "user": user,
        "video": video,
        "at": at,
        "until": np.full(n, end),
        "surface": rng.choice(4, n, p=SURFACE_SHARES),
        "double": rng.random(n) < 0.55,
        "watched": rng.beta(1.6, 1.1, n),
        "tapping": tapping[user],
        "cleaning": rng.gamma(world.frailty, 1 / world.frailty, n_users)[user],
    }


def _race(world: World, written: Written, posted: dict, likes: dict, rng: np.random.Generator):
    """Moment at which each cause would strike, seconds since 1970, (causes, likes); and the floods' first moments."""
    n, at, video = world.likes, likes["at"], likes["video"]
    bait, staged, dispute, hollow = (written.tags[video, k] for k in range(4))
    friend, unwatched = likes["surface"] == 3, likes["watched"] < 0.3

    def strikes(chance: np.ndarray, delay: np.ndarray, since: np.ndarray = at) -> np.ndarray:
        return np.where(rng.random(n) < chance, since + delay, NEVER)

    tap = strikes(
        world.tap * likes["tapping"] * np.where(likes["double"], 1.35, 0.6) * np.where(unwatched, 1.7, 0.8),
        rng.gamma(2.0, 2.2, n),
    )
    cooling = strikes(
        world.cooling_clickbait * bait + world.cooling_staged * staged,
        20 + rng.lognormal(np.log(world.cooling_median_s), world.cooling_sigma, n),
    )
    exposing = written.comment_tags[:, 0] | written.comment_tags[:, 1]
    first = _nth(written, posted, exposing, 1)[video]
    many = _nth(written, posted, exposing, 6)[video]
    lied = bait | staged
    exposed = np.minimum(
        strikes(world.exposed_first * lied, rng.exponential(world.exposed_mean_s, n), np.maximum(at, first)),
        strikes(world.exposed_many * lied, rng.exponential(world.exposed_mean_s, n), np.maximum(at, many)),
    )
    social = strikes(
        (world.dispute * dispute + world.friend * friend) * np.where(friend, 1 + world.dispute_friend, 1.0),
        60 + rng.lognormal(np.log(world.dispute_median_s), 1.2, n),
    )
    heated = _nth(written, posted, written.comment_tags[:, 2], 8)[video]
    flare = strikes(world.flare * dispute, rng.exponential(43_200, n), np.maximum(at, heated))
    quality = strikes(
        world.quality + world.quality_hollow * hollow + world.quality_unwatched * unwatched,
        15 + rng.lognormal(np.log(world.quality_median_s), 1.3, n),
    )
    flooded = rng.random(n) < world.flooded
    begins = np.where(flooded, at + rng.uniform(600, 18_000, n), NEVER)
    full = begins + rng.uniform(1_800, 10_800, n)  # the sixth impression
    flood = strikes(world.flood * flooded, np.minimum(rng.exponential(9_000, n), 43_000), full)
    wait = rng.exponential(86_400 / max(world.background_per_day, 1e-12), n) / likes["cleaning"]
    if world.background_decay_days:
        decay = world.background_decay_days * 86_400
        wait = np.where(wait < decay, -decay * np.log1p(-np.minimum(wait / decay, 1 - 1e-12)), NEVER)
    moments = np.stack([tap, cooling, exposed, social, flare, quality, flood, at + wait])
    return moments, {"begins": begins, "full": full, "flooded": flooded}


def _nth(written: Written, posted: dict, chosen: np.ndarray, number: int) -> np.ndarray:
    """Moment of the n-th chosen comment under each video, infinite where there are fewer; (videos,)."""
    result = np.full(len(written.videos), NEVER)
    rows = np.flatnonzero(chosen)
    rows = rows[np.lexsort((posted["comment"][rows], written.comment_video[rows]))]
    videos, begin, count = np.unique(written.comment_video[rows], return_index=True, return_counts=True)
    enough = count >= number
    result[videos[enough]] = posted["comment"][rows[begin[enough] + number - 1]]
    return result


def _score(world: World, truth: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A tagger's noisy probability of a true label, float32."""
    logit = world.score_gap * (truth - 0.5) + rng.normal(0, 1, truth.shape) - 1.0
    return (1 / (1 + np.exp(-1.5 * logit))).astype(np.float32)


def _with_scores(columns: dict, scores: np.ndarray, kind) -> dict:
    for k, tag in enumerate(tag_names(kind)):
        columns[f"p_{tag}"] = scores[:, k]
    for k, tag in enumerate(tag_names(kind)):
        columns[f"is_{tag}"] = scores[:, k] >= 0.5
    return columns


def _video_table(world: World, written: Written, posted: dict, rng: np.random.Generator) -> pa.Table:
    scores = _score(world, written.tags[:, :3].astype(float), rng)
    columns = {key: [video.get(key) for video in written.videos] for key in written.video_columns}
    return pa.table(_with_scores(columns | {"published_at": _time(posted["video"])}, scores, "video"))


def _comment_table(world: World, written: Written, posted: dict, rng: np.random.Generator) -> pa.Table:
    scores = _score(world, written.comment_tags.astype(float) * 1.4 - 0.2, rng)
    columns = {key: [comment.get(key) for comment in written.comments] for key in written.comment_columns}
    return pa.table(_with_scores(columns | {"created_at": _time(posted["comment"])}, scores, "comment"))


def _like_table(world: World, written: Written, likes: dict, liked, unliked, order) -> pa.Table:
    ids = np.array([video["video_id"] for video in written.videos], dtype=object)
    duration = np.array([video.get("duration_ms") or 30_000 for video in written.videos])[likes["video"]]
    columns = {
        "user_id": [f"u{u:06d}" for u in likes["user"][order]],
        "video_id": ids[likes["video"][order]].tolist(),
        "liked_at": _time(liked[order]),
        "unliked_at": _time(unliked[order]),
    }
    if world.columns != "required":
        columns["observed_until"] = _time(likes["until"][order])
    if world.columns == "all":
        columns["surface"] = SURFACES[likes["surface"][order]].tolist()
        columns["gesture"] = np.where(likes["double"][order], "double_tap", "button").tolist()
        columns["watch_ms"] = (likes["watched"] * duration)[order].astype(np.int64)
        columns["video_duration_ms"] = duration[order].astype(np.int64)
    return pa.table(columns)


def _exposure_table(written: Written, likes: dict, floods: dict) -> pa.Table:
    """Eight similar impressions for each flood, the sixth at its full moment."""
    rows = np.flatnonzero(floods["flooded"])
    steps = np.arange(8) / 5.0
    moments = floods["begins"][rows, None] + steps * (floods["full"][rows] - floods["begins"][rows])[:, None]
    ids = np.array([video["video_id"] for video in written.videos], dtype=object)
    return pa.table(
        {
            "user_id": [f"u{u:06d}" for u in np.repeat(likes["user"][rows], steps.size)],
            "video_id": np.repeat(ids[likes["video"][rows]], steps.size).tolist(),
            "kind": ["similar_impression"] * moments.size,
            "exposed_at": _time(moments.ravel()),
        },
        schema=pa.schema(
            [
                ("user_id", pa.string()),
                ("video_id", pa.string()),
                ("kind", pa.string()),
                ("exposed_at", TIMESTAMP),
            ]
        ),
    )


def _truth_table(likes: pa.Table, first: np.ndarray, taken: np.ndarray) -> pa.Table:
    table = likes.select(["user_id", "video_id", "liked_at", "unliked_at"])
    table = table.append_column("cause", pa.array([RACE[k] for k in first]))
    table = table.append_column("emotional_channel", pa.array([CHANNEL[k] for k in first]))
    return table.filter(pa.array(taken))


TIMESTAMP = pa.timestamp("us", tz="UTC")


def _time(seconds: np.ndarray) -> pa.Array:
    known = np.isfinite(seconds)
    return pa.array(
        np.where(known, np.round(np.where(known, seconds, 0) * 1e6), 0).astype(np.int64), mask=~known
    ).cast(TIMESTAMP)


def _shares(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum()
