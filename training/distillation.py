"""Distillation: what a committee says of many unlabelled texts becomes soft labels for one small tagger.

The committee is a fitted tagger and the n-gram baseline, which err differently; each is calibrated on validation groups and
their logits are averaged (Hinton, Vinyals and Dean 2015, arXiv:1503.02531). The baseline is trained on training groups only,
and texts of groups that validation or test hold are left out, so that nothing of the test reaches the student. `fit` then
learns from the soft labels as from any others.

    huizan-train distil --model checkpoint --comments comments.jsonl --unlabelled pool.jsonl --kind comment --out soft.jsonl
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..model.tagger import Tagger
from ..model.taxonomy import Kind, head_names, tag_names
from ..model.whole import whole
from .calibration import platt
from .labels import Labelled, from_rows, read_labels
from .metrics import tag_metrics
from .ngram import NgramTagger
from .splits import Side, split

_CLIP = 1e-4


@dataclass(frozen=True)
class Committee:
    """A tagger and a baseline for one kind, with the scale and shift of each head of each."""

    tagger: Tagger
    ngram: NgramTagger
    scaled: tuple[list[tuple[float, float]], list[tuple[float, float]]]

    def probabilities(self, texts: Labelled) -> np.ndarray:
        """Mean of the calibrated logits, as probabilities; float64 (n, heads)."""
        members = (self.tagger.probabilities(texts.units), self.ngram.probabilities(texts))
        logits = [
            _logit(p) * np.array([s for s, _ in scale]) + np.array([b for _, b in scale])
            for p, scale in zip(members, self.scaled, strict=True)
        ]
        return 1 / (1 + np.exp(-np.mean(logits, axis=0)))


def committee(tagger: Tagger, sides: dict[Side, Labelled]) -> Committee:
    """Train the baseline on the training side and calibrate both members on the validation side."""
    ngram = NgramTagger().fit(sides["train"])
    held = sides["validation"]
    members = (tagger.probabilities(held.units), ngram.probabilities(held))
    scaled = tuple(
        [platt(_logit(p)[:, i], held.targets[:, i], held.weights[:, i]) for i in range(p.shape[1])]
        for p in members
    )
    return Committee(tagger, ngram, (scaled[0], scaled[1]))


def distil(
    model: Path,
    labels: Path,
    unlabelled: list[Path],
    kind: Kind,
    out: Path,
    *,
    most: int,
    weight: float,
    split_seed: int,
) -> dict[str, float]:
    """Write soft labels of at most `most` unlabelled texts, each with `weight`.

    Returns
    -------
    The committee's average precision on the validation groups, by head.
    """
    labelled = read_labels(labels, kind)
    sides: dict[Side, Labelled] = {
        side: labelled.take(rows) for side, rows in split(labelled.group, split_seed).items()
    }
    found = committee(Tagger.load(model, "cpu"), sides)
    held_back = set(sides["validation"].group) | set(sides["test"].group)
    rows = [
        json.loads(line) | {"labels": {}}
        for path in unlabelled
        for line in path.read_text("utf-8").split("\n")
        if line
    ]
    texts = from_rows(rows, kind)
    kept = np.flatnonzero([group not in held_back for group in texts.group])
    kept = np.sort(np.random.default_rng(0).permutation(kept)[:most])
    soft = found.probabilities(texts.take(kept))
    at = {tag: head_names().index(f"{kind}_{tag}") for tag in tag_names(kind)}
    with whole(out) as temporary, open(temporary, "w", encoding="utf-8") as file:
        for i, values in zip(kept, soft, strict=True):
            tags = {tag: round(float(values[column]), 4) for tag, column in at.items()}
            print(json.dumps(rows[i] | {"labels": tags, "weight": weight}, ensure_ascii=False), file=file)
    held = sides["validation"]
    p = found.probabilities(held)
    return {
        f"{kind}_{tag}": tag_metrics(p[:, c], held.targets[:, c], held.weights[:, c], 0.5).average_precision
        for tag, c in at.items()
    }


def _logit(p: np.ndarray) -> np.ndarray:
    p = np.clip(p.astype(np.float64), _CLIP, 1 - _CLIP)
    return np.log(p) - np.log1p(-p)
