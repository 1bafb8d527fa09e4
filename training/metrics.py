"""How well probabilities of yes/no tags fit their labels: one function for the tagger and for every baseline.

Average precision and ROC-AUC judge the order, F1 the decision at a threshold chosen elsewhere, the expected
calibration error the probability itself. Rows of unknown label are left out; soft labels are rounded.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

BINS = 15
LEAST_POSITIVES = 8
LEAST_GROUPS = 10  # from which whole groups are drawn
REPLICATES = 200  # of the bootstrap behind an interval


@dataclass(frozen=True)
class TagMetrics:
    """Metrics of one tag on n units; a metric that one class only cannot give is NaN.

    `low` and `high` bound the average precision at 95 %; NaN where no groups were given.
    """

    n: int
    positives: int
    average_precision: float
    roc_auc: float
    f1: float
    precision: float
    recall: float
    threshold: float
    ece: float
    low: float = float("nan")
    high: float = float("nan")


def tag_metrics(
    probability: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray,
    threshold: float,
    group: np.ndarray | None = None,
) -> TagMetrics:
    """Metrics of one tag.

    Parameters
    ----------
    probability, target, weight
        All (n,); rows of weight 0 are unknown and left out, other weights do not count.
    threshold
        At or above it the tag is given; chosen on other data than these.
    group
        What belongs together (n,), for the interval of the average precision; None leaves it out.
    """
    known = weight > 0
    low, high = (
        (float("nan"),) * 2
        if group is None
        else average_precision_interval(probability, target, weight, group)
    )
    p, y = probability[known], target[known] >= 0.5
    given = p >= threshold
    both = 0 < y.sum() < y.size
    hits = int((given & y).sum())
    return TagMetrics(
        n=int(y.size),
        positives=int(y.sum()),
        average_precision=float(average_precision_score(y, p)) if both else float("nan"),
        roc_auc=float(roc_auc_score(y, p)) if both else float("nan"),
        f1=2 * hits / int(given.sum() + y.sum()) if y.any() else float("nan"),
        precision=hits / int(given.sum()) if given.any() else float("nan"),
        recall=hits / int(y.sum()) if y.any() else float("nan"),
        threshold=float(threshold),
        ece=expected_calibration_error(p, y),
        low=low,
        high=high,
    )


def average_precision_interval(
    probability: np.ndarray, target: np.ndarray, weight: np.ndarray, group: np.ndarray
) -> tuple[float, float]:
    """The 95 % interval of the average precision from a bootstrap of whole groups; NaN where one class is missing.

    Parameters
    ----------
    probability, target, weight, group
        All (n,); rows of one group (an incident, a source) are alike and are drawn together.
    """
    known = weight > 0
    p, y = probability[known], target[known] >= 0.5
    _, of_row = np.unique(group[known].astype(str), return_inverse=True)
    rng, found = np.random.default_rng(0), []
    for _ in range(REPLICATES if 0 < y.sum() < y.size else 0):
        n = int(of_row.max()) + 1
        # Few groups are resampled by rows: a handful of groups has no distribution.
        drawn = (
            rng.multinomial(n, np.full(n, 1 / n))[of_row]
            if n >= LEAST_GROUPS
            else rng.multinomial(y.size, np.full(y.size, 1 / y.size))
        )
        if (drawn[y] > 0).any() and (drawn[~y] > 0).any():
            found.append(average_precision_score(y, p, sample_weight=drawn))
    low, high = np.quantile(found, [0.025, 0.975]) if found else (np.nan, np.nan)
    return float(low), float(high)


def expected_calibration_error(probability: np.ndarray, target: np.ndarray) -> float:
    """Mean gap between probability and frequency over `BINS` equal-width bins, weighted by their rows.

    Naeini, Cooper and Hauskrecht, AAAI 2015; for one tag: |mean p - share of positives| in each bin of p.
    """
    if probability.size == 0:
        return float("nan")
    of_row = np.minimum((probability * BINS).astype(int), BINS - 1)
    gap = np.bincount(of_row, weights=probability - target.astype(float), minlength=BINS)
    return float(np.abs(gap).sum() / probability.size)


def best_threshold(probability: np.ndarray, target: np.ndarray, weight: np.ndarray) -> float:
    """The threshold of best F1 on validation data; 0.5 where fewer than `LEAST_POSITIVES` positives could choose it."""
    known = weight > 0
    p, y = probability[known], target[known] >= 0.5
    if y.sum() < LEAST_POSITIVES:
        return 0.5
    precision, recall, thresholds = precision_recall_curve(y, p)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return float(thresholds[int(np.argmax(f1[:-1]))])
