from io import StringIO

import numpy as np
from huizan.training.attribution_metrics import judge
from huizan.training.attribution_table import comparison, shares_beside_truth
from rich.console import Console


def _text(table):
    console = Console(width=120, file=StringIO())
    console.print(table)
    return console.file.getvalue()


def test_lines_and_dashes():
    metrics = judge(np.eye(6)[[0, 1]], np.array([0, 1]))
    lines = _text(comparison({"mine": metrics})).splitlines()
    assert any("mine" in line and "1.000" in line and "–" in line for line in lines)
    assert "content_quality" in _text(shares_beside_truth(metrics))


def test_a_missed_truth_is_starred():
    stated = {"content_quality": {"estimate": 0.1, "low": 0.05, "high": 0.2, "detected": True},
              "emotional_manipulation": {"estimate": 0.5, "low": 0.4, "high": 0.6, "detected": False}}  # fmt: skip
    text = _text(shares_beside_truth(judge(np.eye(6)[[0, 1]], np.array([0, 1]), stated)))
    assert "0.500 *" in text
