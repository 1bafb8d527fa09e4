import ibis
import numpy as np
import pyarrow as pa
import pytest
from huizan.inference.claimed import Claimed, claimed
from huizan.model.claims import SCORE_BINS
from huizan.model.traits import TRAITS

PACKAGES = pa.table({"key": ["a", "b", "c"], "video": [0, 1, 2]})


def comments(rows: list[tuple[str, int | None, float | None]]) -> ibis.Table:
    """Rows of (video, moment, every score)."""
    columns = {
        "video_id": pa.array([r[0] for r in rows]),
        "created_at": pa.array([r[1] for r in rows], pa.int64()),
        **{f"p_{t}": pa.array([r[2] for r in rows], pa.float64()) for t in TRAITS},
    }
    return ibis.memtable(pa.table(columns))


def test_only_comments_of_that_video_strictly_before_the_moment_count() -> None:
    said = claimed(comments([("a", 5, 0.1), ("a", 9, 0.9), ("b", 1, 0.5), ("unknown", 0, 0.5)]), PACKAGES)
    counts = said.before(np.array([0, 0, 0, 1, 2]), np.array([5, 6, 10, 10, 10]))
    assert counts.shape == (len(TRAITS), 5, SCORE_BINS)
    assert counts[1].sum(axis=1).tolist() == [0, 1, 2, 1, 0]


@pytest.mark.parametrize("seed", range(5))
def test_counts_equal_counting_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [("abc"[rng.integers(3)], int(rng.integers(20)), float(rng.random())) for _ in range(200)]
    said = claimed(comments(rows), PACKAGES)
    video, moment = rng.integers(0, 3, 40), rng.integers(-1, 22, 40)
    counts = said.before(video, moment)
    for i in range(40):
        mine = [p for v, t, p in rows if v == "abc"[video[i]] and t < moment[i]]
        of_bin = np.bincount(
            np.searchsorted(said.edges[0], np.float32(mine), side="right"), minlength=SCORE_BINS
        )
        assert counts[0, i].tolist() == of_bin.tolist()


def test_a_comment_without_a_score_says_as_little_as_the_lowest_and_an_undated_one_nothing() -> None:
    said = claimed(
        comments([("a", 1, None), ("a", None, 0.9), *[("b", 1, p / 50) for p in range(50)]]), PACKAGES
    )
    counts = said.before(np.array([0]), np.array([2]))
    assert (counts[:, 0, 0] == 1).all() and counts.sum() == len(TRAITS)


def test_no_comment_anywhere() -> None:
    assert not Claimed.none().before(np.array([0, 1]), np.array([5, 6])).any()
    assert not claimed(comments([]), PACKAGES).place.size
