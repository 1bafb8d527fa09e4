"""How close an attribution is to a simulated truth: per un-like, in its shares, and in its intervals.

Shares alone prove nothing (a constant predictor has perfect ones): log-loss and accuracy per un-like come first.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.table import Table

from ..model.errors import InputError
from ..model.taxonomy import cause_names
from .metrics import expected_calibration_error

KEY = ("user_id", "video_id", "liked_at")


@dataclass(frozen=True)
class AttributionMetrics:
    """Errors of an attribution; `split_error` is that of emotional / (emotional + quality)."""

    n: int
    log_loss: float
    accuracy: float
    ece: float
    largest_share_error: float
    split_error: float
    coverage: float
    shares: dict[str, tuple[float, float]]

    def as_dict(self) -> dict:
        """Plain numbers for JSON."""
        return asdict(self)

    def table(self) -> Table:
        """One line per metric, then estimate beside truth per cause."""
        table = Table("metric", "value", title=f"attribution against truth, {self.n:,} un-likes")
        for name in ("log_loss", "accuracy", "ece", "largest_share_error", "split_error", "coverage"):
            table.add_row(name, f"{getattr(self, name):.4f}")
        for cause, (estimate, truth) in self.shares.items():
            table.add_row(cause, f"{estimate:.3f} (true {truth:.3f})")
        return table


def attribution_metrics(folder: Path, truth: Path) -> AttributionMetrics:
    """Judge `folder`/reversals.parquet and shares.json.

    Raises
    ------
    InputError
        If the un-likes of both tables are not the same.
    """
    found, true = pq.read_table(folder / "reversals.parquet"), pq.read_table(truth)
    causes = dict(zip(_keys(true), true["cause"].to_pylist(), strict=True))
    keys = _keys(found)
    if set(keys) != set(causes):
        raise InputError(
            "Attribution and truth speak of the same un-likes",
            f"{len(set(keys) ^ set(causes))} stand in one of them only",
            "Give the truth of the very tables that were attributed",
        )
    names = cause_names()
    p = np.column_stack([found[name].to_numpy() for name in names])
    y = np.array([names.index(causes[key]) for key in keys])
    estimate, actual = p.mean(axis=0), np.bincount(y, minlength=len(names)) / len(y)
    stated = json.loads((folder / "shares.json").read_text(encoding="utf-8"))["shares"]
    inside = [
        stated[name]["low"] - 1e-9 <= actual[i] <= stated[name]["high"] + 1e-9 for i, name in enumerate(names)
    ]
    q, e = names.index("content_quality"), names.index("emotional_manipulation")
    return AttributionMetrics(
        n=len(y),
        log_loss=float(-np.log(np.clip(p[np.arange(len(y)), y], 1e-12, None)).mean()),
        accuracy=float((p.argmax(axis=1) == y).mean()),
        ece=expected_calibration_error(p.max(axis=1), p.argmax(axis=1) == y),
        largest_share_error=float(np.abs(estimate - actual).max()),
        split_error=float(abs(_part(estimate[e], estimate[q]) - _part(actual[e], actual[q]))),
        coverage=float(np.mean(inside)),
        shares={name: (float(estimate[i]), float(actual[i])) for i, name in enumerate(names)},
    )


def _part(a: float, b: float) -> float:
    return float(a / (a + b)) if a + b > 0 else 0.0


def _keys(table: pa.Table) -> list[tuple]:
    times = table["liked_at"].cast(pa.int64()).to_pylist()
    return list(zip(*(table[name].to_pylist() for name in KEY[:2]), times, strict=True))
