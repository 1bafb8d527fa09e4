import numpy as np
import pytest
from huizan.training.race import Race, Runner

N = 200_000


def test_earliest_of_independent_causes_has_the_sum_of_their_hazards():
    race = Race(np.zeros(N), np.random.default_rng(0))
    race.enter(Runner("a"), np.full(N, 0.3), lambda n: race.rng.exponential(1.0, n))
    race.enter(Runner("b"), np.full(N, 0.1), lambda n: race.rng.exponential(1.0, n))
    assert np.isfinite(race.best).mean() == pytest.approx(-np.expm1(-0.4), abs=0.004)
    assert (race.who == 1).sum() / (race.who >= 0).sum() == pytest.approx(0.25, abs=0.02)
    assert ((race.who >= 0) == np.isfinite(race.best)).all()


def test_nobody_strikes_before_since():
    race = Race(np.zeros(1_000), np.random.default_rng(0))
    race.enter(Runner("late"), np.full(1_000, 5.0), lambda n: np.zeros(n), since=np.full(1_000, 7.0))
    struck = race.who == 0
    assert struck.mean() > 0.98
    assert (race.best[struck] == 7.0).all()
