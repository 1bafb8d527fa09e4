"""Calibration: the logit's scale and shift that make its logistic function a probability.

Platt scaling per head (Platt 1999) on validation data, folded into the head's own weights, so that a checkpoint needs no
second step. A scale of zero or less is refused: calibration must never turn an order around. `rivals` sets it beside isotonic
regression (Zadrozny and Elkan 2002), which is free to bend and needs more data for it.
"""

from collections.abc import Iterator

import numpy as np
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold

from .metrics import LEAST_POSITIVES

_FOLDS = 5
_SURE = 1e-3  # isotonic regression says 0 and 1 of few rows: nothing is that sure


def platt(logits: np.ndarray, target: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Scale and shift of one head; (1, 0) where validation data hold too little to tell.

    Parameters
    ----------
    logits, target, weight
        All (n,); rows of weight 0 are left out.
    """
    known = weight > 0
    y = target[known] >= 0.5
    if min(y.sum(), (~y).sum()) < LEAST_POSITIVES:
        return 1.0, 0.0
    model = LogisticRegression(C=10.0).fit(logits[known, None], y)
    scale, shift = float(model.coef_[0, 0]), float(model.intercept_[0])
    return (scale, shift) if scale > 0 else (1.0, 0.0)


def rivals(
    logits: np.ndarray, target: np.ndarray, weight: np.ndarray, group: np.ndarray
) -> tuple[float, float] | None:
    """Mean log-loss of Platt scaling and of isotonic regression on groups that neither saw; None where too little is known.

    Parameters
    ----------
    logits, target, weight, group
        All (n,); rows of weight 0 are left out.
    """
    known = weight > 0
    x, y = logits[known], target[known] >= 0.5
    losses = [0.0, 0.0]
    for seen, unseen in left_out(group[known]):
        if min(y[seen].sum(), (~y[seen]).sum()) < LEAST_POSITIVES:
            return None
        scale, shift = platt(x[seen], y[seen], np.ones(seen.size))
        bent = IsotonicRegression(y_min=_SURE, y_max=1 - _SURE, out_of_bounds="clip").fit(x[seen], y[seen])
        for i, p in enumerate((expit(scale * x[unseen] + shift), bent.predict(x[unseen]))):
            losses[i] += float(log_loss(y[unseen], p, normalize=False, labels=[False, True])) / y.size
    return losses[0], losses[1]


def left_out(group: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows to learn from and rows of other groups to judge by, in turn; of one group alone, rows stand for groups."""
    names = np.unique(group.astype(str), return_inverse=True)[1]
    names = np.arange(group.size) if names.max(initial=0) == 0 else names
    folds = min(_FOLDS, int(names.max(initial=0)) + 1)
    if folds > 1:
        yield from GroupKFold(folds).split(np.zeros(group.size), groups=names)
