import numpy as np
import pytest
from huizan.model.hazard import AGE_EDGES, BINS, shape_of


def test_a_shape_follows_the_rates_of_its_bins() -> None:
    at_risk, events = np.zeros(BINS), np.zeros(BINS)
    at_risk[5:7], events[5:7] = 1e5, [30_000, 10_000]
    shape = shape_of(events, at_risk, np.ones(BINS), np.ones(BINS, dtype=bool))
    assert shape[5] / shape[6] == pytest.approx(3, rel=1e-3)  # a few pseudo-events bend it a little


def test_a_shape_has_a_mean_of_one_over_what_was_at_risk() -> None:
    rng = np.random.default_rng(0)
    at_risk, events = rng.uniform(1, 9, BINS), rng.poisson(3, BINS).astype(float)
    shape = shape_of(events, at_risk, np.ones(BINS), np.ones(BINS, dtype=bool))
    assert (shape * at_risk).sum() / at_risk.sum() == pytest.approx(1)


def test_a_bin_without_events_leans_on_its_neighbours() -> None:
    at_risk, events = np.full(BINS, 100.0), np.full(BINS, 10.0)
    events[12] = 0
    shape = shape_of(events, at_risk, np.ones(BINS), np.ones(BINS, dtype=bool))
    assert 0.1 < shape[12] < 0.5 < shape[11]


def test_a_shape_is_zero_outside_its_support_and_keeps_where_nothing_is_at_risk() -> None:
    support = AGE_EDGES[:-1] >= 60
    shape = shape_of(np.ones(BINS), np.ones(BINS), np.ones(BINS), support)
    assert not shape[~support].any() and (shape[support] > 0).all()
    old = np.linspace(0, 1, BINS)
    assert shape_of(np.zeros(BINS), np.zeros(BINS), old, support) is old
