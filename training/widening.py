"""The wide part learned: n-gram weights from training labels, and its mix with the encoder from validation labels.

Logistic regressions on hashed TF-IDF, one per head, as the n-gram baseline is; how they are mixed with the encoder is said
in `mixing`. It knows the arrays of `model.wide` and nothing of how the encoder was trained.
"""

import numpy as np
from scipy.sparse import csr_array

from ..model.tagger import Tagger
from ..model.taxonomy import KINDS, Kind, head_names
from ..model.vocabulary import Vocabulary
from ..model.wide import BUCKETS, Wide, ngrams
from .labels import Labelled
from .mixing import mix
from .ngram import regression

LEAST_ROWS = 2  # texts in which an n-gram must stand


def widen(tagger: Tagger, train: dict[Kind, Labelled], validation: dict[Kind, Labelled]) -> Wide:
    """Learn the wide part of a tagger that has none; `train` and `validation` hold different groups."""
    heads = len(head_names())
    idf = np.zeros((len(KINDS), BUCKETS), dtype=np.float32)
    weight, bias = np.zeros((BUCKETS, heads), dtype=np.float32), np.zeros(heads, dtype=np.float32)
    scales = np.tile(np.array([1.0, 0.0, 0.0], dtype=np.float32), (heads, 1))
    for kind, labelled in train.items():
        idf[KINDS.index(kind)] = _idf(labelled, kind, tagger.vocabulary)
        features = _features(labelled, kind, tagger.vocabulary, idf[KINDS.index(kind)])
        for head in _heads(kind):
            known = labelled.weights[:, head] > 0
            target = labelled.targets[known, head] >= 0.5
            if known.any() and 0 < target.mean() < 1:
                chosen = np.flatnonzero(known).astype(np.int32)
                model = regression().fit(features[chosen], target, labelled.weights[known, head])
                weight[:, head], bias[head] = model.coef_[0], np.ravel(model.intercept_)[0]
    wide = Wide(idf, weight, bias, scales).rounded()
    for kind, labelled in validation.items():
        rows = labelled.units.encode(tagger.vocabulary)
        deep, shallow = tagger.logits(rows), wide.logits(rows, kind)
        for head in _heads(kind):
            scales[head] = mix(
                deep[:, head], shallow[:, head], labelled.targets[:, head], labelled.weights[:, head]
            )
    return Wide(wide.idf, wide.weight, wide.bias, scales)


def _idf(labelled: Labelled, kind: Kind, vocabulary: Vocabulary) -> np.ndarray:
    grams = ngrams(labelled.units.encode(vocabulary), kind)
    rows = np.bincount(grams.bucket, minlength=BUCKETS)
    return np.where(rows >= LEAST_ROWS, np.log((1 + len(labelled)) / (1 + rows)) + 1, 0.0)


def _features(labelled: Labelled, kind: Kind, vocabulary: Vocabulary, idf: np.ndarray) -> csr_array:
    grams = ngrams(labelled.units.encode(vocabulary), kind)
    value = grams.value * idf[grams.bucket]
    norm = np.sqrt(np.bincount(grams.row, weights=value**2, minlength=len(labelled)))
    value = value / np.maximum(norm, 1e-12)[grams.row]
    row, bucket = grams.row.astype(np.int32), grams.bucket.astype(np.int32)  # the solver reads no wider ones
    return csr_array((value, (row, bucket)), shape=(len(labelled), BUCKETS))


def _heads(kind: Kind) -> list[int]:
    return [i for i, name in enumerate(head_names()) if name.startswith(f"{kind}_")]
