import numpy as np
import pytest
from huizan.training.rows import scores
from sklearn.metrics import roc_auc_score


@pytest.mark.parametrize("auc", [0.76, 0.87, 0.95])
def test_scores_have_the_asked_auc_and_are_calibrated(auc):
    rng = np.random.default_rng(0)
    truth = rng.random((40_000, 2)) < [0.2, 0.05]
    p = scores(truth, auc, rng)
    assert p.dtype == np.float32
    for k in range(2):
        assert roc_auc_score(truth[:, k], p[:, k]) == pytest.approx(auc, abs=0.02)
        assert p[:, k].mean() == pytest.approx(truth[:, k].mean(), abs=0.006)
        high = p[:, k] > 0.3
        assert truth[high, k].mean() == pytest.approx(p[high, k].mean(), abs=0.05)


def test_scores_of_no_rows():
    assert scores(np.zeros((0, 4), dtype=bool), 0.9, np.random.default_rng(0)).shape == (0, 4)
