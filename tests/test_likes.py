from dataclasses import replace

import numpy as np
import pytest
from huizan.model.errors import InputError
from huizan.training.cast import invented_users, invented_videos
from huizan.training.likes import HOURS, invented_likes
from huizan.training.worlds import world_named


def _likes(world):
    videos, users = (
        invented_videos(world, np.random.default_rng(0)),
        invented_users(world, np.random.default_rng(1)),
    )
    return videos, users, invented_likes(world, videos, users, np.random.default_rng(2))


def test_one_like_per_pair_in_order_of_time_while_observed():
    world = world_named("base", likes=20_000)
    videos, users, likes = _likes(world)
    assert len(likes) == 20_000
    assert len({*zip(likes.user.tolist(), likes.video.tolist(), strict=True)}) == 20_000
    assert (np.diff(likes.at) >= 0).all()
    assert (likes.at > videos.published[likes.video]).all()
    assert (likes.at < users.until[likes.user]).all()


def test_hollow_videos_are_watched_less_and_evenings_are_full():
    videos, _, likes = _likes(world_named("base", likes=40_000))
    hollow = videos.truth[likes.video, 3]
    assert likes.watched[hollow].mean() < likes.watched[~hollow].mean() - 0.05
    hours = np.bincount((likes.at % 86_400 // 3_600).astype(int), minlength=24)
    assert np.corrcoef(hours, HOURS)[0, 1] > 0.8


def test_careless_users_meet_bait_in_the_confounded_world():
    videos, users, likes = _likes(world_named("confounded", likes=40_000))
    bait = videos.baiting[likes.video]
    assert users.tapping[likes.user[bait]].mean() > 1.4 * users.tapping[likes.user[~bait]].mean()


def test_too_many_likes_are_refused():
    with pytest.raises(InputError, match="one like per user and video"):
        _likes(replace(world_named("base", likes=2_000), likes_per_user=500.0, likes_per_video=400.0))
