import numpy as np
import pytest
from huizan.training.cast import given_videos, invented_users, invented_videos
from huizan.training.worlds import WORLDS, world_named

WORLD = world_named("base", likes=300_000)


def test_shares_of_truth_and_who_carries_them():
    videos = invented_videos(WORLD, np.random.default_rng(0))
    wanted = [WORLD.clickbait, WORLD.staged, WORLD.controversy, WORLD.hollow]
    assert videos.truth.mean(axis=0) == pytest.approx(wanted, abs=0.06)
    assert videos.truth[videos.baiting, 0].mean() > 2 * videos.truth[~videos.baiting, 0].mean()
    assert videos.popularity.sum() == pytest.approx(1.0)


def test_multipliers_have_mean_one():
    users = invented_users(WORLD, np.random.default_rng(0))
    for values in (users.tapping, users.cleaning, users.moved):
        assert values.mean() == pytest.approx(1.0, abs=0.03)
    assert (users.until <= WORLD.days * 86_400).all()
    assert (users.until < WORLD.days * 86_400).mean() == pytest.approx(WORLD.leavers, abs=0.02)


def test_given_creators_with_tagged_videos_bait():
    truth = np.zeros((3, 4), dtype=bool)
    truth[0, 0] = True
    videos = given_videos(
        WORLDS["base"], truth, np.array([0, 1, 1]), np.full(3, 1e4), np.random.default_rng(0)
    )
    assert videos.baiting.tolist() == [True, False, False]
