"""The wide part learned: n-gram weights from training labels, and its mix with the encoder from validation labels.

Logistic regressions on hashed TF-IDF, one per head, as the n-gram baseline is; how they are mixed with the encoder is said
in `mixing`. It knows the arrays of `model.wide` and nothing of how the encoder was trained.
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, hstack

from ..model.tagger import Tagger
from ..model.taxonomy import KINDS, Kind, head_names, heads_of
from ..model.vocabulary import Vocabulary
from ..model.wide import BUCKETS, Lexicon, Wide, ngrams
from .labels import Labelled
from .mixing import mix
from .ngram import regression

LEAST_ROWS = 2  # texts in which an n-gram must stand
EXTRA = 5.0  # of the column that marks texts for training only, where a text of n-grams has length 1


def widen(tagger: Tagger, train: dict[Kind, Labelled], validation: dict[Kind, Labelled]) -> Wide:
    """Learn the wide part of a tagger that has none; `train` and `validation` hold different groups."""
    heads = len(head_names())
    bias = np.zeros(heads, dtype=np.float32)
    scales = np.tile(np.array([1.0, 0.0, 0.0], dtype=np.float32), (heads, 1))
    lexicons: dict[Kind, Lexicon] = {kind: Lexicon.empty(kind) for kind in KINDS}
    for kind, labelled in train.items():
        lexicons[kind], bias[heads_of(kind)] = _learned(labelled, tagger.vocabulary)
    wide = Wide(lexicons, bias, scales).rounded()
    for kind, labelled in validation.items():
        rows = labelled.units.encode(tagger.vocabulary)
        deep, shallow = tagger.logits(rows), wide.logits(rows, kind)
        for head in range(heads)[heads_of(kind)]:
            scales[head] = mix(
                deep[:, head], shallow[:, head], labelled.targets[:, head], labelled.weights[:, head]
            )
    return Wide(wide.lexicons, wide.bias, scales)


def _learned(labelled: Labelled, vocabulary: Vocabulary) -> tuple[Lexicon, np.ndarray]:
    """The n-grams of one kind with a weight for each of its heads, and the heads' biases.

    Texts for training only carry a tag as often as their author chose. A column of its own, dropped afterwards, takes what
    follows from that; else the words in which such an author writes would.
    """
    kind = labelled.units.kind
    rows = labelled.units.encode(vocabulary)
    texts = np.bincount(ngrams(rows, kind).bucket, minlength=BUCKETS)
    bucket = np.flatnonzero(texts >= LEAST_ROWS)
    idf = np.log((1 + len(labelled)) / (1 + texts[bucket])) + 1
    heads = range(len(head_names()))[heads_of(kind)]
    weight, bias = np.zeros((bucket.size, len(heads))), np.zeros(len(heads))
    lexicon = Lexicon(kind, bucket.astype(np.int32), idf.astype(np.float32), weight.astype(np.float32))
    grams = lexicon.weighed(rows)
    index = grams.row.astype(np.int32), grams.bucket  # the solver reads no wider ones
    features = csr_array((grams.value, index), shape=(len(labelled), bucket.size))
    features = csr_array(hstack([features, csr_array(EXTRA * labelled.extra[:, None])]))
    for i, head in enumerate(heads):
        known = labelled.weights[:, head] > 0
        target = labelled.targets[known, head] >= 0.5
        if known.any() and 0 < target.mean() < 1:
            chosen = np.flatnonzero(known).astype(np.int32)
            model = regression().fit(features[chosen], target, labelled.weights[known, head])
            weight[:, i], bias[i] = model.coef_[0, :-1], np.ravel(model.intercept_)[0]
    return replace(lexicon, weight=weight.astype(np.float32)), bias
