import json
from pathlib import Path

import numpy as np
import pytest
from huizan.model.errors import InputError
from huizan.training.auxiliary import read_auxiliary, task_sample


def tasks(path: Path, large: int = 400, small: int = 4) -> Path:
    rows = [
        {"task": "offence", "kind": "comment", "text": f"句子{i}", "label": i % 2, "group": f"g{i % 10}"}
        for i in range(large)
    ]
    rows += [
        {"task": "headline", "kind": "video", "title": f"标题{i}", "content": "正文", "label": "yn"[i % 2]}
        for i in range(small)
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_tasks_are_read_with_their_classes_and_groups(tmp_path: Path) -> None:
    headline, offence = read_auxiliary(tasks(tmp_path / "a.jsonl"))
    assert (headline.name, headline.units.kind, headline.classes) == ("headline", "video", 2)
    assert (offence.name, offence.units.kind, len(offence)) == ("offence", "comment", 400)
    assert offence.target.tolist()[:3] == [0, 1, 0]
    assert set(offence.without({"g3"}).group) == {f"g{i}" for i in range(10) if i != 3}
    assert "句子3" not in offence.without({"g3"}).units.first


def test_a_small_task_is_not_drowned_by_a_large_one(tmp_path: Path) -> None:
    found = read_auxiliary(tasks(tmp_path / "a.jsonl", large=400, small=4))
    rows = task_sample(found, 110, np.random.default_rng(0))
    assert (rows < 4).sum() == 4 and 95 <= (rows >= 4).sum() <= 101
    assert rows.size == np.unique(rows).size and rows.max() < 404
    assert task_sample([], 10, np.random.default_rng(0)).size == 0


def test_a_line_without_a_label_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"task": "a", "kind": "comment", "text": "x", "label": 1}\n{"task": "a"}\n')
    with pytest.raises(InputError, match="line 2"):
        read_auxiliary(path)
