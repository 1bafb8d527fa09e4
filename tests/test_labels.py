import json
from pathlib import Path

import numpy as np
import pytest
from huizan.model.errors import InputError
from huizan.model.taxonomy import head_names
from huizan.training.labels import UNSURE_WEIGHT, concatenate, read_labels

COMMENTS = [
    {"text": "演的吧", "context": "街头偶遇", "source": "a", "labels": {"staged": 1, "clickbait": 0}},
    {"text": "没用", "source": "b", "labels": {"low_quality": 0.5}, "unsure": True, "incident": "事件"},
    {"text": "好看", "source": "b", "labels": {}},
]


def jsonl(path: Path, rows: list) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def column(name: str) -> int:
    return head_names().index(name)


def test_labels_become_targets_and_unknown_ones_weigh_nothing(tmp_path: Path) -> None:
    read = read_labels(jsonl(tmp_path / "c.jsonl", COMMENTS), "comment")
    assert read.targets[:, column("comment_staged")].tolist() == [1, 0, 0]
    assert read.weights[:, column("comment_staged")].tolist() == [1, 0, 0]
    assert read.targets[1, column("comment_low_quality")] == 0.5
    assert read.weights[1, column("comment_low_quality")] == np.float32(UNSURE_WEIGHT)
    assert not read.weights[:, column("video_staged")].any()
    assert read.group.tolist() == ["街头偶遇", "事件", "b"]


def test_a_video_is_read_from_title_and_content(tmp_path: Path) -> None:
    row = {"title": "标题", "content": "正文", "source": "x", "labels": {"clickbait": 1}}
    read = read_labels(jsonl(tmp_path / "v.jsonl", [row]), "video")
    assert (read.units.first, read.units.second, read.group.tolist()) == (["标题"], ["正文"], ["x"])


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "c.jsonl", [COMMENTS[0], {"text": "无标签"}])
    with pytest.raises(InputError, match="line 2"):
        read_labels(path, "comment")


def test_parts_are_put_together_in_order(tmp_path: Path) -> None:
    read = read_labels(jsonl(tmp_path / "c.jsonl", COMMENTS), "comment")
    both = concatenate([read.take(np.array([2])), read.take(np.array([0, 1]))])
    assert both.units.first == ["好看", "演的吧", "没用"]
    assert both.targets.shape == (3, len(head_names()))
