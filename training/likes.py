"""The likes of a simulated world: who liked what, when, and how; no un-like yet.

One like per user and video. Habits decide surface, gesture and how much was watched; hollow videos are watched less.
It knows nothing of causes (`race`).
"""

from dataclasses import dataclass

import numpy as np

from ..model.errors import InputError
from .cast import DAY, Users, Videos
from .worlds import World

SURFACES = np.array(["for_you", "following", "search", "friends"])
# Share of likes by hour of the day, UTC; the evening in China is the top.
HOURS = np.array([6, 6, 6, 7, 8, 8, 6, 5, 5, 6, 8, 10, 12, 13, 12, 9, 6, 4, 2, 1, 1, 2, 3, 5], dtype=float)


@dataclass(frozen=True)
class Likes:
    """All (likes,): rows of user and video, seconds of the like and of the end of observation, index into `SURFACES`,
    whether it was a double tap, watched milliseconds, and watched part of the video (at most 1)."""

    user: np.ndarray
    video: np.ndarray
    at: np.ndarray
    until: np.ndarray
    surface: np.ndarray
    double: np.ndarray
    watch_ms: np.ndarray
    watched: np.ndarray

    def __len__(self) -> int:
        return len(self.user)

    @property
    def friend(self) -> np.ndarray:
        """Whether the like was given on the friends' surface."""
        return self.surface == 3


def invented_likes(world: World, videos: Videos, users: Users, rng: np.random.Generator) -> Likes:
    """Invent the likes of a world, in order of time."""
    user, video, at = _given(world, videos, users, rng)
    order = np.lexsort((video, user, at))
    user, video, at = user[order], video[order], at[order]
    n = at.size
    friend = rng.random(n) < users.friendly[user]
    surface = np.where(friend, 3, rng.choice(3, n, p=(0.70, 0.21, 0.09)))
    leaning = 0.55 + users.patience[user] - 0.7 * videos.truth[video, 3] + rng.normal(0, 0.9, n)
    part = 1.0 / (1.0 + np.exp(-1.3 * leaning))
    again = rng.random(n) < 0.08  # played more than once
    watch_ms = np.round(np.where(again, 1.0 + part, part) * videos.duration_ms[video]).astype(np.int64)
    return Likes(
        user=user,
        video=video,
        at=at,
        until=users.until[user],
        surface=surface,
        double=rng.random(n) < users.double_tap[user],
        watch_ms=watch_ms,
        watched=np.minimum(watch_ms / videos.duration_ms[video], 1.0),
    )


def _given(world: World, videos: Videos, users: Users, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """User, video and second of each like, no pair twice, none after the user left."""
    plain = users.activity / users.activity.sum()
    careless = users.activity * users.tapping**world.careless_meet_bait
    careless /= careless.sum()
    bait = videos.baiting if world.careless_meet_bait else np.zeros(len(videos), dtype=bool)
    kept = np.empty((3, 0))
    for _ in range(60):
        m = int(1.4 * (world.likes - kept.shape[1])) + 200
        video = rng.choice(len(videos), m, p=videos.popularity)
        user = np.where(
            bait[video], rng.choice(len(users), m, p=careless), rng.choice(len(users), m, p=plain)
        )
        at = _waking(videos.published[video] + rng.lognormal(np.log(14 * 3_600), 1.3, m))
        at = np.maximum(at, videos.published[video] + 2 + rng.exponential(900, m))
        in_time = at < users.until[user] - 60
        kept = np.concatenate([kept, np.stack([user, video, at])[:, in_time]], axis=1)
        _, first = np.unique(kept[0] * len(videos) + kept[1], return_index=True)
        kept = kept[:, np.sort(first)]
        if kept.shape[1] >= world.likes:
            user, video, at = kept[:, : world.likes]
            return user.astype(np.int64), video.astype(np.int64), at
    raise InputError(
        "A world has users and videos enough for one like per user and video",
        f"{len(users)} users and {len(videos)} videos for {world.likes} likes",
        "Ask for fewer likes or give more videos",
    )


def _waking(at: np.ndarray) -> np.ndarray:
    """Move moments within their day so that hours fill as `HOURS` says; order within a day is kept."""
    day, part = np.divmod(at, DAY)
    edges = np.concatenate([[0.0], np.cumsum(HOURS) / HOURS.sum()])
    return day * DAY + np.interp(part / DAY, edges, np.arange(25) * 3_600.0)
