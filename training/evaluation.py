"""Evaluation: a tagger and the n-gram baseline on the same labelled units, in one table.

The one place where predictions meet labels: `fit` calls it at its end, `huizan-train evaluate` for any checkpoint and
any labelled file. Thresholds are the checkpoint's own; the baseline's come from the data it was trained on.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from rich.table import Table

from ..model.tagger import Tagger
from ..model.taxonomy import Kind, head_names, heads_of
from .labels import Labelled, read_labels
from .metrics import LEAST_POSITIVES, TagMetrics, best_threshold, tag_metrics
from .ngram import NgramTagger
from .splits import split


@dataclass(frozen=True)
class Evaluation:
    """Metrics per head; `baseline` is empty where there was nothing to train one on.

    `parts`: those on each source and each difficulty alone, where a head has enough positives there; `baseline_parts`: the same
    of the baseline.
    `judged`: {head: (probability, target)} of the texts that the tagger was measured on, for `reliability`.
    """

    tagger: dict[str, TagMetrics]
    baseline: dict[str, TagMetrics]
    parts: dict[str, dict[str, TagMetrics]] = field(default_factory=dict)
    baseline_parts: dict[str, dict[str, TagMetrics]] = field(default_factory=dict)
    judged: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, dict[str, dict[str, float | None]]]:
        """Plain numbers for JSON; what could not be measured is None."""
        theirs = {f"ngram_baseline {part}": heads for part, heads in self.baseline_parts.items()}
        sides = {"tagger": self.tagger, "ngram_baseline": self.baseline, **self.parts, **theirs}
        return {
            name: {head: {k: _number(v) for k, v in asdict(m).items()} for head, m in side.items()}
            for name, side in sides.items()
        }

    def table(self) -> Table:
        """One line per head, the tagger beside the baseline."""
        table = Table(title="tagger beside character n-gram logistic regression")
        columns = ("head", "n", "positive", "AP", "95 %", "AP n-gram", "ROC-AUC", "ROC n-gram", "F1", "F1 n-gram", "ECE",
                   "ECE n-gram")  # fmt: skip
        for column in columns:
            table.add_column(column, justify="left" if column == "head" else "right")
        for head, ours in self.tagger.items():
            theirs = self.baseline.get(head)
            figures = [
                f"{getattr(side, name, math.nan):.3f}"
                for name in ("average_precision", "roc_auc", "f1", "ece")
                for side in (ours, theirs)
            ]
            figures.insert(1, f"{ours.low:.3f}–{ours.high:.3f}")
            table.add_row(head, str(ours.n), str(ours.positives), *figures)
        return table

    def parts_table(self) -> Table:
        """One line per source or difficulty and head."""
        table = Table(title="by source and by difficulty")
        for column in ("part", "head", "n", "positive", "AP", "95 %", "AP n-gram", "ROC-AUC", "F1", "ECE"):
            table.add_column(column, justify="left" if column in ("part", "head") else "right")
        sources: dict[str, list[tuple[float, float]]] = {}
        for part, heads in self.parts.items():
            for head, m in heads.items():
                theirs = self.baseline_parts.get(part, {}).get(head)
                figures = (theirs.average_precision if theirs else math.nan, m.roc_auc, m.f1, m.ece)
                span = f"{m.low:.3f}–{m.high:.3f}"
                table.add_row(
                    part, head, str(m.n), str(m.positives), f"{m.average_precision:.3f}", span,
                    *(f"{x:.3f}" for x in figures),
                )  # fmt: skip
                if "source " in part:
                    sources.setdefault(head, []).append((m.average_precision, figures[0]))
        for head, found in sources.items():
            ours, theirs = np.mean(found, axis=0)
            table.add_row(f"mean of {len(found)} sources", head, "", "", f"{ours:.3f}", "", f"{theirs:.3f}")
        return table


def evaluate(
    tagger: Tagger,
    labelled: Mapping[Kind, Labelled],
    baseline_from: Mapping[Kind, Labelled] | None = None,
    validation: Mapping[Kind, Labelled] | None = None,
) -> Evaluation:
    """Measure a tagger on labelled units of each kind.

    Rows on which two careful readers would split (`unsure`) are left out.

    Parameters
    ----------
    baseline_from
        What the n-gram baseline is trained on; None leaves it out.
    validation
        Units by which calibration and thresholds were chosen but no weight was learned; told as parts, for their average
        precision is as honest as that of `labelled`, and where there are few sources it is most of what can be known.
    """
    result = Evaluation({}, {})
    for kind, whole in labelled.items():
        baseline = _Baseline.learned_from(baseline_from[kind]) if baseline_from else None
        data = whole.firm()
        found = tagger.probabilities(data.units)
        for i in range(len(head_names()))[heads_of(kind)]:
            known = data.weights[:, i] > 0
            if known.any():
                result.judged[head_names()[i]] = found[known, i], data.targets[known, i]
        result.tagger.update(_measure(data, found, tagger.card.thresholds))
        _measure_parts(result.parts, "", data, found, tagger.card.thresholds)
        if baseline:
            theirs = baseline.ngrams.probabilities(data)
            result.baseline.update(_measure(data, theirs, baseline.thresholds))
            _measure_parts(result.baseline_parts, "", data, theirs, baseline.thresholds)
        if validation:
            data = validation[kind].firm()
            found = tagger.probabilities(data.units)
            _measure_parts(result.parts, "validation ", data, found, tagger.card.thresholds)
            if baseline:
                theirs = baseline.ngrams.probabilities(data)
                _measure_parts(result.baseline_parts, "validation ", data, theirs, baseline.thresholds)
    return result


@dataclass(frozen=True)
class _Baseline:
    """The n-gram baseline and its own thresholds."""

    ngrams: NgramTagger
    thresholds: dict[str, float]

    @classmethod
    def learned_from(cls, source: Labelled) -> "_Baseline":
        ngrams = NgramTagger().fit(source)
        seen = ngrams.probabilities(source)
        thresholds = {
            name: best_threshold(seen[:, i], source.targets[:, i], source.weights[:, i])
            for i, name in enumerate(head_names())
        }
        return cls(ngrams, thresholds)


def _measure_parts(
    parts: dict[str, dict[str, TagMetrics]],
    prefix: str,
    data: Labelled,
    probability: np.ndarray,
    thresholds: Mapping[str, float],
) -> None:
    """Add to `parts` what is found on each part of `data` where a head has enough positives."""
    for name, rows in _parts(data):
        measured = _measure(data.take(rows), probability[rows], thresholds)
        enough = {head: m for head, m in measured.items() if m.positives >= LEAST_POSITIVES}
        if enough:
            parts.setdefault(prefix + name, {}).update(enough)


def _parts(data: Labelled) -> Iterator[tuple[str, np.ndarray]]:
    """Names and rows of every source and difficulty that there are two of."""
    for column in ("source", "difficulty"):
        names = getattr(data, column)
        there = sorted(set(names.tolist()) - {""})
        for name in there if len(there) > 1 else []:
            yield f"{column} {name}", np.flatnonzero(names == name)


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
    data: Labelled, probability: np.ndarray, thresholds: Mapping[str, float]
) -> dict[str, TagMetrics]:
    return {
        head_names()[i]: tag_metrics(
            probability[:, i],
            data.targets[:, i],
            data.weights[:, i],
            thresholds[head_names()[i]],
            data.group,
        )
        for i in range(len(head_names()))[heads_of(data.units.kind)]
    }


def _number(value: float) -> float | None:
    return None if isinstance(value, float) and math.isnan(value) else round(value, 4)
