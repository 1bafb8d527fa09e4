import numpy as np
import pytest
from huizan.model.frailty import leave_one_out, posterior_mean, spread


def test_the_posterior_mean_lies_between_prior_and_rate() -> None:
    mean = posterior_mean(np.array([0.0, 4.0]), np.array([2.0, 2.0]), 1.0)
    np.testing.assert_allclose(mean, [1 / 3, 5 / 3])


def test_an_event_does_not_feed_its_own_multiplier() -> None:
    seen = leave_one_out(
        np.array([1.0, 3.0]), np.array([1.0, 1.0]), 2.0, np.array([0, 1, 1]), np.array([1.0, 1.0, 2.0])
    )
    np.testing.assert_allclose(seen, [2 / 3, 4 / 3, 1.0])


@pytest.mark.parametrize("alpha", [0.3, 1.5, 8.0])
def test_the_spread_of_simulated_users_is_found(alpha: float) -> None:
    rng = np.random.default_rng(1)
    risk = rng.uniform(1, 6, 40_000)
    credits = rng.poisson(rng.gamma(alpha, 1 / alpha, risk.size) * risk).astype(float)
    found = 1.0
    for _ in range(20):
        found = spread(credits, risk, np.ones(risk.size), found)
    assert found == pytest.approx(alpha, rel=0.2)
