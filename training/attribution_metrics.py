"""How close an attribution is to a simulated truth: per un-like, in its shares, and in its intervals.

Shares alone prove nothing (a constant predictor has perfect ones): log-loss and accuracy per un-like come first. It
judges any `reversals.parquet` and `shares.json`, whoever wrote them; `attribution_baselines` gives it others to judge.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..model.errors import InputError
from ..model.taxonomy import cause_names, tag_names
from .metrics import expected_calibration_error

KEY = ("user_id", "video_id", "liked_at")
LEAST = 1e-12  # a probability of zero is taken for this in the log-loss


@dataclass(frozen=True)
class Share:
    """One share: estimate, interval (None: none stated), truth, and whether it was called detected (None: not said)."""

    estimate: float
    truth: float
    low: float | None = None
    high: float | None = None
    detected: bool | None = None

    @property
    def covered(self) -> bool | None:
        """Whether the interval holds the truth."""
        if self.low is None or self.high is None:
            return None
        return self.low - 1e-9 <= self.truth <= self.high + 1e-9


@dataclass(frozen=True)
class AttributionMetrics:
    """Errors of an attribution.

    `ece` is that of the largest probability, `ece_by_cause` of each cause's own, both in 15 bins of equal width;
    `split_error` is that of emotional / (emotional + quality), NaN where there is neither; `coverage` is the part of the
    causes whose interval holds the truth, NaN without intervals.
    """

    n: int
    log_loss: float
    accuracy: float
    ece: float
    ece_by_cause: dict[str, float]
    largest_share_error: float
    split_error: float
    coverage: float
    shares: dict[str, Share]
    tags: dict[str, Share]

    def as_dict(self) -> dict:
        """Plain values for JSON; NaN becomes None."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def judge(p: np.ndarray, y: np.ndarray, stated: dict | None = None) -> AttributionMetrics:
    """Judge probabilities.

    Parameters
    ----------
    p
        (n, causes), rows sum to one, columns in the order of `cause_names`.
    y
        (n,) index of the true cause.
    stated
        `{cause: {"estimate", "low", "high", "detected"}}` as in shares.json; default: the means of `p`, no intervals.
    """
    names = cause_names()
    if p.shape != (len(y), len(names)) or not len(y):
        raise ValueError(f"p must be (n > 0, {len(names)}), was {p.shape} for {len(y)} un-likes")
    actual = np.bincount(y, minlength=len(names)) / len(y)
    means = {name: {"estimate": float(mean)} for name, mean in zip(names, p.mean(axis=0), strict=True)}
    shares = _shares(stated or means, dict(zip(names, actual.tolist(), strict=True)))
    hit = p.argmax(axis=1) == y
    covered = [share.covered for share in shares.values() if share.covered is not None]
    quality, emotional = shares["content_quality"], shares["emotional_manipulation"]
    split = _part(emotional.estimate, quality.estimate) - _part(emotional.truth, quality.truth)
    return AttributionMetrics(
        n=len(y),
        log_loss=float(-np.log(np.maximum(p[np.arange(len(y)), y], LEAST)).mean()),
        accuracy=float(hit.mean()),
        ece=expected_calibration_error(p.max(axis=1), hit),
        ece_by_cause={name: expected_calibration_error(p[:, k], y == k) for k, name in enumerate(names)},
        largest_share_error=max(abs(share.estimate - share.truth) for share in shares.values()),
        split_error=abs(split),
        coverage=float(np.mean(covered)) if covered else float("nan"),
        shares=shares,
        tags={},
    )


def attribution_metrics(folder: Path, truth: Path) -> AttributionMetrics:
    """Judge `folder`/reversals.parquet and `folder`/shares.json against a truth.parquet.

    Raises
    ------
    InputError
        If the un-likes of both tables are not the same, or a file cannot be read.
    """
    found, true = _table(folder / "reversals.parquet"), _table(truth)
    rows = matched(found, true)
    names = cause_names()
    p = np.column_stack([found[name].to_numpy() for name in names])
    causes = true["cause"].to_pylist()
    told = json.loads((folder / "shares.json").read_text(encoding="utf-8"))
    metrics = judge(p, np.array([names.index(causes[row]) for row in rows]), told["shares"])
    tags = {}
    if "tag" in true.column_names and told.get("tags"):
        carried = true["tag"].to_pylist()
        actual = {tag: carried.count(tag) / len(carried) for tag in tag_names("video")}
        tags = _shares({tag: told["tags"][tag] for tag in actual if tag in told["tags"]}, actual)
    return replace(metrics, tags=tags)


def matched(found: pa.Table, true: pa.Table) -> list[int]:
    """For each row of `found`, the row of `true` that speaks of the same un-like."""
    keys = keys_of(found)
    rows = {key: i for i, key in enumerate(keys_of(true))}
    apart = set(keys) ^ set(rows)
    if apart or len(keys) != len(rows):
        raise InputError(
            "Attribution and truth speak of the same un-likes, each once",
            f"{len(apart)} stand in one of them only; {len(keys)} and {len(rows)} un-likes",
            "Give the truth of the very tables that were attributed",
        )
    return [rows[key] for key in keys]


def keys_of(table: pa.Table) -> list[tuple]:
    """`KEY` of each row, ids as text, the time in microseconds."""
    times = table["liked_at"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_pylist()
    ids = [[str(value) for value in table[name].to_pylist()] for name in KEY[:2]]
    return list(zip(*ids, times, strict=True))


def _table(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as problem:
        raise InputError(
            "An attribution is a folder with reversals.parquet, a truth a Parquet file",
            f"{path}: {problem}",
            "Mend the path",
        ) from problem


def _shares(stated: dict, actual: dict[str, float]) -> dict[str, Share]:
    return {
        name: Share(
            estimate=_number(stated[name].get("estimate")) or 0.0,
            truth=actual[name],
            low=_number(stated[name].get("low")),
            high=_number(stated[name].get("high")),
            detected=stated[name].get("detected"),
        )
        for name in stated
        if name in actual
    }


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _part(a: float, b: float) -> float:
    return a / (a + b) if a + b > 0 else float("nan")


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return None if isinstance(value, float) and np.isnan(value) else value
