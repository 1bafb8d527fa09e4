from pathlib import Path

import numpy as np
import pytest
from huizan.model.errors import InputError
from huizan.training.metrics import expected_calibration_error
from huizan.training.reliability import bins, draw


def test_bins_hold_every_text_once_and_give_the_calibration_error() -> None:
    rng = np.random.default_rng(0)
    p = rng.random(2000)
    y = (rng.random(2000) < p**2).astype(float)
    rows = bins(p, y)
    assert sum(row["texts"] for row in rows) == 2000
    gap = sum(abs(row["probability"] - row["share"]) * row["texts"] for row in rows) / 2000
    assert gap == pytest.approx(expected_calibration_error(p, y >= 0.5))


def test_a_diagram_is_drawn_with_a_panel_for_each_head(tmp_path: Path) -> None:
    heads = {"comment_staged": (np.array([0.1, 0.9]), np.array([0.0, 1.0])),
             "video_staged": (np.array([0.4]), np.array([0.0]))}  # fmt: skip
    draw(heads, tmp_path / "deep" / "r.svg")
    drawn = (tmp_path / "deep" / "r.svg").read_text(encoding="utf-8")
    assert "comment_staged" in drawn and "video_staged" in drawn and "ECE 0.400" in drawn
    with pytest.raises(InputError, match="--reliability"):
        draw(heads, tmp_path / "r.txt")
