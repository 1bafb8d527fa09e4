"""Related tasks: texts that others labelled for something akin to our tags, to be learned beside them.

Offence, bullying, stance, agitation, clickbait headlines and emotion each get outputs of their own, which share the encoder with
the tags and are cut off when training ends (Caruana 1997; masked losses for what a corpus does not label). Rows come as
JSONL: `task`, `kind`, `text` and `context` (or `title` and `content`), `label`, and `group`, by which what a split holds
back is left out. `corpora` writes such files; `learning` learns from them.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..model.errors import InputError
from ..model.units import Units, comment_units, video_units


@dataclass(frozen=True)
class Auxiliary:
    """One task: units, their class int64 (n,), and the group of each (n,), with `classes` different classes."""

    name: str
    units: Units
    target: np.ndarray
    classes: int
    group: np.ndarray

    def __len__(self) -> int:
        return len(self.units)

    def without(self, held_back: Collection[str]) -> "Auxiliary":
        """This task without rows of groups in `held_back`."""
        kept = np.flatnonzero([group not in held_back for group in self.group])
        units = Units(
            self.units.kind, [self.units.first[i] for i in kept], [self.units.second[i] for i in kept]
        )
        return replace(self, units=units, target=self.target[kept], group=self.group[kept])


def read_auxiliary(path: Path) -> list[Auxiliary]:
    """The tasks of a JSONL file, in the order of their names.

    Raises
    ------
    InputError
        If a line lacks a task, a kind or a label.
    """
    tasks: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for number, line in enumerate(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"), start=1):
        try:
            row = json.loads(line)
            tasks[row["task"], row["kind"]].append(row | {"label": str(row["label"])})
        except (ValueError, KeyError, TypeError) as problem:
            raise InputError(
                must='Every line is a JSON object with "task", "kind", a text and "label"',
                found=f"{path}, line {number}: {problem!r}",
                do="Mend the line or leave it out; `huizan-train corpora` writes such files",
            ) from problem
    return [_task(name, kind, rows) for (name, kind), rows in sorted(tasks.items())]


def _task(name: str, kind: str, rows: list[dict]) -> Auxiliary:
    if kind == "comment":
        units = comment_units([row["text"] for row in rows], [row.get("context") or "" for row in rows])
    else:
        units = video_units([{"description": row.get("content"), **row} for row in rows])
    labels, target = np.unique([row["label"] for row in rows], return_inverse=True)
    group = np.array([str(row.get("group") or row.get("source") or "") for row in rows], dtype=object)
    return Auxiliary(name, units, target.astype(np.int64), labels.size, group)


def task_sample(tasks: list[Auxiliary], most: int, rng: np.random.Generator) -> np.ndarray:
    """Row numbers of one pass among the rows of all tasks, one task after the other.

    A task's share is the square root of its size, so that a large corpus does not drown a small one; at most `most` in all.
    """
    sizes = np.array([len(task) for task in tasks], dtype=float)
    if not sizes.sum():
        return np.zeros(0, dtype=np.int64)
    shares = np.sqrt(sizes) / np.sqrt(sizes).sum()
    counts = np.minimum(sizes, np.ceil(shares * most)).astype(int)
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    return np.concatenate(
        [first + rng.permutation(int(n))[:k] for first, n, k in zip(firsts, sizes, counts, strict=True)]
    )
