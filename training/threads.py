"""What is said under the videos of a simulated world: when each comment came and what it claims, before any words.

A comment's claims depend on the hidden truth of its video and on chance, never on likes or un-likes. It knows nothing
of texts (`texts`) or scores.
"""

from dataclasses import dataclass

import numpy as np

from .cast import DAY, Videos
from .worlds import World

HOUR = 3_600.0
NEVER = np.inf


@dataclass(frozen=True)
class Threads:
    """Comments, in order of their videos.

    `video` row of the video, `at` seconds, `claims` bool (comments, 4) in the order of `cast.TRUTH`; `flare` (videos,)
    seconds at which opinion flares up over the video, infinite if never.
    """

    video: np.ndarray
    at: np.ndarray
    claims: np.ndarray
    flare: np.ndarray

    def nth(self, chosen: np.ndarray, number: int) -> np.ndarray:
        """Moment of the `number`-th chosen comment under each video, infinite where there are fewer; (videos,)."""
        moments = np.full(len(self.flare), NEVER)
        rows = np.flatnonzero(chosen)
        rows = rows[np.lexsort((self.at[rows], self.video[rows]))]
        videos, begin, count = np.unique(self.video[rows], return_index=True, return_counts=True)
        enough = count >= number
        moments[videos[enough]] = self.at[rows[begin[enough] + number - 1]]
        return moments


def invented_threads(world: World, videos: Videos, rng: np.random.Generator) -> Threads:
    """Invent who says what when: popular videos have longer threads, flares bring a burst of quarrel."""
    n = len(videos)
    crowd = np.sqrt(videos.popularity / videos.popularity.mean())
    count = rng.poisson(world.comments_per_video * crowd / crowd.mean() * rng.gamma(3.0, 1 / 3.0, n))
    video = np.repeat(np.arange(n), count)
    at = videos.published[video] + rng.lognormal(np.log(8 * HOUR), 1.3, video.size)
    # Threads differ in how outspoken they are.
    spoken = world.claims * rng.gamma(3.0, 1 / 3.0, (n, 4))
    chance = np.where(videos.truth[video], spoken[video], world.false_claims)
    claims = rng.random((video.size, 4)) < chance
    flares = videos.truth[:, 2] & (rng.random(n) < world.flaring)
    flare = np.where(flares, videos.published + rng.lognormal(np.log(40 * HOUR), 0.7, n), NEVER)
    burst = np.repeat(np.flatnonzero(flares), rng.poisson(6 + 6 * crowd[flares]))
    quarrel = np.zeros((burst.size, 4), dtype=bool)
    quarrel[:, 2] = rng.random(burst.size) < 0.8
    at = np.concatenate([at, flare[burst] + rng.exponential(5 * HOUR, burst.size)])
    video, claims = np.concatenate([video, burst]), np.concatenate([claims, quarrel])
    order = np.lexsort((at, video))
    order = order[at[order] < world.days * DAY]  # nobody collects what is said after the end
    return Threads(video[order], np.floor(at[order]), claims[order], flare)


def given_threads(
    world: World, videos: Videos, video: np.ndarray, minutes: np.ndarray, claims: np.ndarray
) -> Threads:
    """Threads of given comments, `minutes` after publishing; eight quarrelling comments are a flare from the fifth on."""
    at = np.minimum(np.floor(videos.published[video] + minutes * 60.0), world.days * DAY)
    threads = Threads(video, at, claims, np.full(len(videos), NEVER))
    quarrel = claims[:, 2]
    heated = np.isfinite(threads.nth(quarrel, 8)) & videos.truth[:, 2]
    return Threads(video, at, claims, np.where(heated, threads.nth(quarrel, 5), NEVER))
