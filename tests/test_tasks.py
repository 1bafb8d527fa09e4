import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from huizan.model.errors import InputError
from huizan.training.annotations import read_export
from huizan.training.sampling import Drawn, Sample, SampleSettings
from huizan.training.tasks import NONE, UNSURE, choices, write_tasks

DRAWN = [
    Drawn({"text": f"演的吧{i}", "title": "街头", "comment_id": str(i), "video_id": "v", "model": "m"},
          {"clickbait": 0.1, "staged": 0.9 - i / 2, "controversy": 0.2, "low_quality": 0.1}, 0.5)
    for i in range(3)
]  # fmt: skip


def settings(tool: str, **changes: Any) -> SampleSettings:
    return SampleSettings("c.csv", None, tool, "random", 3, chunk=2, **changes)


def test_label_studio_tasks_come_in_chunks_with_a_set_up_that_fits(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "tasks"
    files = write_tasks(Sample("comment", DRAWN, {"rows": 6, "drawn": 3}), settings("label-studio"), out)
    assert [file.name for file in files] == ["tasks-000.json", "tasks-001.json"]
    first, second = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    assert len(first) == 2 and len(second) == 1
    data = first[0]["data"]
    assert (data["text"], data["title"], data["comment_id"], data["drawn_with"]) == (
        "演的吧0",
        "街头",
        "0",
        0.5,
    )
    assert "predictions" not in first[0]
    view = ElementTree.parse(out / "config.xml").getroot()
    tags = next(part for part in view.iter("Choices") if part.get("name") == "tags")
    assert [c.get("value") for c in tags] == choices("comment") and tags.get("toName") == "text"
    used = {part.get("value", "").removeprefix("$") for part in view if part.get("value")}
    assert used == {"text", "title"} and used <= data.keys()
    assert json.loads((out / "settings.json").read_text(encoding="utf-8"))["counts"] == {
        "rows": 6,
        "drawn": 3,
    }


def test_the_taggers_tags_are_shown_on_request_only(tmp_path: Path) -> None:
    sample = Sample("comment", DRAWN, {})
    (first, second), _ = [
        json.loads(file.read_text(encoding="utf-8"))
        for file in write_tasks(sample, settings("label-studio", suggest=True), tmp_path / "a")
    ]
    (prediction,) = first["predictions"]
    assert prediction["result"][0] == {
        "from_name": "tags", "to_name": "text", "type": "choices", "value": {"choices": ["摆拍"]},
    }  # fmt: skip
    assert (prediction["model_version"], prediction["score"]) == ("m", 0.8)
    assert second["predictions"][0]["result"][0]["value"] == {"choices": [NONE]}


@pytest.mark.parametrize("tool", ["label-studio", "doccano"])
def test_what_people_said_comes_back_to_the_text_it_was_said_of(tmp_path: Path, tool: str) -> None:
    """The tools are played by a few lines: each adds labels to what was imported, and exports."""
    files = write_tasks(Sample("comment", DRAWN, {}), settings(tool), tmp_path / "tasks")
    exported = tmp_path / f"all{files[0].suffix}"
    tasks: list[dict[str, Any]] = []
    for file in files:
        content = file.read_text(encoding="utf-8")
        tasks += json.loads(content) if tool == "label-studio" else map(json.loads, content.splitlines())
    said = {"0": ["摆拍"], "1": [NONE], "2": ["争议", UNSURE]}
    for i, task in enumerate(tasks):
        if tool == "doccano":
            task |= {"id": i, "label": sorted(said[task["comment_id"]])}
        else:
            value = {"choices": said[task["data"]["comment_id"]]}
            result = [{"from_name": "tags", "to_name": "text", "type": "choices", "value": value}]
            task |= {"id": i, "annotations": [{"completed_by": 1, "was_cancelled": False, "result": result}]}
    whole = json.dumps(tasks) if tool == "label-studio" else "\n".join(map(json.dumps, tasks))
    exported.write_text(whole, encoding="utf-8")
    found = read_export([exported], "comment")
    for item, drawn in zip(found.texts, DRAWN, strict=True):
        assert {name: item.data[name] for name in drawn.columns} == drawn.columns
        assert (item.data["drawn_with"], item.data["drawn_texts"]) == (0.5, 3)
    votes = [next(iter(item.votes.values())) for item in found.texts]
    assert [sorted(vote.tags) for vote in votes] == [["staged"], [], ["controversy"]]
    assert [vote.unsure for vote in votes] == [False, False, True]


def test_doccano_gets_a_label_for_every_choice(tmp_path: Path) -> None:
    write_tasks(Sample("video", [], {}), settings("doccano"), tmp_path / "t")
    labels = json.loads((tmp_path / "t" / "labels.json").read_text(encoding="utf-8"))
    assert [label["text"] for label in labels] == ["标题党", "摆拍", "争议", NONE, UNSURE]
    assert len({label["suffix_key"] for label in labels}) == 5


def test_a_folder_that_holds_something_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="new folder"):
        write_tasks(Sample("comment", DRAWN, {}), settings("doccano"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
