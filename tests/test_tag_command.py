import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from huizan.inference.commands import main

from tests.tables import csv


@pytest.fixture
def comments(tmp_path: Path) -> Path:
    return csv(tmp_path / "c.csv", "comment_id,video_id,text", "1,1,演的吧", "2,1,好看", "3,2,标题党")


def tag(*arguments: object, model: Path, given: str = "") -> Result:
    command = ["tag", *map(str, arguments), "--model", str(model), "--device", "cpu"]
    return CliRunner().invoke(main, command, input=given)


def test_a_threshold_moves_the_verdicts_and_not_the_probabilities(
    comments: Path, tmp_path: Path, tiny_checkpoint: Path
) -> None:
    table = ("--comments", comments)
    assert tag(*table, "--out", tmp_path / "a", model=tiny_checkpoint).exit_code == 0
    own = pq.read_table(tmp_path / "a" / "comments.parquet")
    middle = sorted(own["p_staged"].to_pylist())[1]
    more = ("--threshold", f"staged={middle:.9f}", "--threshold", "comment_clickbait=1", "--abstain", "0")
    result = tag(*table, *more, "--out", tmp_path / "b", model=tiny_checkpoint)
    assert result.exit_code == 0, result.output
    moved = pq.read_table(tmp_path / "b" / "comments.parquet")
    assert moved["p_staged"] == own["p_staged"]
    assert sum(moved["is_staged"].to_pylist()) == 2 and not any(moved["is_clickbait"].to_pylist())
    settings = json.loads((tmp_path / "b" / "tag_settings.json").read_text(encoding="utf-8"))
    assert settings["thresholds"] == {"staged": float(f"{middle:.9f}"), "comment_clickbait": 1.0}
    assert (settings["command"], settings["abstain"], settings["inputs"]) == (
        "tag",
        0,
        {"comments": str(comments)},
    )


def test_near_a_threshold_there_is_no_verdict(comments: Path, tmp_path: Path, tiny_checkpoint: Path) -> None:
    options = ("--threshold", "staged=0.5", "--abstain", "0.5", "--out", tmp_path / "out")
    assert tag("--comments", comments, *options, model=tiny_checkpoint).exit_code == 0
    table = pq.read_table(tmp_path / "out" / "comments.parquet")
    assert table["is_staged"].to_pylist() == [None] * 3 and table["p_staged"].null_count == 0


def test_a_killed_job_of_another_threshold_is_not_gone_on_with(
    comments: Path, tmp_path: Path, tiny_checkpoint: Path
) -> None:
    from huizan.inference import Scorer
    from huizan.inference.tagging import _job

    names = {
        _job([comments], "comment", Scorer.load(tiny_checkpoint, "cpu", thresholds=given), False)
        for given in ({}, {"staged": 0.4}, {"staged": 0.6})
    }
    assert len(names) == 3


def test_lines_from_standard_input_go_to_standard_output(tmp_path: Path, tiny_checkpoint: Path) -> None:
    result = tag(
        "-", "--format", "jsonl", "--threshold", "staged=0", model=tiny_checkpoint, given="演的吧\n好看\n"
    )
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["text"] for row in rows] == ["演的吧", "好看"] and all(row["is_staged"] for row in rows)
    out = tmp_path / "v.parquet"
    result = tag("-", "--kind", "video", "--out", out, model=tiny_checkpoint, given="演的吧\n好看\n")
    assert result.exit_code == 0 and result.stdout == ""
    assert "p_low_quality" not in pq.read_schema(out).names and pq.read_metadata(out).num_rows == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "x"), "--videos, --comments, or both"),
        (("--comments", "c.csv"), "Missing option '--out'"),
        (("-", "--comments", "c.csv"), "neither tables"),
        (("-", "--threshold", "fake=0.5"), "A threshold is of a tag"),
        (("-", "--threshold", "staged"), "TAG=PROBABILITY"),
        (("elsewhere",), "'elsewhere' is not"),
    ],
)
def test_wrong_use_ends_with_two(arguments: tuple[str, ...], said: str, tiny_checkpoint: Path) -> None:
    result = tag(*arguments, model=tiny_checkpoint, given="好\n")
    assert result.exit_code == 2 and said in result.stderr
