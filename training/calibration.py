"""Calibration: the logit's scale and shift that make its logistic function a probability.

Platt scaling per head (Platt 1999) on validation data, folded into the head's own weights, so that a checkpoint needs no
second step. A scale of zero or less is refused: calibration must never turn an order around.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression

from .metrics import LEAST_POSITIVES


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
