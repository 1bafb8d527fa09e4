"""Evaluation: a tagger and the n-gram baseline on the same labelled units, in one table.

The one place where predictions meet labels: `fit` calls it at its end, `huizan-train evaluate` for any checkpoint and
any labelled file. Thresholds are the checkpoint's own; the baseline's come from the data it was trained on.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from ..model.tagger import Tagger
from ..model.taxonomy import Kind, head_names
from .labels import Labelled, read_labels
from .metrics import TagMetrics, best_threshold, tag_metrics
from .ngram import NgramTagger
from .splits import split


@dataclass(frozen=True)
class Evaluation:
    """Metrics per head; `baseline` is empty where there was nothing to train one on."""

    tagger: dict[str, TagMetrics]
    baseline: dict[str, TagMetrics]

    def as_dict(self) -> dict[str, dict[str, dict[str, float | None]]]:
        """Plain numbers for JSON; what could not be measured is None."""
        return {
            name: {head: {k: _number(v) for k, v in asdict(m).items()} for head, m in side.items()}
            for name, side in (("tagger", self.tagger), ("ngram_baseline", self.baseline))
        }

    def table(self) -> Table:
        """One line per head, the tagger beside the baseline."""
        table = Table(title="tagger beside character n-gram logistic regression, unseen groups")
        for column in (
            "head",
            "n",
            "positive",
            "AP",
            "AP n-gram",
            "ROC-AUC",
            "ROC n-gram",
            "F1",
            "F1 n-gram",
            "ECE",
            "ECE n-gram",
        ):
            table.add_column(column, justify="left" if column == "head" else "right")
        for head, ours in self.tagger.items():
            theirs = self.baseline.get(head)
            pairs = [
                (getattr(ours, m), getattr(theirs, m, math.nan))
                for m in ("average_precision", "roc_auc", "f1", "ece")
            ]
            table.add_row(
                head, str(ours.n), str(ours.positives), *(f"{x:.3f}" for pair in pairs for x in pair)
            )
        return table


def evaluate(
    tagger: Tagger, labelled: Mapping[Kind, Labelled], baseline_from: Mapping[Kind, Labelled] | None = None
) -> Evaluation:
    """Measure a tagger on labelled units of each kind.

    Parameters
    ----------
    baseline_from
        What the n-gram baseline is trained on; None leaves it out.
    """
    ours: dict[str, TagMetrics] = {}
    theirs: dict[str, TagMetrics] = {}
    for kind, data in labelled.items():
        ours |= _measure(kind, data, tagger.probabilities(data.units), tagger.card.thresholds)
        if baseline_from:
            learned = NgramTagger().fit(baseline_from[kind])
            seen = learned.probabilities(baseline_from[kind])
            source = baseline_from[kind]
            thresholds = {
                name: best_threshold(seen[:, i], source.targets[:, i], source.weights[:, i])
                for i, name in enumerate(head_names())
            }
            theirs |= _measure(kind, data, learned.probabilities(data), thresholds)
    return Evaluation(ours, theirs)


def evaluate_files(
    tagger: Tagger, comments: Path | None, videos: Path | None, side: str = "all", seed: int = 0
) -> Evaluation:
    """Measure a tagger on files of labels: all their rows, or the groups that a fit with `seed` kept for testing."""
    given: dict[Kind, Labelled] = {}
    learned_from: dict[Kind, Labelled] = {}
    files: dict[Kind, Path | None] = {"comment": comments, "video": videos}
    for kind, path in files.items():
        if path is None:
            continue
        given[kind] = read_labels(path, kind)
        if side == "test":
            sides = split(given[kind].group, seed)
            learned_from[kind] = given[kind].take(sides["train"])
            given[kind] = given[kind].take(sides["test"])
    return evaluate(tagger, given, learned_from or None)


def _measure(
    kind: Kind, data: Labelled, probability: np.ndarray, thresholds: Mapping[str, float]
) -> dict[str, TagMetrics]:
    return {
        name: tag_metrics(probability[:, i], data.targets[:, i], data.weights[:, i], thresholds[name])
        for i, name in enumerate(head_names())
        if name.startswith(f"{kind}_")
    }


def _number(value: float) -> float | None:
    return None if isinstance(value, float) and math.isnan(value) else round(value, 4)
