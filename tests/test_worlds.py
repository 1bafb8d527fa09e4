import numpy as np
import pytest
from huizan.model.errors import InputError
from huizan.model.taxonomy import cause_names
from huizan.training.worlds import WORLDS, varied, world_named

from .worlds import made, share

NAMES = {
    "base", "confounded", "noisy_tags", "missing_optional", "four_columns", "other_shape", "decaying_background",
    "no_manipulation", "hollow_tags", "nothing", "small", "rare", "coarse_clock",
}  # fmt: skip


def test_every_world_is_there_and_says_what_it_is():
    assert set(WORLDS) == NAMES
    assert len({world.about for world in WORLDS.values()}) == len(NAMES)


def test_unknown_world_is_the_users_error():
    with pytest.raises(InputError, match="base, confounded"):
        world_named("paradise")


def test_changes_that_are_none_are_left_alone():
    assert world_named("small", likes=None) == WORLDS["small"]
    assert world_named("small", likes=7).likes == 7


def test_varied_moves_rates_and_times_only_and_keeps_zero():
    world = varied(WORLDS["no_manipulation"], np.random.default_rng(1))
    assert world.cooling_clickbait_rate == 0.0
    assert world.tap_rate != WORLDS["base"].tap_rate
    assert world.quality_s != WORLDS["base"].quality_s
    assert (world.likes, world.clickbait, world.days) == (
        100_000,
        WORLDS["base"].clickbait,
        WORLDS["base"].days,
    )


@pytest.mark.parametrize("name", ["base", "confounded", "other_shape", "coarse_clock", "decaying_background"])
def test_about_eight_percent_are_taken_back_for_every_cause(name):
    world = made(name)
    assert 0.06 < len(world.truth) / len(world.likes) < 0.10
    for cause in cause_names():
        assert 0.04 < share(world, cause) < 0.45, cause
    assert 0.1 < share(world, "emotional_manipulation") < 0.45


@pytest.mark.parametrize("name", ["no_manipulation", "hollow_tags"])
def test_nobody_is_manipulated(name):
    assert share(made(name), "emotional_manipulation") == 0.0
    assert share(made(name), "content_quality") > 0.15


def test_nothing_is_only_background():
    assert set(made("nothing").truth["cause"].to_pylist()) == {"unexplained"}


def test_sizes_of_the_small_and_the_rare_world():
    small, rare = made("small", likes=6_400), made("rare", likes=60_000)
    assert 350 < len(small.truth) < 700
    assert 0.004 < len(rare.truth) / len(rare.likes) < 0.010


def test_hollow_videos_are_the_tagged_ones():
    from huizan.training.cast import invented_videos

    truth = invented_videos(WORLDS["hollow_tags"], np.random.default_rng(0)).truth
    assert (truth[:, 3] == (truth[:, 0] | truth[:, 1])).all()
