"""The wide part learned: n-gram weights from training labels, and its mix with the encoder from validation labels.

Logistic regressions on hashed TF-IDF, one per head, as the n-gram baseline is; then, per head, a logistic regression on
the two logits. It knows the arrays of `model.wide` and nothing of how the encoder was trained.
"""

import numpy as np
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from ..model.tagger import Tagger
from ..model.taxonomy import KINDS, Kind, head_names
from ..model.vocabulary import Vocabulary
from ..model.wide import BUCKETS, Wide, ngrams
from .labels import Labelled
from .metrics import LEAST_POSITIVES

LEAST_ROWS = 2  # texts in which an n-gram must stand


def widen(tagger: Tagger, train: dict[Kind, Labelled], validation: dict[Kind, Labelled]) -> Wide:
    """Learn the wide part of a tagger that has none; `train` and `validation` hold different groups."""
    heads = len(head_names())
    idf = np.zeros((len(KINDS), BUCKETS), dtype=np.float32)
    weight, bias = np.zeros((BUCKETS, heads), dtype=np.float32), np.zeros(heads, dtype=np.float32)
    mix = np.tile(np.array([1.0, 0.0, 0.0], dtype=np.float32), (heads, 1))
    for kind, labelled in train.items():
        idf[KINDS.index(kind)] = _idf(labelled, kind, tagger.vocabulary)
        features = _features(labelled, kind, tagger.vocabulary, idf[KINDS.index(kind)])
        for head in _heads(kind):
            known = labelled.weights[:, head] > 0
            target = labelled.targets[known, head] >= 0.5
            if known.any() and 0 < target.mean() < 1:
                model = LogisticRegression(C=8.0, max_iter=1000, class_weight="balanced")
                model.fit(features[np.flatnonzero(known)], target, labelled.weights[known, head])
                weight[:, head], bias[head] = model.coef_[0], np.ravel(model.intercept_)[0]
    wide = Wide(idf, weight, bias, mix).rounded()
    for kind, labelled in validation.items():
        rows = labelled.units.encode(tagger.vocabulary)
        deep, shallow = tagger.logits(rows), wide.logits(rows, kind)
        for head in _heads(kind):
            mix[head] = _mix(
                deep[:, head], shallow[:, head], labelled.targets[:, head], labelled.weights[:, head]
            )
    return Wide(wide.idf, wide.weight, wide.bias, mix)


def _mix(
    deep: np.ndarray, shallow: np.ndarray, target: np.ndarray, weight: np.ndarray
) -> tuple[float, float, float]:
    """Scales and shift of one head; halves where validation holds too little, and never a scale below zero."""
    known = weight > 0
    y = target[known] >= 0.5
    if min(y.sum(), (~y).sum()) < LEAST_POSITIVES:
        return 0.5, 0.5, 0.0
    columns = np.column_stack([deep, shallow])[known]
    model = LogisticRegression(C=1.0).fit(columns, y)
    if (model.coef_[0] < 0).any():
        better = int(np.argmax(model.coef_[0]))
        alone = LogisticRegression(C=1.0).fit(columns[:, [better]], y)
        scales = [0.0, 0.0]
        scales[better] = max(float(alone.coef_[0, 0]), 0.0)
        return scales[0], scales[1], float(alone.intercept_[0])
    return float(model.coef_[0, 0]), float(model.coef_[0, 1]), float(model.intercept_[0])


def _idf(labelled: Labelled, kind: Kind, vocabulary: Vocabulary) -> np.ndarray:
    grams = ngrams(labelled.units.encode(vocabulary), kind)
    rows = np.bincount(grams.bucket, minlength=BUCKETS)
    return np.where(rows >= LEAST_ROWS, np.log((1 + len(labelled)) / (1 + rows)) + 1, 0.0)


def _features(labelled: Labelled, kind: Kind, vocabulary: Vocabulary, idf: np.ndarray) -> csr_array:
    grams = ngrams(labelled.units.encode(vocabulary), kind)
    value = grams.value * idf[grams.bucket]
    norm = np.sqrt(np.bincount(grams.row, weights=value**2, minlength=len(labelled)))
    value = value / np.maximum(norm, 1e-12)[grams.row]
    return csr_array((value, (grams.row, grams.bucket)), shape=(len(labelled), BUCKETS))


def _heads(kind: Kind) -> list[int]:
    return [i for i, name in enumerate(head_names()) if name.startswith(f"{kind}_")]
