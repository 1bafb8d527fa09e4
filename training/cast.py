"""Who is there in a simulated world: creators, videos with their hidden truth, users with their hidden habits.

It knows nothing of comments, likes or time passing; `threads` and `likes` build on it. Seconds count from the world's
beginning.
"""

from dataclasses import dataclass

import numpy as np

from .worlds import World

DAY = 86_400.0
TRUTH = ("clickbait", "staged", "controversy", "low_quality")


@dataclass(frozen=True)
class Videos:
    """Hidden truth of each video.

    `truth` bool and `strength` float, (videos, 4) in the order of `TRUTH`; the others (videos,): row of the creator, whether
    that creator baits, share of all likes, seconds at which it was published, and length in milliseconds.
    """

    truth: np.ndarray
    strength: np.ndarray
    creator: np.ndarray
    baiting: np.ndarray
    popularity: np.ndarray
    published: np.ndarray
    duration_ms: np.ndarray

    def __len__(self) -> int:
        return len(self.truth)


@dataclass(frozen=True)
class Users:
    """Hidden habits of each user, all (users,): multipliers with mean one, chances, and the end of observation in seconds."""

    activity: np.ndarray
    tapping: np.ndarray
    cleaning: np.ndarray
    moved: np.ndarray
    double_tap: np.ndarray
    friendly: np.ndarray
    patience: np.ndarray
    until: np.ndarray

    def __len__(self) -> int:
        return len(self.activity)


def invented_videos(world: World, rng: np.random.Generator) -> Videos:
    """Invent the videos of a world."""
    n = max(8, round(world.likes / world.likes_per_video))
    n_creators = max(2, round(n / world.videos_per_creator))
    creator = rng.integers(n_creators, size=n)
    baits = rng.random(n_creators) < world.baiting
    truth = np.zeros((n, 4), dtype=bool)
    for k, share in enumerate((world.clickbait, world.staged, world.controversy, world.hollow)):
        # Baiting creators carry two thirds of the clickbait and staged videos; the other truths are anybody's.
        often = min(0.9, share * 0.66 / max(world.baiting, 1e-9)) if k < 2 and world.baiting else share
        seldom = share * 0.34 / max(1 - world.baiting, 1e-9) if k < 2 and world.baiting else share
        truth[:, k] = rng.random(n) < np.where(baits[creator], often, seldom)
    if world.hollow_is_tagged:
        truth[:, 3] = truth[:, 0] | truth[:, 1]
    return given_videos(
        world, truth, creator, np.round(rng.lognormal(np.log(38_000), 0.6, n)), rng, baits[creator]
    )


def given_videos(
    world: World,
    truth: np.ndarray,
    creator: np.ndarray,
    duration_ms: np.ndarray,
    rng: np.random.Generator,
    baiting: np.ndarray | None = None,
) -> Videos:
    """Complete videos whose truth is known; without `baiting`, creators with at least half their videos tagged bait."""
    n = len(truth)
    if baiting is None:
        tagged = (truth[:, 0] | truth[:, 1]).astype(float)
        baiting = (np.bincount(creator, tagged) / np.maximum(np.bincount(creator), 1))[creator] >= 0.5
    spread = world.strength_spread
    rank = rng.permutation(n) + 1
    popularity = (rank + 5.0) ** -0.8
    return Videos(
        truth=truth,
        strength=np.exp(rng.normal(-(spread**2) / 2, spread, (n, 4))),
        creator=creator,
        baiting=baiting,
        popularity=popularity / popularity.sum(),
        published=np.floor(rng.uniform(0, world.days * 0.6, n) * DAY),
        duration_ms=np.maximum(duration_ms.astype(np.int64), 3_000),
    )


def invented_users(world: World, rng: np.random.Generator) -> Users:
    """Invent the users of a world."""
    n = max(4, round(world.likes / world.likes_per_user))
    end = world.days * DAY
    leaves = rng.random(n) < world.leavers

    def multipliers(shape: float) -> np.ndarray:
        return rng.gamma(shape, 1.0 / shape, n)

    return Users(
        activity=multipliers(1.5) + 0.1,
        tapping=multipliers(world.user_shape),
        cleaning=multipliers(world.user_shape),
        moved=multipliers(5.0),
        double_tap=rng.beta(2.2, 1.8, n),
        friendly=rng.beta(0.7, 6.3, n),
        patience=rng.normal(0.0, 0.4, n),
        until=np.floor(np.where(leaves, rng.uniform(0.45, 1.0, n) * end, end)),
    )
