"""Out to people and back, by the commands alone: drawn, labelled, collected, and read by evaluate and by the audit."""

import json
from pathlib import Path

from click.testing import CliRunner, Result
from huizan.inference.engines import connect
from huizan.inference.tables import read
from huizan.model.records import AUDITED
from huizan.training.commands import main

from tests.tables import csv, jsonl


def train(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_comments_go_out_and_come_back_to_be_evaluated(tmp_path: Path, tiny_checkpoint: Path) -> None:
    comments = csv(
        tmp_path / "c.csv", "comment_id,video_id,text", *(f"{i},{i % 5},这个好看不{i}" for i in range(40))
    )
    videos = csv(tmp_path / "v.csv", "video_id,title", *(f"{i},街头演的{i}" for i in range(5)))
    tables = ("--comments", comments, "--videos", videos, "--model", tiny_checkpoint)
    out = train("sample", *tables, "--n", 20, "--device", "cpu", "--out", tmp_path / "tasks")
    assert out.exit_code == 0, out.output
    assert out.stdout.split() == [str(tmp_path / "tasks" / "tasks-000.json")]
    assert "40 rows, 20 drawn" in out.stderr

    tasks = json.loads(Path(out.stdout.strip()).read_text(encoding="utf-8"))
    for i, task in enumerate(tasks):
        said = ["摆拍"] if i % 2 else ["都没有"]
        result = [{"from_name": "tags", "to_name": "text", "type": "choices", "value": {"choices": said}}]
        task["annotations"] = [
            {"completed_by": who, "was_cancelled": who == 3, "result": result} for who in (1, 2, 3)
        ]
    export = tmp_path / "export.json"
    export.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    back = train("collect", export, "--kind", "comment", "--out", tmp_path / "labels.jsonl")
    assert back.exit_code == 0, back.output
    assert "20 comments, 0 unsure" in back.stdout and "left out: 20 cancelled" in back.stdout
    assert "1.000" in back.stdout  # alpha of two who always agree

    model = ("--model", tiny_checkpoint, "--json")
    measured = train("evaluate", "--comments", tmp_path / "labels.jsonl", *model)
    assert measured.exit_code == 0, measured.output
    assert json.loads(measured.stdout)["tagger"]["comment_staged"]["positives"] == 10


def test_a_random_sample_of_videos_becomes_an_audit(tmp_path: Path) -> None:
    videos = jsonl(tmp_path / "v.jsonl", *({"video_id": 10**17 + i, "title": f"标题{i}"} for i in range(30)))
    out = train(
        "sample",
        "--videos",
        videos,
        "--by",
        "random",
        "--tool",
        "doccano",
        "--n",
        12,
        "--out",
        tmp_path / "t",
    )
    assert out.exit_code == 0, out.output
    texts = [json.loads(line) for line in Path(out.stdout.strip()).read_text(encoding="utf-8").splitlines()]
    for who, first in (("wang", "摆拍"), ("li", "staged")):
        rows = [text | {"id": i, "label": [first] if i < 4 else ["无"]} for i, text in enumerate(texts)]
        jsonl(tmp_path / f"{who}.jsonl", *rows)
    files = [tmp_path / "wang.jsonl", tmp_path / "li.jsonl"]
    checked = tmp_path / "checked.parquet"
    told = train(
        "collect",
        *files,
        "--kind",
        "video",
        "--out",
        tmp_path / "l.jsonl",
        "--audited-out",
        checked,
        "--json",
    )
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["tags"]["staged"]["alpha"] == 1.0
    table = read(connect(), checked, AUDITED).to_pyarrow()
    assert sum(table["is_staged"].to_pylist()) == 4 and set(table["drawn_with"].to_pylist()) == {12 / 30}
    assert {int(v) for v in table["video_id"].to_pylist()} <= {10**17 + i for i in range(30)}


def test_wrong_use_ends_with_two_and_leaves_nothing(tmp_path: Path) -> None:
    assert train("sample", "--out", tmp_path / "t").exit_code == 2
    result = train("sample", "--videos", tmp_path / "gone.csv", "--by", "random", "--out", tmp_path / "t")
    assert (
        result.exit_code == 2 and result.stderr.startswith("huizan-train: ") and ". Found: " in result.stderr
    )
    uncertain = jsonl(tmp_path / "e.jsonl", {"text": "标题", "label": ["摆拍"], "video_id": "1"})
    audited = ("--audited-out", tmp_path / "a.parquet")
    result = train("collect", uncertain, "--kind", "video", "--out", tmp_path / "l.jsonl", *audited)
    assert result.exit_code == 2 and "drawn_with" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.jsonl"]
