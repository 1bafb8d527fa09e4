import math

import numpy as np
import pytest
from huizan.training.metrics import best_threshold, expected_calibration_error, tag_metrics

P = np.array([0.9, 0.8, 0.3, 0.1])
Y = np.array([1.0, 0.0, 1.0, 0.0])
KNOWN = np.ones(4)


def test_metrics_of_four_rows_by_hand() -> None:
    found = tag_metrics(P, Y, KNOWN, 0.5)
    assert (found.n, found.positives) == (4, 2)
    assert found.average_precision == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert found.roc_auc == pytest.approx(3 / 4)
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)
    assert found.ece == pytest.approx((0.1 + 0.8 + 0.7 + 0.1) / 4)


def test_unknown_rows_are_left_out_and_one_class_gives_no_order() -> None:
    found = tag_metrics(P, Y, np.array([1, 0, 1, 0]), 0.5)
    assert (found.n, found.positives) == (2, 2)
    assert math.isnan(found.average_precision) and math.isnan(found.roc_auc)


def test_calibrated_probabilities_have_no_error() -> None:
    assert expected_calibration_error(np.full(4, 0.25), np.array([1, 0, 0, 0])) == 0
    assert math.isnan(expected_calibration_error(np.empty(0), np.empty(0)))


def test_the_best_threshold_is_that_of_best_f1() -> None:
    p = np.repeat([0.9, 0.6, 0.4, 0.2], 5)
    assert best_threshold(p, p > 0.5, np.ones(20)) == 0.6
    assert best_threshold(p, p > 0.95, np.ones(20)) == 0.5
    assert best_threshold(P, Y, KNOWN) == 0.5  # two positives cannot choose one
