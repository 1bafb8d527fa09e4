import numpy as np
from huizan.training.cast import invented_users, invented_videos
from huizan.training.floods import FULL, invented_floods
from huizan.training.likes import invented_likes
from huizan.training.worlds import world_named


def test_a_flood_is_full_at_its_sixth_impression():
    world = world_named("base", likes=5_000)
    videos, users = (
        invented_videos(world, np.random.default_rng(0)),
        invented_users(world, np.random.default_rng(1)),
    )
    likes = invented_likes(world, videos, users, np.random.default_rng(2))
    floods = invented_floods(world, likes, np.random.default_rng(3))
    assert (floods.at > likes.at[floods.like]).all()
    count = np.bincount(floods.like, minlength=len(likes))
    assert ((count >= FULL) == np.isfinite(floods.full)).all()
    for like in np.flatnonzero(np.isfinite(floods.full))[:50]:
        assert np.sort(floods.at[floods.like == like])[FULL - 1] == floods.full[like]
