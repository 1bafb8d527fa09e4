from pathlib import Path

import pytest
from huizan.inference.ages import counts, laid_out, of_curve
from huizan.inference.engines import connect
from huizan.inference.outcome import open_tables
from huizan.model.taxonomy import cause_names

from .made_outputs import make

EVEN = dict.fromkeys(cause_names(), 1e-4)


def test_counts_hold_every_reversal(tmp_path: Path) -> None:
    rows = counts(open_tables(connect(), make(tmp_path, reversals=200)).reversals)
    assert sum(row[c] for row in rows for c in cause_names()) == pytest.approx(200)
    assert all(row["from_s"] < row["to_s"] for row in rows)


def test_areas_are_true_on_a_logarithmic_axis() -> None:
    curve = [{"from_s": 8.0, "to_s": 32.0, "hazard": EVEN}, {"from_s": 32.0, "to_s": 64.0, "hazard": EVEN}]
    first, second = laid_out(of_curve(curve), True, 1000.0)
    # 24 seconds at 1e-4 for 10,000 likes are 24 un-likes over two doublings; 32 seconds are 32 over one.
    assert first["per_doubling"]["unexplained"] == pytest.approx(12.0)
    assert second["per_doubling"]["unexplained"] == pytest.approx(32.0)
    assert sum(first["share"].values()) == pytest.approx(1.0)


def test_last_bin_ends_with_what_was_seen() -> None:
    (row,) = laid_out([{"from_s": 0.0, "to_s": 1e7, **EVEN}], True, 500.0)
    assert row["from_s"] == 0.5 and row["to_s"] == 500.0
