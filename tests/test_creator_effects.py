"""Rates are found again in counts that are made with known ones, and no creator can carry a coefficient alone."""

import math

import numpy as np
import pytest
from huizan.model.creator_effects import CAP, Counts, creator_effects

WITHIN, BETWEEN = 1, 2
CAPPED = np.array([False, True, True])


def counts(
    seed: int, creators: int = 200, effect: float = 0.4, spread: float = 0.6, confounded: float = 1.0, kappa: float = 4.0,
    wide: float | None = None,
) -> Counts:  # fmt: skip
    """Videos with one tag; creators that use it lose more likes anyway; with `wide`, two of 2,000 videos have that effect."""
    random = np.random.default_rng(seed)
    videos = np.minimum(1 + random.pareto(1.2, creators) * 2, 200).astype(int)
    slope = np.full(creators, effect)
    if wide is not None:
        videos[:2], slope[:2] = 2_000, wide
    creator = np.repeat(np.arange(creators), videos)
    habit = random.beta(0.7, 2.5, creators)
    tag = random.beta(2 * habit[creator] + 0.1, 2 * (1 - habit[creator]) + 0.1)
    own = random.normal(0, spread, creators) + 2 * confounded * (habit - habit.mean())
    likes = random.lognormal(4, 1.2, creator.size).astype(int) + 1
    mean = likes * 0.05 * np.exp(own[creator] + slope[creator] * tag)
    cancelled = random.poisson(mean * random.gamma(kappa, 1 / kappa, creator.size)).astype(float)
    level = np.bincount(creator, tag) / np.bincount(creator)
    design = np.column_stack([np.ones(creator.size), tag - level[creator], level[creator] - level.mean()])
    return Counts(cancelled, likes * cancelled.sum() / likes.sum(), design, creator)


def test_intervals_hold_the_truth() -> None:
    held = 0
    errors = []
    for seed in range(60):
        found = creator_effects(counts(seed), CAPPED)
        held += found.low[WITHIN] <= 0.4 <= found.high[WITHIN]
        errors.append(found.estimate[WITHIN] - 0.4)
    assert held >= 0.9 * 60
    assert abs(np.mean(errors)) < 0.04


def test_nothing_is_found_in_nothing() -> None:
    held = [creator_effects(counts(seed, effect=0.0), CAPPED) for seed in range(40)]
    assert sum(f.low[WITHIN] <= 0 <= f.high[WITHIN] for f in held) >= 36
    confounded = np.mean([f.estimate[BETWEEN] for f in held])
    assert confounded > 1, "what creators are shows between them and not within"


def test_wide_creators_do_not_dominate() -> None:
    """Two creators with most of the videos, in whom the tag does the opposite."""
    data = counts(3, effect=0.4, wide=-0.8)
    assert (data.creator < 2).mean() > 0.7
    found = creator_effects(data, CAPPED)
    assert found.weighed_down >= 2
    assert found.largest[WITHIN] < 1.1 * CAP
    assert abs(found.estimate[WITHIN] - 0.4) < 0.3
    unbounded = creator_effects(data, np.zeros(3, dtype=bool))
    assert unbounded.estimate[WITHIN] < 0 and unbounded.largest[WITHIN] > 0.3


def test_spreads_are_found_again() -> None:
    found = creator_effects(counts(5, creators=600, confounded=0.0), CAPPED)
    assert found.spread == pytest.approx(0.6, rel=0.2)
    assert found.dispersion == pytest.approx(0.25, rel=0.3)
    plain = creator_effects(counts(5, creators=300, confounded=0.0, spread=0.0, kappa=1e6), CAPPED)
    assert plain.spread < 0.1 and plain.dispersion < 0.02


def test_two_groups_without_noise() -> None:
    """Ten creators with two videos each, one tagged, whose likes are cancelled twice as often: the ratio is two."""
    creator = np.repeat(np.arange(10), 2)
    tag = np.tile([0.0, 1.0], 10)
    expected = np.full(20, 300.0)
    design = np.column_stack([np.ones(20), tag - 0.5])
    found = creator_effects(Counts(200.0 * (1 + tag), expected, design, creator), np.array([False, True]))
    assert math.exp(found.estimate[1]) == pytest.approx(2.0, rel=1e-6)
    assert found.high[1] - found.low[1] < 1e-5 and found.effective[1] == pytest.approx(10.0)


def test_names_and_order_do_not_matter() -> None:
    data = counts(7)
    order = np.random.default_rng(0).permutation(data.creator.size)
    renamed = (data.creators - 1 - data.creator)[order]
    shuffled = Counts(data.cancelled[order], data.expected[order], data.design[order], renamed)
    one, other = creator_effects(data, CAPPED), creator_effects(shuffled, CAPPED)
    for name in ("estimate", "low", "high", "effective"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-6)


def test_what_must_hold() -> None:
    good = counts(1, creators=5)
    for bad in (
        Counts(-good.cancelled - 1, good.expected, good.design, good.creator),
        Counts(good.cancelled, good.expected * 0, good.design, good.creator),
        Counts(good.cancelled, good.expected, np.ones_like(good.design), good.creator),
    ):
        with pytest.raises(ValueError, match="must"):
            creator_effects(bad, CAPPED)
