"""Named worlds in which the true cause of every un-like is known.

A world is a set of parameters for `simulation`; each named one changes what its name says and nothing else. Shares
and rates are probabilities over the whole observation unless a unit is named. The simulator was written from the
essay's mechanisms, not from the fitted model: delays are log-normal or exponential where the model has steps, and evidence works through who saw it.
"""

from dataclasses import dataclass, replace

from ..model.errors import InputError


@dataclass(frozen=True)
class World:
    """Parameters of one world."""

    likes: int = 100_000
    likes_per_user: float = 12.0
    likes_per_video: float = 150.0
    days: float = 45.0
    clickbait: float = 0.20  # share of videos
    staged: float = 0.14
    controversy: float = 0.16
    hollow: float = 0.22
    tap: float = 0.016  # chance of a mis-tap at a like, for the mean user
    cooling_clickbait: float = 0.04
    cooling_staged: float = 0.06
    cooling_median_s: float = 5_400.0
    cooling_sigma: float = 1.4
    exposed_first: float = (
        0.03  # chance to act on exposure, after the first and after the sixth exposing comment
    )
    exposed_many: float = 0.05
    exposed_mean_s: float = 60_000.0
    dispute: float = 0.045
    friend: float = 0.004  # chance on the friends' surface whatever the video
    dispute_friend: float = 2.0  # a friend's surface multiplies the chance by 1 + this
    dispute_median_s: float = 30_000.0
    flare: float = 0.05
    quality: float = 0.006
    quality_hollow: float = 0.04
    quality_unwatched: float = 0.02
    quality_median_s: float = 1_500.0
    flooded: float = 0.035  # share of likes that bring a flood of similar videos
    flood: float = 0.25
    background_per_day: float = 0.00055
    background_decay_days: float = 0.0  # 0: constant in time
    frailty: float = 1.2  # shape of the users' gamma multipliers; smaller is more unequal
    comments_per_video: float = 30.0
    claims: float = 0.16  # chance that a comment under a video with a tag claims it
    false_claims: float = 0.006
    score_gap: float = 3.0  # distance of the scores' means on the logit scale, in units of their noise
    clock_s: float = 1.0
    careless_clickbait: float = 0.0  # how much more often careless tappers meet clickbait
    columns: str = "all"  # "all", "required"


WORLDS: dict[str, World] = {
    "base": World(),
    "confounded": World(careless_clickbait=1.5),
    "noisy_tags": World(score_gap=1.4),
    "missing_optional": World(columns="no_context"),
    "four_columns": World(columns="required"),
    "other_shape": World(cooling_sigma=0.7, cooling_median_s=36_000.0, quality_median_s=9_000.0),
    "decaying_background": World(background_decay_days=5.0, background_per_day=0.003),
    "no_manipulation": World(cooling_clickbait=0.0, cooling_staged=0.0, exposed_first=0.0, exposed_many=0.0),
    "hollow_tags": World(
        cooling_clickbait=0.0, cooling_staged=0.0, exposed_first=0.0, exposed_many=0.0, hollow=-1.0
    ),
    "nothing": World(
        cooling_clickbait=0.0, cooling_staged=0.0, exposed_first=0.0, exposed_many=0.0, dispute=0.0, friend=0.0, flare=0.0,
        quality=0.0, quality_hollow=0.0, quality_unwatched=0.0, flood=0.0, background_per_day=0.002,
    ),
    "small": World(likes=6_500),
    "rare": World(
        tap=0.0016, cooling_clickbait=0.005, cooling_staged=0.007, exposed_first=0.003, exposed_many=0.007, dispute=0.0045,
        flare=0.005, quality=0.0006, quality_hollow=0.005, quality_unwatched=0.003, flood=0.025, background_per_day=0.00006,
    ),
    "coarse_clock": World(clock_s=5.0),
}  # fmt: skip


def world_named(name: str, **changes: object) -> World:
    """A named world, with changes.

    Raises
    ------
    InputError
        If no world has that name.
    """
    if name not in WORLDS:
        raise InputError(f"A world is one of {', '.join(WORLDS)}", name, "Choose one of them")
    return replace(WORLDS[name], **{key: value for key, value in changes.items() if value is not None})
