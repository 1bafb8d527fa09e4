"""Public sets with published results: the same encoder learns each, and stands beside n-grams and the paper.

Each set has one yes/no question (offensive? toxic? bullying? clickbait?). It is learned and mixed with n-grams by the code that
learns our tags, one head carrying the question; official splits are kept, and texts that stand on both sides are dropped
from the training side. Where a set has no official split, whole incidents or a fixed fifth of the rows are held back.

    huizan-train public --encoder checkpoints/encoder --folder corpora --set sccd
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table
from sklearn.metrics import accuracy_score, average_precision_score, f1_score

from ..model.errors import InputError
from ..model.tagger import Tagger
from ..model.taxonomy import Kind, head_names
from ..model.vocabulary import Vocabulary
from .fit import FitSettings, untuned
from .labels import Labelled, from_rows
from .learning import learn
from .metrics import best_threshold
from .ngram import NgramTagger
from .readings import corpus_rows
from .splits import split
from .widening import widen

HELD = 0.1  # of the training side, to calibrate, to mix and to choose the threshold


@dataclass(frozen=True)
class PublicSet:
    """A set: the column and value that mean yes, the tag whose head carries the question, and what was published.

    `group`: the column whose values are held back whole where the set has no official split; empty: a fifth of the rows.
    """

    kind: Kind
    carrier: str
    column: str
    yes: str
    published: str
    group: str = ""


SETS = {
    "cold": PublicSet("comment", "controversy", "label", "1", "accuracy 0.81 (COLDetector, Deng et al. 2022)"),
    "toxicn": PublicSet("comment", "controversy", "toxic", "1", "no figure verified (Lu et al. 2023)"),
    "sccd": PublicSet(
        "comment", "controversy", "label", "CB",
        "accuracy 0.842 BERT-base, 0.858 RoBERTa-wwm, 0.792 COLDetector (Yang et al. 2025, Table 6)",
    ),
    "hancd": PublicSet("video", "clickbait", "clickbait", "1", "no figure verified"),
    "chnci": PublicSet("comment", "controversy", "final", "1", "no figure verified (Zhu et al. 2025)", "incident"),
}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """Accuracy, macro F1 and average precision on the test side of `n` texts; of the tagger and of n-grams alone."""

    name: str
    n: int
    trained: int
    tagger: tuple[float, float, float]
    ngram: tuple[float, float, float]


def measure(name: str, folder: Path, settings: FitSettings, report: Callable[[str], None] = print) -> Result:
    """Learn one set and measure it on its test side.

    Parameters
    ----------
    folder
        Holds `<name>.parquet`, as the data card of the set describes it.

    Raises
    ------
    InputError
        If there is no such set or no such file.
    """
    train, held, test = _sides(name, folder, settings.seed)
    told = SETS[name]
    head = head_names().index(f"{told.kind}_{told.carrier}")
    vocabulary = Vocabulary.read(Path(settings.encoder) / "vocab.txt")
    model = learn([train], [], vocabulary, settings, report)
    tagger = Tagger(model.cpu(), vocabulary, untuned("public", "0"))
    tagger.wide = widen(tagger, {told.kind: train}, {told.kind: held})
    ngram = NgramTagger().fit(train)
    found = []
    for probabilities in (lambda side: tagger.probabilities(side.units), ngram.probabilities):
        threshold = best_threshold(probabilities(held)[:, head], held.targets[:, head], held.weights[:, head])
        found.append(_judged(probabilities(test)[:, head], test.targets[:, head], threshold))
    return Result(name, len(test), len(train), found[0], found[1])


def table(results: list[Result]) -> Table:
    """One line per set."""
    made = Table(title="public sets: this encoder with n-grams, n-grams alone, and what was published")
    columns = ("set", "trained on", "tested on", "accuracy", "macro F1", "AP", "accuracy n-gram", "macro F1 n-gram",
               "AP n-gram", "published")  # fmt: skip
    for column in columns:
        made.add_column(column, justify="left" if column in ("set", "published") else "right")
    for one in results:
        figures = [f"{value:.3f}" for value in (*one.tagger, *one.ngram)]
        made.add_row(one.name, f"{one.trained:,}", f"{one.n:,}", *figures, SETS[one.name].published)
    return made


def _judged(p: np.ndarray, target: np.ndarray, threshold: float) -> tuple[float, float, float]:
    y, given = target >= 0.5, p >= threshold
    return (
        float(accuracy_score(y, given)),
        float(f1_score(y, given, average="macro")),
        float(average_precision_score(y, p)),
    )


def _sides(name: str, folder: Path, seed: int) -> tuple[Labelled, Labelled, Labelled]:
    """Training, held-back and test side of a set."""
    if name not in SETS:
        raise InputError(f"--set is one of {', '.join(SETS)}", f"{name!r}", "Take one of them")
    told, rows, parts = SETS[name], [], []
    for row in corpus_rows(name, folder):
        answer = json.loads(row["labels"]).get(told.column)
        if answer:
            labels = {told.carrier: int(str(answer) == told.yes)}
            rows.append(
                {"text": row["text"], "title": row["text"], "content": row.get("content"), "labels": labels}
            )
            parts.append(str(row.get(told.group) or row.get("split") or ""))
    part = np.array(parts)
    if told.group:
        test = np.isin(np.arange(part.size), split(part, seed)["test"])
    elif {"train", "test"} <= set(parts):
        test = part == "test"
    else:
        test = np.random.default_rng(0).random(part.size) < 0.2
    whole = from_rows(rows, told.kind)
    tested = {whole.units.first[i] for i in np.flatnonzero(test)}
    rest = np.array([i for i in np.flatnonzero(~test) if whole.units.first[i] not in tested])
    held = np.random.default_rng(1).random(rest.size) < HELD
    return whole.take(rest[~held]), whole.take(rest[held]), whole.take(np.flatnonzero(test))
