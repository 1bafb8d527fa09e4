"""The mix of a head's two parts: how the encoder's logit and the n-grams' are added.

Both count evenly: each is brought to the same spread on validation rows, and their sum is calibrated. Scales that are learned
on validation groups need not carry over: a source on which one part happens to do well gives it all the weight, and texts of
another kind then lose what the other part knows. It knows logits and labels, and nothing of where they came from (`widening`).
"""

import numpy as np

from .calibration import platt
from .metrics import LEAST_POSITIVES

Mix = tuple[float, float, float]


def mix(deep: np.ndarray, shallow: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Mix:
    """Scale of the encoder's logit, scale of the n-grams', shift; what `wide.Wide.mix` holds of one head.

    Parameters
    ----------
    deep, shallow, target, weight
        All (n,), of validation rows; rows of weight 0 are left out. Where they hold too little to calibrate by, halves are
        taken as they are.
    """
    known = weight > 0
    y, parts = target[known] >= 0.5, np.column_stack([deep, shallow])[known]
    if min(y.sum(), (~y).sum()) < LEAST_POSITIVES:
        return 0.5, 0.5, 0.0
    scales = 1 / np.maximum(parts.std(axis=0), 1e-6)
    scale, shift = platt(parts @ scales, y, np.ones(y.size))
    return scale * float(scales[0]), scale * float(scales[1]), shift
