import numpy as np
import pytest
from huizan.model.hazard import AGE_EDGES, BINS, Group, Hazard, Totals, fit, start

DAY = 86_400.0


def totals(
    person_time: np.ndarray, event_terms: np.ndarray, event_bin: np.ndarray, users: int = 1, user=None
) -> Totals:
    events = event_bin.size
    user = np.zeros(events, dtype=int) if user is None else user
    return Totals(
        person_time, event_terms, event_bin, user, np.ones(events),
        {"background": np.full((users, 1), person_time[-1].sum() / users)}, np.ones(users),
    )  # fmt: skip


def test_one_flat_term_is_events_over_person_time() -> None:
    time = np.zeros((1, BINS))
    time[0, 10:20] = np.linspace(1e4, 9e4, 10)
    found = fit(*_begun((Group("only", flat=True),), time, np.ones((37, 1)), np.full(37, 12)))
    assert found.level[0] == pytest.approx(37 / time.sum(), rel=1e-12)


def test_a_shape_follows_the_rates_of_its_bins() -> None:
    time = np.zeros((1, BINS))
    time[0, 5:7] = 1e5
    found = fit(*_begun((Group("only"),), time, np.ones((40_000, 1)), np.repeat([5, 6], [30_000, 10_000])))
    hazard = found.level[0] * found.shape[0]
    np.testing.assert_allclose(
        hazard[5:7], [0.3, 0.1], rtol=1e-4
    )  # the prior of half an event bends a little


def test_terms_that_share_no_bin_share_no_event() -> None:
    groups = (Group("early", stop=30.0), Group("late", start=DAY))
    time = np.zeros((2, BINS))
    time[0, :8] = 1e3
    time[1, AGE_EDGES[:-1] >= DAY] = 1e6
    bins = np.array([0, 1, 20, 21])
    hazard, data = _begun(groups, time, np.ones((4, 2)), bins)
    shares = fit(hazard, data).responsibilities(data)
    np.testing.assert_allclose(shares, [[1, 0], [1, 0], [0, 1], [0, 1]], atol=1e-9)


def test_responsibilities_recover_the_split_of_two_levels() -> None:
    """Everybody has a background of 2e-6; half of the person-time has 6e-6 more."""
    groups = (Group("marked", flat=True), Group("everyone", flat=True))
    time = np.zeros((2, BINS))
    time[:, 15] = [1e9, 2e9]
    events = np.repeat([[1.0, 1.0], [0.0, 1.0]], [8_000, 2_000], axis=0)
    hazard, data = _begun(groups, time, events, np.full(10_000, 15))
    found = fit(hazard, data, 2_000, 1e-12)
    np.testing.assert_allclose(found.level, [6e-6, 2e-6], rtol=1e-4)
    assert found.responsibilities(data)[:8_000, 0].mean() == pytest.approx(0.75, abs=1e-4)
    np.testing.assert_allclose(found.responsibilities(data).sum(axis=1), 1.0)


def test_the_order_of_events_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    groups = (Group("marked"), Group("background", flat=True, frailty=True))
    time = rng.uniform(1e5, 1e6, (2, BINS))
    events, bins, user = (
        rng.integers(0, 2, (300, 2)).astype(float),
        rng.integers(0, BINS, 300),
        rng.integers(0, 20, 300),
    )
    events[:, 1] = 1
    order = rng.permutation(300)
    one, two = (
        _fitted(groups, totals(time, events[o], bins[o], 20, user[o])) for o in (np.arange(300), order)
    )
    np.testing.assert_allclose(one[1][order], two[1], atol=1e-9)
    np.testing.assert_allclose(one[0].level, two[0].level, rtol=1e-9)


def test_a_user_who_often_cleans_up_has_more_background() -> None:
    groups = (Group("marked", flat=True), Group("background", flat=True, frailty=True))
    time = np.zeros((2, BINS))
    time[:, 20] = [1e8, 2e8]
    user = np.concatenate([np.zeros(50, dtype=int), np.arange(1, 51)])
    data = totals(time, np.ones((100, 2)), np.full(100, 20), 100, user)
    shares = _fitted(groups, data)[1][:, 1]
    assert shares[:50].mean() > shares[50:].mean() + 0.2


def _begun(
    groups: tuple[Group, ...], time: np.ndarray, events: np.ndarray, bins: np.ndarray
) -> tuple[Hazard, Totals]:
    data = totals(time, events, bins)
    return start(np.arange(len(groups)), groups, data), data


def _fitted(groups: tuple[Group, ...], data: Totals) -> tuple[Hazard, np.ndarray]:
    found = fit(start(np.arange(len(groups)), groups, data), data)
    return found, found.responsibilities(data)
