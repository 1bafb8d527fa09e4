import json
from pathlib import Path

import numpy as np
import pytest
from huizan.model.tagger import Tagger
from huizan.model.taxonomy import head_names
from huizan.training.distillation import committee, distil
from huizan.training.labels import read_labels
from huizan.training.splits import split

STAGED = head_names().index("comment_staged")


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    rows = [
        {
            "text": ["演的吧", "好看"][i % 2] + "!?,"[i % 3],
            "group": f"g{i % 30}",
            "labels": {"staged": (i + 1) % 2},
        }
        for i in range(240)
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_the_committee_is_better_than_its_untrained_member(labels: Path, tiny_checkpoint: Path) -> None:
    whole = read_labels(labels, "comment")
    sides = {side: whole.take(rows) for side, rows in split(whole.group).items()}
    found = committee(Tagger.load(tiny_checkpoint, "cpu"), sides)
    p = found.probabilities(sides["test"])[:, STAGED]
    target = sides["test"].targets[:, STAGED] > 0.5
    assert p[target].min() > p[~target].max()


def test_soft_labels_leave_out_the_groups_held_back(
    labels: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    whole = read_labels(labels, "comment")
    sides = split(whole.group)
    held = set(whole.group[sides["validation"]]) | set(whole.group[sides["test"]])
    pool = tmp_path / "pool.jsonl"
    rows = [{"text": "演的\u2028吧", "group": f"g{i}"} for i in range(30)]
    pool.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    out = tmp_path / "soft.jsonl"
    distil(tiny_checkpoint, labels, [pool], "comment", out, most=100, weight=0.5, split_seed=0)
    written = [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n") if line]
    assert {row["group"] for row in written} == {f"g{i}" for i in range(30)} - held
    soft = read_labels(out, "comment")
    assert np.unique(soft.weights[:, STAGED]).tolist() == [0.5]
    assert 0.5 < soft.targets[:, STAGED].mean() < 1
