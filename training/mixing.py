"""The mix of a head's two parts: with which scales the encoder's logit and the n-grams' are added.

Scales that fit the validation groups best need not carry over to others: a source on which the encoder happens to do well
gives it all the weight. So scales are learned only where they beat an even mix on groups that were left out of the learning.
It knows logits and labels, and nothing of where they came from (`widening`).
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from .calibration import left_out, platt
from .metrics import LEAST_POSITIVES

Mix = tuple[float, float, float]


def mix(
    deep: np.ndarray, shallow: np.ndarray, target: np.ndarray, weight: np.ndarray, group: np.ndarray
) -> Mix:
    """Scale of the encoder's logit, scale of the n-grams', shift; no scale is below zero.

    Parameters
    ----------
    deep, shallow, target, weight, group
        All (n,), of validation rows; rows of weight 0 are left out.

    Returns
    -------
    What `wide.Wide.mix` holds of one head; halves as they are where validation holds too little to scale either.
    """
    known = weight > 0
    y, parts = target[known] >= 0.5, np.column_stack([deep, shallow])[known]
    if min(y.sum(), (~y).sum()) < LEAST_POSITIVES:
        return 0.5, 0.5, 0.0
    chosen = _learned if _carries_over(parts, y, group[known]) else _even
    return chosen(parts, y)


def _carries_over(parts: np.ndarray, y: np.ndarray, group: np.ndarray) -> bool:
    """Whether learned scales have the lower loss on groups that they were not learned from."""
    losses = {_learned: 0.0, _even: 0.0}
    for seen, unseen in left_out(group):
        if min(y[seen].sum(), (~y[seen]).sum()) < LEAST_POSITIVES:
            return False
        for way in losses:
            logits = parts[unseen] @ (scales := way(parts[seen], y[seen]))[:2] + scales[2]
            p = 1 / (1 + np.exp(-logits))
            losses[way] += float(log_loss(y[unseen], p, normalize=False, labels=[False, True]))
    return losses[_learned] < losses[_even]


def _even(parts: np.ndarray, y: np.ndarray) -> Mix:
    """Both parts with the same spread, calibrated together."""
    scales = 1 / np.maximum(parts.std(axis=0), 1e-6)
    scale, shift = platt(parts @ scales, y, np.ones(y.size))
    return scale * float(scales[0]), scale * float(scales[1]), shift


def _learned(parts: np.ndarray, y: np.ndarray) -> Mix:
    """A logistic regression on both; on the better one alone where it would turn the order of the other around."""
    model = LogisticRegression(C=1.0).fit(parts, y)
    if (model.coef_[0] >= 0).all():
        return float(model.coef_[0, 0]), float(model.coef_[0, 1]), float(model.intercept_[0])
    better = int(np.argmax(model.coef_[0]))
    scales = [0.0, 0.0]
    scales[better], shift = platt(parts[:, better], y, np.ones(y.size))
    return scales[0], scales[1], shift
