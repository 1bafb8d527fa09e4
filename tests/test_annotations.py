"""Exports are written here in the exact shapes of the two tools, and what comes of them is counted by hand."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from huizan.model.errors import InputError
from huizan.training.annotations import Vote, read_export

from tests.tables import jsonl


def annotation(number: int, by: Any, *choices: str, cancelled: bool = False, **more: Any) -> dict[str, Any]:
    result = [
        {"id": f"r{number}", "from_name": "tags", "to_name": "text", "origin": "manual", "type": "choices",
         "value": {"choices": list(choices)}}
    ] if choices else []  # fmt: skip
    return {
        "id": number, "completed_by": by, "result": result, "was_cancelled": cancelled, "ground_truth": False,
        "created_at": "2026-11-01T08:00:00.000000Z", "updated_at": "2026-11-01T08:00:00.000000Z", "draft_created_at": None,
        "lead_time": 4.2, "prediction": {}, "result_count": len(result), "task": 1, "parent_prediction": None,
    } | more  # fmt: skip


def label_studio(path: Path, *tasks: dict[str, Any]) -> Path:
    told = [
        {"id": i, "drafts": [], "predictions": [], "meta": {}, "project": 3, "total_annotations": 2} | task
        for i, task in enumerate(tasks, start=1)
    ]
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return path


def test_label_studio_with_several_annotators(tmp_path: Path) -> None:
    unsure = {"from_name": "unsure", "to_name": "text", "type": "choices", "value": {"choices": ["拿不准"]}}
    span = {"from_name": "spans", "to_name": "text", "type": "labels",
            "value": {"start": 0, "end": 2, "text": "摆拍", "labels": ["摆拍"]}}  # fmt: skip
    path = label_studio(
        tmp_path / "project-3.json",
        {
            "data": {
                "text": "演的吧",
                "title": "街头",
                "comment_id": "73000000000000000001",
                "video_id": "v1",
            },
            "annotations": [
                annotation(1, 1, "摆拍", "标题党"),
                annotation(2, {"id": 2, "email": "li@example.org"}, "staged"),
                annotation(3, 3, "争议", cancelled=True),
            ],
        },
        {"data": {"text": "好看"}, "annotations": [annotation(4, 1), annotation(5, 2, "都没有")]},
        {"data": {"text": "这摆拍"}, "annotations": [annotation(6, 1, result=[span, unsure])]},
        {"data": {"text": "没人看"}, "annotations": []},
    )
    found = read_export([path], "comment")
    assert [item.data["text"] for item in found.texts] == ["演的吧", "好看", "这摆拍"]
    assert found.texts[0].data["comment_id"] == "73000000000000000001"
    assert found.texts[0].votes == {
        "1": Vote(frozenset({"staged", "clickbait"}), False),
        "li@example.org": Vote(frozenset({"staged"}), False),
    }
    assert found.texts[1].votes == {"1": Vote(frozenset(), False), "2": Vote(frozenset(), False)}
    assert found.texts[2].votes == {"1": Vote(frozenset({"staged"}), True)}
    assert found.counts == {"cancelled": 1, "not annotated": 1}


def test_the_later_word_of_one_annotator_counts_and_unnamed_ones_are_apart(tmp_path: Path) -> None:
    path = label_studio(
        tmp_path / "e.json",
        {"data": {"text": "甲"}, "annotations": [annotation(1, 7, "摆拍"), annotation(2, 7, "争议")]},
        {"data": {"text": "乙"}, "annotations": [annotation(3, None, "摆拍"), annotation(4, None)]},
    )
    found = read_export([path], "comment")
    assert found.texts[0].votes == {"7": Vote(frozenset({"controversy"}), False)}
    assert len(found.texts[1].votes) == 2
    assert found.counts == {"annotated again by the same person": 1}


def test_doccano_files_of_two_annotators_in_a_zip(tmp_path: Path) -> None:
    first = jsonl(
        tmp_path / "wang.jsonl",
        {
            "id": 11,
            "text": "演的吧\n\n【视频标题】街头",
            "label": ["摆拍", "质量差"],
            "Comments": [],
            "comment_id": "c1",
        },
        {"id": 12, "text": "#好物 真的", "label": ["none"], "Comments": []},
        {"id": 13, "text": "没看", "label": [], "Comments": []},
    )
    second = jsonl(
        tmp_path / "li.jsonl",
        {
            "id": 11,
            "text": "演的吧\n\n【视频标题】街头",
            "label": ["low quality"],
            "Comments": [],
            "comment_id": "c1",
        },
        {"id": 12, "text": "#好物 真的", "label": ["Clickbait", "拿不准"], "Comments": []},
    )
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for path in (first, second):
            file.write(path, path.name)
    found = read_export([packed], "comment")
    one, two = found.texts
    assert (one.data["text"], one.data["title"]) == ("演的吧", "街头")
    assert one.votes == {
        "wang": Vote(frozenset({"staged", "low_quality"}), False),
        "li": Vote(frozenset({"low_quality"}), False),
    }
    assert two.data["text"] == "#好物 真的" and two.votes["li"] == Vote(frozenset({"clickbait"}), True)
    assert found.counts == {"not annotated": 1}
    assert len(read_export([packed], "comment", empty_is_none=True).texts) == 3
    packed.unlink()
    assert read_export([tmp_path], "comment").texts[1].votes == two.votes  # the folder, unpacked


def test_doccano_csv_joins_labels_by_hash_signs(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    lines = [
        "id,text,label,Comments",
        '1,"#标题 里有,逗号#和井号",摆拍#标题党,',
        "2,好看,,",
        '3,"两\n行",争议,',
    ]
    path.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    found = read_export([path], "comment")
    assert [item.data["text"] for item in found.texts] == ["#标题 里有,逗号#和井号", "两\n行"]
    assert found.texts[0].votes == {"all": Vote(frozenset({"staged", "clickbait"}), False)}


def test_doccano_json_and_spans(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    rows = [
        {"id": 1, "text": "这是摆拍", "label": [[2, 4, "摆拍"]]},
        {"id": 2, "text": "好", "label": ["争议"], "x": float("nan")},
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    found = read_export([path], "comment")
    assert [sorted(item.votes["all"].tags) for item in found.texts] == [["staged"], ["controversy"]]
    assert "x" not in found.texts[1].data


def test_a_video_shown_as_one_text_is_taken_apart(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "all.jsonl", {"id": 1, "text": "标题\n\n正文\n\n更多", "label": ["争议"]})
    data = read_export([path], "video").texts[0].data
    assert (data["title"], data["description"]) == ("标题", "正文\n\n更多")


BAD = {
    "a label that is no tag": ('[{"data": {"text": "好"}, "annotations": [{"completed_by": 1, "result": '
                               '[{"value": {"choices": ["假唱"]}}]}]}]', ".json", "task 1: '假唱'"),
    "a tag of the other kind": ('{"text": "好", "label": ["质量差"]}', ".jsonl", "line 1: '质量差'"),
    "a flattened export": ('[{"id": 1, "tags": "摆拍"}]', ".json", "not JSON-MIN"),
    "no list": ('{"data": {}}', ".json", "not a list"),
    "a broken line": ('{"text": "好", "label": ["争议"]}\n{"text": ', ".jsonl", "line 2"),
    "another CSV": ("a,b\n1,2\n", ".csv", "has a, b"),
    "nothing annotated": ('{"text": "好", "label": []}', ".jsonl", "1 not annotated"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "ending", "said"), BAD.values(), ids=BAD)
def test_what_is_no_export_is_refused(tmp_path: Path, content: str, ending: str, said: str) -> None:
    path = tmp_path / f"export{ending}"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_export([path], "video")


def test_files_that_are_not_there_or_not_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no .*gone\.json"):
        read_export([tmp_path / "gone.json"], "video")
    (tmp_path / "bad.zip").write_bytes(b"PK nothing")
    with pytest.raises(InputError, match=r"bad\.zip"):
        read_export([tmp_path / "bad.zip"], "video")
    (tmp_path / "gbk.jsonl").write_bytes('{"text": "演的", "label": ["摆拍"]}'.encode("gbk"))
    with pytest.raises(InputError, match="UTF-8"):
        read_export([tmp_path / "gbk.jsonl"], "video")
