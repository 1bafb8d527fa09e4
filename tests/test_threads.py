import numpy as np
from huizan.training.cast import invented_videos
from huizan.training.threads import Threads, given_threads, invented_threads
from huizan.training.worlds import world_named

WORLD = world_named("base", likes=60_000)


def test_nth_moment_under_each_video():
    threads = Threads(
        np.array([0, 0, 1, 0]), np.array([5.0, 3.0, 9.0, 7.0]), np.zeros((4, 4), bool), np.full(3, np.inf)
    )
    chosen = np.array([True, True, True, False])
    assert threads.nth(chosen, 1).tolist() == [3.0, 9.0, np.inf]
    assert threads.nth(chosen, 2).tolist() == [5.0, np.inf, np.inf]
    assert threads.nth(~chosen, 1).tolist() == [7.0, np.inf, np.inf]


def test_claims_follow_the_truth_and_nothing_comes_before_publishing():
    videos = invented_videos(WORLD, np.random.default_rng(0))
    threads = invented_threads(WORLD, videos, np.random.default_rng(1))
    assert (threads.at >= videos.published[threads.video]).all()
    assert (threads.at < WORLD.days * 86_400).all()
    for k in range(4):
        said = threads.claims[:, k]
        true = videos.truth[threads.video, k]
        assert said[true].mean() > 4 * said[~true].mean()
    assert np.isfinite(threads.flare[videos.truth[:, 2]]).mean() > 0.2
    assert np.isinf(threads.flare[~videos.truth[:, 2]]).all()


def test_eight_given_quarrels_are_a_flare_of_a_controversial_video():
    videos = invented_videos(WORLD, np.random.default_rng(0))
    video = np.repeat(np.arange(len(videos)), 8)
    claims = np.zeros((video.size, 4), dtype=bool)
    claims[:, 2] = True
    threads = given_threads(WORLD, videos, video, np.tile(np.arange(8.0), len(videos)), claims)
    hot = videos.truth[:, 2]
    assert np.allclose(threads.flare[hot], videos.published[hot] + 240)
    assert np.isinf(threads.flare[~hot]).all()
