"""Named worlds in which the true cause of every un-like is known.

A world is a set of numbers for `simulation`; each named one changes what its name says and nothing else. Chances are
expected strikes per like over unlimited time unless a unit is named; times are seconds unless a unit is named. The
numbers follow the mechanisms that the causes are named after, not the model that is fitted: delays are mixtures, hazards
differ between videos and users in ways that the model has no term for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np

from ..model.errors import InputError

Shape = Literal["exponential", "heavy"]
Given = Literal["all", "no_context", "four"]


@dataclass(frozen=True)
class World:
    """Parameters of one world.

    Rates that `varied` may move carry their kind in the name's end: `_rate` (strikes per like), `_s` (seconds).
    """

    about: str = "every cause at work"
    # How much of it, and how it is observed.
    likes: int = 100_000
    likes_per_user: float = 12.0
    likes_per_video: float = 150.0
    days: float = 28.0
    leavers: float = 0.25  # share of users whose observation ends early
    clock: int = 1  # seconds; every time in every table is rounded down to it
    given: Given = "all"  # which optional columns and tables are handed out
    # Who is there: shares of videos; `baiting` of creators.
    videos_per_creator: float = 8.0
    baiting: float = 0.25
    clickbait: float = 0.20
    staged: float = 0.14
    controversy: float = 0.16
    hollow: float = 0.20
    hollow_is_tagged: bool = False  # exactly the clickbait and staged videos are hollow
    careless_meet_bait: float = (
        0.0  # users of likes under baiting creators are drawn by tapping rate to this power
    )
    strength_spread: float = 0.35  # log standard deviation of how strongly a tagged video works
    user_shape: float = 1.2  # of the users' gamma multipliers; smaller is more unequal
    # What is said and how well tags are read.
    comments_per_video: float = 30.0
    claims: float = 0.12  # chance that a comment under a video with the truth claims it
    false_claims: float = 0.015
    video_auc: float = 0.87
    comment_auc: float = 0.92
    # Why likes are taken back.
    tap_rate: float = 0.0135
    cooling_clickbait_rate: float = 0.041
    cooling_staged_rate: float = 0.062
    exposed_rate: float = 0.016  # each time the exposing comments reach 1, 3, 6 and 12
    dispute_rate: float = 0.044
    friend_rate: float = 0.007  # on the friends' surface, whatever the video
    dispute_by_friend: float = 2.0  # added to a factor of 1 on the friends' surface
    flare_rate: float = 0.06
    flaring: float = 0.4  # share of controversial videos over which opinion flares up
    quality_rate: float = 0.0072
    hollow_rate: float = 0.027
    unwatched_rate: float = 0.014  # times the square of the part that was not watched
    flooded: float = 0.07  # share of likes that bring a flood of similar videos
    flood_rate: float = 0.10
    cleaning_rate: float = 0.00076  # background, per day
    cleaning_days: float = 0.0  # mean life of the background; 0 keeps it constant
    # When.
    shape: Shape = "exponential"
    cooling_s: float = 7_200.0
    exposed_s: float = 64_800.0
    dispute_s: float = 21_600.0
    quality_s: float = 2_400.0
    flood_s: float = 9_000.0


_CALM: dict[str, float] = {"cooling_clickbait_rate": 0.0, "cooling_staged_rate": 0.0, "exposed_rate": 0.0}
_SILENT: dict[str, float] = {
    **_CALM, "tap_rate": 0.0, "dispute_rate": 0.0, "friend_rate": 0.0, "flare_rate": 0.0, "quality_rate": 0.0,
    "hollow_rate": 0.0, "unwatched_rate": 0.0, "flood_rate": 0.0,
}  # fmt: skip
_BASE = World()
_RARE = {f.name: getattr(_BASE, f.name) / 12 for f in fields(World) if f.name.endswith("_rate")}


def _world(about: str, changes: Mapping[str, object] | None = None, **more: object) -> World:
    return replace(_BASE, about=about, **{**(changes or {}), **more})  # pyright: ignore[reportArgumentType]


WORLDS: dict[str, World] = {
    "base": _BASE,
    "confounded": _world("baiting creators attract careless tappers", careless_meet_bait=1.2),
    "noisy_tags": _world("the tagger reads poorly", video_auc=0.76, comment_auc=0.82),
    "missing_optional": _world("no gesture, surface or watch time, no exposures", given="no_context"),
    "four_columns": _world("likes have their four columns only, no exposures", given="four"),
    "other_shape": _world("delays are Weibull and log-normal with heavy tails", shape="heavy"),
    "decaying_background": _world("users clean up soon or never", cleaning_days=4.0, cleaning_rate=0.0040),
    "no_manipulation": _world("nobody regrets clickbait or staged scenes", _CALM),
    "hollow_tags": _world(
        "tagged videos are the hollow ones; nobody is manipulated",
        _CALM,
        hollow_is_tagged=True,
        hollow_rate=0.06,
    ),
    "nothing": _world("only the constant background", _SILENT, cleaning_rate=0.0045),
    "small": _world("about 500 un-likes", likes=6_400, likes_per_video=40.0),
    "rare": _world("about one like in 150 is taken back", _RARE),
    "coarse_clock": _world("every clock ticks every five seconds", clock=5),
}


def world_named(name: str, **changes: object) -> World:
    """A named world, with changes; those that are None are left alone.

    Raises
    ------
    InputError
        If no world has that name.
    """
    if name not in WORLDS:
        raise InputError(f"A world is one of {', '.join(WORLDS)}", name, "Choose one of them")
    return replace(WORLDS[name], **{key: value for key, value in changes.items() if value is not None})  # pyright: ignore


def varied(world: World, rng: np.random.Generator) -> World:
    """The same world with its rates and times moved a little (10 and 15 %), so that no seed is like another."""
    moved = {}
    for field in fields(world):
        spread = 0.10 if field.name.endswith("_rate") else 0.15 if field.name.endswith("_s") else 0.0
        if spread:
            moved[field.name] = float(getattr(world, field.name) * np.exp(rng.normal(0.0, spread)))
    return replace(world, **moved)
