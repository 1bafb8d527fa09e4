"""The baseline that the tagger must beat: character n-grams and a logistic regression for each head.

It reads the same normalised units and is judged by the same function (`metrics`). It is never shipped.
"""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from ..model.taxonomy import head_names
from .labels import Labelled


class NgramTagger:
    """TF-IDF of character 1- to 3-grams, then one logistic regression per head.

    Comments are read without their title, which only names the incident and does not carry over to unseen ones; videos
    are read whole.
    """

    def fit(self, labelled: Labelled) -> "NgramTagger":
        """Learn from labelled units of one kind; a head with one class only is not learned."""
        self._vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
        features = self._vectoriser.fit_transform(_texts(labelled))
        self._models: dict[int, LogisticRegression] = {}
        for head in range(len(head_names())):
            known = labelled.weights[:, head] > 0
            target = labelled.targets[known, head] >= 0.5
            if known.any() and 0 < target.mean() < 1:
                self._models[head] = regression().fit(features[known], target, labelled.weights[known, head])
        return self

    def probabilities(self, labelled: Labelled) -> np.ndarray:
        """Probability of every head; float32 (n, heads), 0 for a head that was not learned."""
        features = self._vectoriser.transform(_texts(labelled))
        result = np.zeros((len(labelled), len(head_names())), dtype=np.float32)
        for head, model in self._models.items():
            result[:, head] = model.predict_proba(features)[:, 1]
        return result


def regression() -> LogisticRegression:
    """The regression of one head, here and in the tagger's wide part (`widening`): what differs between them is not this."""
    # liblinear: on sparse rows its Newton steps end in seconds where L-BFGS takes minutes.
    return LogisticRegression(C=20.0, class_weight="balanced", solver="liblinear")


def _texts(labelled: Labelled) -> list[str]:
    return labelled.units.first if labelled.units.kind == "comment" else labelled.units.joined()
