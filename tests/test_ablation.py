"""Every variation of a recipe is fitted once, told beside the recipe as it is, and goes on after a kill."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from huizan.training.ablation import AS_IT_IS, UNTRAINED, ablate, ablation_table, variations
from huizan.training.fit import FitSettings
from rich.console import Console

from .encoders import pretrained

TEXTS = {"演的吧": 1, "剧本吧": 1, "又是演的": 1, "好看": 0, "不用了": 0, "这个好": 0}


def labels(path: Path, kind: str) -> Path:
    column = "text" if kind == "comment" else "title"
    rows = [
        {column: f"{text}{mark}", "group": f"g{i}{mark}", "source": "made", "labels": {"staged": staged}}
        for i, (text, staged) in enumerate(TEXTS.items())
        for mark in "!?~,.;"
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> FitSettings:
    folder = tmp_path_factory.mktemp("ablation")
    encoder = pretrained(folder, (text + "!?~,.;" for text in TEXTS))
    return FitSettings(
        str(encoder), "unused",
        (str(labels(folder / "c.jsonl", "comment")),), (str(labels(folder / "v.jsonl", "video")),),
        epochs=1, tokens=256, learning_rate=1e-2, device="cpu",
    )  # fmt: skip


def test_variations_that_change_nothing_are_left_out(settings: FitSettings) -> None:
    assert list(variations(settings)) == [
        AS_IT_IS,
        "AdamW for all weights",
        "no characters hidden",
        UNTRAINED,
    ]
    richer = replace(settings, auxiliary=("a.jsonl",), extra_comments=("b.jsonl",))
    added = set(variations(richer)) - set(variations(settings))
    told = "texts for training only"
    assert added == {"no related tasks", f"no {told}", f"{told} not told apart"}


def test_a_killed_run_goes_on_behind_its_last_line(settings: FitSettings, tmp_path: Path) -> None:
    out = tmp_path / "ablation.jsonl"
    known = {"comment_staged": 0.25}
    done = [name for name in variations(settings) if name not in (AS_IT_IS, UNTRAINED)]
    lines = [{"variation": name, "average_precision": {"test groups": known}} for name in done]
    out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    fitted: list[str] = []
    hard = {"comment": Path(settings.comments[0])}
    ablate(settings, hard, out, report=fitted.append)
    assert [line for line in fitted if line.startswith("variation")] == [
        f"variation: {AS_IT_IS}",
        f"variation: {UNTRAINED}",
    ]
    written = [json.loads(line) for line in out.read_text().split("\n") if line]
    assert {line["variation"] for line in written} == set(variations(settings))
    usual = next(line["average_precision"] for line in written if line["variation"] == AS_IT_IS)
    assert set(usual) == {"test groups", "hard", "hard, encoder alone"}
    assert 0 < usual["hard"]["comment_staged"] <= 1


def test_the_table_tells_differences(tmp_path: Path) -> None:
    out = tmp_path / "ablation.jsonl"
    lines = [
        {"variation": AS_IT_IS, "average_precision": {"hard": {"comment_staged": 0.75}}},
        {"variation": "no related tasks", "average_precision": {"hard": {"comment_staged": 0.5}}},
    ]
    out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    console = Console(width=120, file=(told := io.StringIO()))
    console.print(ablation_table(out))
    assert "0.750" in told.getvalue() and "0.500 (-0.250)" in told.getvalue()
