import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.model.errors import InputError
from huizan.model.taxonomy import cause_names
from huizan.training.attribution_metrics import attribution_metrics, judge

from .worlds import made

NAMES = cause_names()


def test_perfect_and_constant_predictions():
    y = np.array([0, 1, 1, 2, 3, 5, 5, 5])
    perfect = judge(np.eye(6)[y], y)
    assert (perfect.log_loss, perfect.accuracy, perfect.ece, perfect.largest_share_error) == (
        0.0,
        1.0,
        0.0,
        0.0,
    )
    constant = judge(np.tile(np.bincount(y, minlength=6) / 8, (8, 1)), y)
    assert constant.largest_share_error == pytest.approx(0.0)
    assert constant.split_error == pytest.approx(0.0)
    assert constant.accuracy == pytest.approx(3 / 8)
    assert constant.log_loss == pytest.approx(1.4941751382893085)  # entropy of 1, 2, 1, 1, 0, 3 eighths
    assert np.isnan(constant.coverage)


def test_split_error_and_coverage_by_hand():
    y = np.array([0, 1, 1, 1])  # emotional is 3/4 of emotional and quality
    p = np.zeros((4, 6))
    p[:, 0], p[:, 1] = 0.6, 0.4
    stated = {name: {"estimate": e, "low": max(e - 0.1, 0), "high": e + 0.1, "detected": True}
              for name, e in zip(NAMES, p.mean(axis=0), strict=True)}  # fmt: skip
    metrics = judge(p, y, stated)
    assert metrics.split_error == pytest.approx(0.35)
    assert metrics.largest_share_error == pytest.approx(0.35)
    assert metrics.coverage == pytest.approx(4 / 6)
    assert metrics.ece == pytest.approx(abs(0.6 - 0.25))
    assert json.loads(json.dumps(metrics.as_dict()))["shares"]["content_quality"]["truth"] == 0.25


def test_split_of_nothing_is_not_a_number_and_null_in_json():
    metrics = judge(np.eye(6)[[5, 5]], np.array([5, 5]))
    assert np.isnan(metrics.split_error)
    assert metrics.as_dict()["split_error"] is None


def _folder(path, truth, p, shuffled):
    path.mkdir()
    table = truth.select(["user_id", "video_id", "liked_at", "unliked_at"])
    for k, name in enumerate(NAMES):
        table = table.append_column(name, pa.array(p[:, k]))
    pq.write_table(table.take(pa.array(shuffled)), path / "reversals.parquet")
    stated = {
        name: {"estimate": float(p[:, k].mean()), "low": 0.0, "high": 1.0, "detected": True}
        for k, name in enumerate(NAMES)
    }
    tags = {"clickbait": {"estimate": 0.1, "low": 0.0, "high": 0.2, "detected": True}}
    (path / "shares.json").write_text(json.dumps({"shares": stated, "tags": tags}), encoding="utf-8")
    return path


def test_folder_is_matched_to_truth_whatever_its_order(tmp_path):
    truth = made("small", likes=6_400).truth
    y = np.array([NAMES.index(cause) for cause in truth["cause"].to_pylist()])
    p = 0.9 * np.eye(6)[y] + 0.1 / 6
    pq.write_table(truth, tmp_path / "truth.parquet")
    shuffled = np.random.default_rng(0).permutation(len(y))
    metrics = attribution_metrics(_folder(tmp_path / "out", truth, p, shuffled), tmp_path / "truth.parquet")
    assert metrics.accuracy == 1.0
    assert metrics.log_loss == pytest.approx(-np.log(0.9 + 0.1 / 6))
    assert metrics.coverage == 1.0
    assert metrics.tags["clickbait"].truth == truth["tag"].to_pylist().count("clickbait") / len(y)


def test_other_unlikes_are_the_users_error(tmp_path):
    truth = made("small", likes=6_400).truth
    p = np.full((len(truth), 6), 1 / 6)
    pq.write_table(truth.slice(1), tmp_path / "truth.parquet")
    folder = _folder(tmp_path / "out", truth, p, np.arange(len(truth)))
    with pytest.raises(InputError, match="1 stand in one of them only"):
        attribution_metrics(folder, tmp_path / "truth.parquet")
    with pytest.raises(InputError, match=r"no\.parquet"):
        attribution_metrics(folder, tmp_path / "no.parquet")
