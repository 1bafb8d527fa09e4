import json
from pathlib import Path

import numpy as np
import pytest
from huizan.inference import Scorer
from huizan.model.taxonomy import head_names
from huizan.training.evaluation import evaluate_files
from huizan.training.fit import FitSettings, _extra, _read, _sides, fit

from .encoders import pretrained

STAGED = ["演的吧", "剧本吧", "摆拍", "又是演的", "这剧本"]
PLAIN = ["好看", "不用了", "试了", "这个好", "是真的"]


def labels(path: Path, kind: str) -> str:
    """Labels that a few characters decide, in many small groups."""
    rng = np.random.default_rng(3)
    rows = []
    for i in range(400):
        staged = i % 2
        text = str(rng.choice(STAGED if staged else PLAIN)) + str(rng.choice(["!", "?", ",", "这个"]))
        named = {"text": text} if kind == "comment" else {"title": text}
        tags = {"staged": staged, "clickbait": 0, "controversy": 0}
        rows.append(named | {"group": f"g{i % 40}", "source": "ab"[i % 40 > 19], "labels": tags})
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp("fit")
    encoder = pretrained(folder, (text + "!?,这个" for text in (*STAGED, *PLAIN)))
    settings = FitSettings(
        str(encoder), str(folder / "checkpoint"),
        (labels(folder / "c.jsonl", "comment"),), (labels(folder / "v.jsonl", "video"),),
        epochs=8, tokens=1024, learning_rate=1e-2, device="cpu", dropout=0.0, blanked=0.0, averaged=0.9,
    )  # fmt: skip
    return {"folder": folder, "result": fit(settings, report=lambda line: None), "settings": settings}


def test_what_can_be_learned_is_learned(fitted: dict) -> None:
    result = fitted["result"]
    assert result.tagger["comment_staged"].average_precision > 0.95
    assert result.tagger["video_staged"].average_precision > 0.95
    assert result.baseline["comment_staged"].average_precision > 0.95
    assert set(result.tagger) == set(head_names())


def test_the_checkpoint_scores_as_it_was_measured(fitted: dict) -> None:
    scorer = Scorer.load(fitted["settings"].out, device="cpu")
    staged = scorer.score_comments(["演的吧", "好看"])[:, scorer.tags.index("staged")]
    threshold = scorer.thresholds("comment")[scorer.tags.index("staged")]
    assert staged[0] >= threshold > staged[1]
    again = evaluate_files(scorer._tagger, fitted["folder"] / "c.jsonl", None, "test")
    before = fitted["result"].tagger["comment_staged"]
    assert again.tagger["comment_staged"].average_precision == pytest.approx(before.average_precision)


def test_each_source_that_weights_never_saw_is_told_beside_the_baseline(fitted: dict) -> None:
    result = fitted["result"]
    assert set(result.parts) == {"source a", "source b", "validation source a", "validation source b"}
    for part, heads in result.parts.items():
        assert set(heads) == {"comment_staged", "video_staged"}  # the heads that have positives
        assert set(result.baseline_parts[part]) == set(heads)
        assert result.baseline_parts[part]["comment_staged"].n == heads["comment_staged"].n
    on_test = sum(result.parts[f"source {name}"]["comment_staged"].n for name in "ab")
    assert on_test == result.tagger["comment_staged"].n
    assert "ngram_baseline validation source a" in result.as_dict()
    table = result.parts_table()
    assert table.row_count == 8 + 2
    means = [heads["comment_staged"].average_precision for heads in result.parts.values()]
    assert "mean of 4 sources" in table.columns[0]._cells
    assert f"{np.mean(means):.3f}" in table.columns[4]._cells


def test_settings_and_metrics_lie_beside_the_weights(fitted: dict) -> None:
    out = Path(fitted["settings"].out)
    assert json.loads((out / "fit_settings.json").read_text())["epochs"] == 8
    card = json.loads((out / "huizan.json").read_text())
    assert card["metrics"]["tagger"]["comment_staged"]["average_precision"] > 0.95
    assert {"config.json", "model.safetensors", "tokenizer.json", "vocab.txt"} <= {
        f.name for f in out.iterdir()
    }


def test_extra_texts_are_known_as_such_and_leave_out_what_is_held_back(tmp_path: Path) -> None:
    given, extra = labels(tmp_path / "c.jsonl", "comment"), labels(tmp_path / "x.jsonl", "comment")
    videos = labels(tmp_path / "v.jsonl", "video")
    settings = FitSettings("", "", (given,), (videos,), extra_comments=(extra,))
    sides = {"comment": _sides((given,), "comment", 0), "video": _sides((videos,), "video", 0)}
    (added,) = _extra(settings, sides)
    assert added.extra.all() and set(added.group) == set(sides["comment"]["train"].group)
    read = _read(settings, sides)["comment"]
    assert read.extra.sum() == len(added) and not read.extra[: len(sides["comment"]["train"])].any()
