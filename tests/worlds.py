"""Small simulated worlds that several tests look at; made once."""

from functools import cache

from huizan.training.simulation import Simulated, simulate
from huizan.training.worlds import world_named


@cache
def made(name: str, seed: int = 0, likes: int = 20_000) -> Simulated:
    """A named world with fewer likes than it would have."""
    return simulate(world_named(name, likes=likes, likes_per_video=60.0), seed)


def share(world: Simulated, cause: str) -> float:
    """True share of a cause."""
    causes = world.truth["cause"].to_pylist()
    return causes.count(cause) / len(causes)
