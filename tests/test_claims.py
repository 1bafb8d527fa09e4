import numpy as np
import pytest
from huizan.model.claims import CONCENTRATION, SCORE_BINS, Claims, edges, learn


def threads(rng: np.random.Generator, videos: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Hidden traits, and comments by score bin: 15 % of comments under videos that have it claim it, 2 % elsewhere."""
    trait = rng.random(videos) < 0.3
    chance = np.full((videos, SCORE_BINS), 0.9 / (SCORE_BINS - 1))
    chance[:, -1] = np.where(trait, 0.15, 0.02)
    chance[:, :-1] = (1 - chance[:, -1:]) / (SCORE_BINS - 1)
    return trait, np.array([[rng.multinomial(each, p) for p in chance]], dtype=float)


def test_edges_are_distinct() -> None:
    assert edges(np.zeros(100)).size == 1
    assert edges(np.array([np.nan])).size == 0
    assert (np.diff(edges(np.random.default_rng(0).random(1000))) > 0).all()


def test_what_claims_mean_is_learned_without_labels() -> None:
    trait, counts = threads(np.random.default_rng(1), 3_000, 40)
    prior = np.where(trait, 0.4, 0.26)[:, None]  # a weak score
    claims = learn(prior, counts)
    assert claims.claimed[0, -1] == pytest.approx(0.15, abs=0.03)
    assert claims.unclaimed[0, -1] == pytest.approx(0.02, abs=0.01)
    found = claims.probability(prior, counts)[:, 0]
    assert found[trait].mean() > 0.75 and found[~trait].mean() < 0.15


def test_no_comment_says_nothing_and_few_say_little() -> None:
    _, counts = threads(np.random.default_rng(2), 400, 30)
    claims = learn(np.full((400, 1), 0.3), counts)
    prior = np.array([[0.2], [0.2], [0.2]])
    few = np.zeros((1, 3, SCORE_BINS))
    few[0, 1, -1], few[0, 2, -1] = 1, 4
    none, one, four = claims.probability(prior, few)[:, 0]
    assert none == pytest.approx(0.2)
    assert none < one < four


def test_a_long_thread_counts_as_no_more_than_its_effective_number() -> None:
    claims = Claims(np.tile([[0.1] * 7 + [0.3]], 1), np.tile([[0.12] * 7 + [0.16]], 1))
    counts = np.zeros((1, 2, SCORE_BINS))
    counts[0, 0, -1], counts[0, 1, -1] = 1e6, CONCENTRATION
    many, some = claims.log_ratio(counts)[:, 0]
    assert many == pytest.approx(2 * some, rel=1e-3)


def test_a_higher_score_never_speaks_less_for_the_trait() -> None:
    rng = np.random.default_rng(3)
    counts = rng.poisson(2, (1, 50, SCORE_BINS)).astype(float)
    claims = Claims.first(counts).updated(rng.random((50, 1)), counts, np.ones(50))
    assert (np.diff(claims.claimed[0] / claims.unclaimed[0]) >= -1e-9).all()
    np.testing.assert_allclose([claims.claimed.sum(), claims.unclaimed.sum()], 1)
