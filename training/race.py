"""The race between causes: each draws whether and when it would take a like back; the earliest is the true one.

Causes are independent given what is hidden, so the earliest of their moments has the sum of their hazards. A cause with
cumulative hazard A F(t) strikes at all with chance 1 - exp(-A), at a delay of law F up to terms of A². Nothing here
looks at the model that is fitted. Its neighbours are `cast`, `threads`, `likes`, `floods`; `simulation` writes what comes out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .cast import DAY, TRUTH, Users, Videos
from .floods import Floods
from .likes import Likes
from .threads import HOUR, NEVER, Threads
from .worlds import World

Delay = Callable[[int], np.ndarray]


@dataclass(frozen=True)
class Runner:
    """One entry of the race: the cause it stands for, the emotional channel, and the tag that carries it."""

    cause: str
    channel: str | None = None
    tag: str | None = None


class Race:
    """Earliest strike of each like so far: `best` seconds (infinite: none) and `who`, an index into `runners`."""

    def __init__(self, at: np.ndarray, rng: np.random.Generator) -> None:
        self.at, self.rng = at, rng
        self.best = np.full(at.size, NEVER)
        self.who = np.full(at.size, -1, dtype=np.int8)
        self.runners: list[Runner] = []

    def enter(
        self, runner: Runner, amount: np.ndarray, delay: Delay, since: np.ndarray | None = None
    ) -> None:
        """Let a cause run: `amount` (likes,) expected strikes, `delay` seconds after `since` (default: the like)."""
        self.runners.append(runner)
        rows = np.flatnonzero(self.rng.random(self.at.size) < -np.expm1(-amount))
        moment = (self.at if since is None else since)[rows] + delay(rows.size)
        first = moment < self.best[rows]
        self.best[rows[first]] = moment[first]
        self.who[rows[first]] = len(self.runners) - 1


def run(
    world: World,
    videos: Videos,
    users: Users,
    threads: Threads,
    likes: Likes,
    floods: Floods,
    rng: np.random.Generator,
) -> Race:
    """Run all causes over all likes."""
    race = Race(likes.at, rng)
    _tap(race, world, users, likes)
    _cooling(race, world, videos, users, likes)
    _exposed(race, world, videos, users, threads, likes)
    _social(race, world, videos, threads, likes)
    _quality(race, world, videos, likes)
    _flood(race, world, floods)
    _cleaning(race, world, users, likes)
    return race


def _tap(race: Race, world: World, users: Users, likes: Likes) -> None:
    """Slips of the finger, undone within seconds; most by double tap, while scrolling on."""
    slip = np.where(likes.double, 1.35, 0.6) * np.where(likes.watched < 0.25, 1.8, 0.85)
    slip *= np.where(likes.surface == 0, 1.1, 0.8)
    law = {
        "exponential": lambda n: 0.5 + race.rng.gamma(1.4, 3.6, n),
        "heavy": lambda n: 0.7 + race.rng.lognormal(np.log(3.0), 0.75, n),
    }[world.shape]
    race.enter(Runner("accidental_tap"), world.tap_rate * users.tapping[likes.user] * slip, law)


def _cooling(race: Race, world: World, videos: Videos, users: Users, likes: Likes) -> None:
    """The first emotion cools: hours for most, days for some."""
    rng, scale = race.rng, world.cooling_s

    def exponential(n: int) -> np.ndarray:
        return rng.exponential(90, n) + rng.exponential(np.where(rng.random(n) < 0.65, scale, 10 * scale), n)

    def heavy(n: int) -> np.ndarray:
        return 30 + rng.lognormal(np.log(1.5 * scale), 1.5, n)

    law = heavy if world.shape == "heavy" else exponential
    for k, rate in enumerate((world.cooling_clickbait_rate, world.cooling_staged_rate)):
        worked = videos.truth[likes.video, k] * videos.strength[likes.video, k] * users.moved[likes.user]
        race.enter(Runner("emotional_manipulation", "cooling", TRUTH[k]), rate * worked, law)


def _exposed(race: Race, world: World, videos: Videos, users: Users, threads: Threads, likes: Likes) -> None:
    """Comments show what the video is: every new crowd of them moves some; those who liked in spite of them, fewer."""
    rng = race.rng
    law = {
        "exponential": lambda n: rng.exponential(world.exposed_s, n),
        "heavy": lambda n: 1.6 * world.exposed_s * rng.weibull(0.65, n),
    }[world.shape]
    for k in (0, 1):
        worked = videos.truth[likes.video, k] * users.moved[likes.user]
        for number in (1, 3, 6, 12):
            said = threads.nth(threads.claims[:, k], number)[likes.video]
            told = np.where(said > likes.at, 1.0, 0.4) * np.isfinite(said)
            race.enter(
                Runner("emotional_manipulation", "exposed", TRUTH[k]),
                world.exposed_rate * worked * told,
                law,
                np.maximum(likes.at, np.where(np.isfinite(said), said, 0.0)),
            )


def _social(race: Race, world: World, videos: Videos, threads: Threads, likes: Likes) -> None:
    """A like is seen by others: dispute makes it awkward, most of all among friends, and more when opinion turns."""
    rng = race.rng
    law = {
        "exponential": lambda n: rng.gamma(1.6, world.dispute_s / 1.6, n),
        "heavy": lambda n: 120 + rng.lognormal(np.log(0.7 * world.dispute_s), 1.2, n),
    }[world.shape]
    disputed = videos.truth[likes.video, 2] * videos.strength[likes.video, 2]
    by_friend = 1.0 + world.dispute_by_friend * likes.friend
    race.enter(Runner("social_pressure", tag="controversy"), world.dispute_rate * disputed * by_friend, law)
    race.enter(Runner("social_pressure"), world.friend_rate * likes.friend, law)
    flare = threads.flare[likes.video]
    flares = np.isfinite(flare)
    since = np.maximum(likes.at, np.where(flares, flare, 0.0))
    fading = np.exp(-np.maximum(likes.at - np.where(flares, flare, likes.at), 0.0) / (1.5 * DAY))
    race.enter(
        Runner("social_pressure", tag="controversy"),
        world.flare_rate * flares * fading * by_friend,
        lambda n: rng.exponential(11 * HOUR, n),
        since,
    )


def _quality(race: Race, world: World, videos: Videos, likes: Likes) -> None:
    """The like was a trial: hollow videos fail it, and so do those of which little was watched."""
    rng, scale = race.rng, world.quality_s

    def exponential(n: int) -> np.ndarray:
        return 8 + rng.exponential(np.where(rng.random(n) < 0.6, scale, 15 * scale), n)

    def heavy(n: int) -> np.ndarray:
        return 8 + 2.5 * scale * rng.weibull(0.55, n)

    hollow = videos.truth[likes.video, 3] * videos.strength[likes.video, 3]
    amount = world.quality_rate + world.hollow_rate * hollow + world.unwatched_rate * (1 - likes.watched) ** 2
    race.enter(Runner("content_quality"), amount, heavy if world.shape == "heavy" else exponential)


def _flood(race: Race, world: World, floods: Floods) -> None:
    """One like brought a flood of the same; within half a day some take it back."""
    flooded = np.isfinite(floods.full)
    race.enter(
        Runner("recommender_correction"),
        world.flood_rate * flooded,
        lambda n: np.minimum(race.rng.exponential(world.flood_s, n), 11.5 * HOUR),
        np.where(flooded, floods.full, 0.0),
    )


def _cleaning(race: Race, world: World, users: Users, likes: Likes) -> None:
    """Habit and cleaning up, by the user's own rate: constant in time, or fading with the like's age."""
    if world.cleaning_rate <= 0:
        return
    race.runners.append(Runner("unexplained"))
    due = race.rng.exponential(DAY / world.cleaning_rate, len(likes)) / users.cleaning[likes.user]
    if world.cleaning_days:
        life = world.cleaning_days * DAY
        left = 1 - np.minimum(due / life, 1 - 1e-12)
        due = np.where(due < life, -life * np.log(left), NEVER)
    first = likes.at + due < race.best
    race.best[first] = (likes.at + due)[first]
    race.who[first] = len(race.runners) - 1
