"""Labelled texts: rows of our tags, as units with targets, weights and the group that must not be split.

Labels come as JSONL, one text a line: `text` and `context` for a comment, `title` and `content` for a video (or the
columns of the contract), `labels` {tag: 0 or 1 or a share of readers}, `unsure`, `source`, `incident` or `group`, and
`difficulty` where its author says one. A tag that a line does not mention is unknown and carries no weight. It knows
nothing of models.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..model.errors import InputError
from ..model.taxonomy import Kind, head_names, tag_names
from ..model.units import Units, comment_units, video_units

UNSURE_WEIGHT = 0.4


@dataclass(frozen=True)
class Labelled:
    """Units of one kind with their labels.

    `targets` float32 (n, heads): shares in [0, 1]; `weights` float32 (n, heads): 0 where unknown; `group` (n,):
    incident, parent post or source; `source` (n,); `unsure` bool (n,); `difficulty` (n,), empty where unknown; `extra`
    bool (n,): for training only, and so with a tag as often as whoever made them chose.
    """

    units: Units
    targets: np.ndarray
    weights: np.ndarray
    group: np.ndarray
    source: np.ndarray
    unsure: np.ndarray
    difficulty: np.ndarray
    extra: np.ndarray

    def __len__(self) -> int:
        return len(self.units)

    def take(self, rows: np.ndarray) -> "Labelled":
        """The rows `rows`, in that order."""
        first = [self.units.first[i] for i in rows]
        second = [self.units.second[i] for i in rows]
        return Labelled(
            Units(self.units.kind, first, second),
            self.targets[rows],
            self.weights[rows],
            self.group[rows],
            self.source[rows],
            self.unsure[rows],
            self.difficulty[rows],
            self.extra[rows],
        )

    def as_extra(self) -> "Labelled":
        """The same rows, known to be for training only."""
        return replace(self, extra=np.ones(len(self), dtype=bool))

    def firm(self) -> "Labelled":
        """The rows on which careful readers would agree; others have no right answer to calibrate or to measure by."""
        return self.take(np.flatnonzero(~self.unsure))


def read_labels(path: Path, kind: Kind) -> Labelled:
    """Read a JSONL file of labels for units of one kind.

    Raises
    ------
    InputError
        If a line is no JSON object with text and labels, naming the line.
    """
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"), start=1):
        try:
            row = json.loads(line)
            row["labels"].items()
        except (ValueError, KeyError, AttributeError, TypeError) as problem:
            raise InputError(
                must='Every line is a JSON object with "labels": {tag: 0 or 1}',
                found=f"{path}, line {number}: {problem!r}",
                do="Mend the line or leave it out",
            ) from problem
        rows.append(row)
    return from_rows(rows, kind)


def from_rows(rows: list[dict], kind: Kind) -> Labelled:
    """Labels from parsed rows; see the module's first lines for the columns."""
    if kind == "comment":
        units = comment_units([row["text"] for row in rows], [row.get("context") or "" for row in rows])
    else:
        units = video_units([{"description": row.get("content"), **row} for row in rows])
    heads = {name: i for i, name in enumerate(head_names())}
    targets = np.zeros((len(rows), len(heads)), dtype=np.float32)
    weights = np.zeros_like(targets)
    unsure = np.array([bool(row.get("unsure")) for row in rows], dtype=bool)
    for i, row in enumerate(rows):
        for tag in tag_names(kind):
            if row["labels"].get(tag) is not None:
                targets[i, heads[f"{kind}_{tag}"]] = row["labels"][tag]
                weights[i, heads[f"{kind}_{tag}"]] = row.get("weight", 1.0) * (
                    UNSURE_WEIGHT if unsure[i] else 1.0
                )
    return Labelled(
        units,
        targets,
        weights,
        np.array([_group(row, kind) for row in rows], dtype=object),
        np.array([str(row.get("source", "")) for row in rows], dtype=object),
        unsure,
        np.array([str(row.get("difficulty") or "") for row in rows], dtype=object),
        np.zeros(len(rows), dtype=bool),
    )


def concatenate(parts: Iterable[Labelled]) -> Labelled:
    """Labelled units of one kind, one set after the other."""
    parts = [part for part in parts if len(part)]
    kind = parts[0].units.kind
    units = Units(kind, [t for p in parts for t in p.units.first], [t for p in parts for t in p.units.second])
    columns = ("targets", "weights", "group", "source", "unsure", "difficulty", "extra")
    return Labelled(units, *(np.concatenate([getattr(p, c) for p in parts]) for c in columns))


def _group(row: dict, kind: Kind) -> str:
    """What must stand on one side of a split: the incident or parent post of a comment, else the source."""
    if row.get("group"):
        return str(row["group"])
    if kind == "comment" and (row.get("incident") or row.get("context")):
        return str(row.get("incident") or row["context"])
    return str(row.get("source", ""))
