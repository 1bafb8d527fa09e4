import dataclasses
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from huizan.model.checkpoint import DEFAULT, Card, write_checkpoint
from huizan.model.eager import Eager
from huizan.model.encoder import EncoderSize, encoder_config
from huizan.model.errors import InputError
from huizan.model.graph import encoder_graph
from huizan.model.ranges import FILE, Ranges
from huizan.model.runtime import BUDGET, Runtime, measured, of_one_length
from huizan.model.taxonomy import head_names
from huizan.model.units import comment_units, video_units
from huizan.model.vocabulary import Ragged, Vocabulary
from huizan.model.wide import FILE as WIDE
from huizan.model.wide import Wide
from transformers import ModernBertForSequenceClassification

EXAMPLES = Path(__file__).parents[1] / "examples"


def ragged(lengths: np.ndarray, size: int) -> Ragged:
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return Ragged(np.random.default_rng(0).integers(5, size, offsets[-1]).astype(np.int32), offsets)


def test_batches_hold_every_row_once_and_rows_of_one_length_only() -> None:
    rows = ragged(np.random.default_rng(0).integers(3, 60, size=500), 50)
    seen = []
    for chosen, ids in of_one_length(rows, 256):
        assert ids.shape == (chosen.size, rows.lengths[chosen[0]]) and ids.size <= 256
        np.testing.assert_array_equal(ids.ravel(), rows.take(chosen).ids)
        seen += chosen.tolist()
    assert sorted(seen) == list(range(500))
    ((chosen, ids),) = of_one_length(ragged(np.array([900]), 50), 256)
    assert chosen.tolist() == [0] and ids.shape == (1, 900)
    assert list(of_one_length(ragged(np.array([], dtype=np.int64), 50), 256)) == []


def test_the_graph_in_float32_is_the_pytorch_model(
    tiny_checkpoint: Path, tiny_vocabulary: Vocabulary
) -> None:
    rows = ragged(np.array([3, 9, 40, 9]), len(tiny_vocabulary))
    ours = Runtime.load(tiny_checkpoint, tiny_vocabulary, "float32", 1).logits(rows)
    theirs = Eager.load(tiny_checkpoint, torch.device("cpu")).logits(rows)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("layers", [1, 2, 4])
def test_what_is_folded_is_exact_for_any_depth_and_any_norms(
    layers: int, tiny_vocabulary: Vocabulary, tmp_path: Path
) -> None:
    torch.manual_seed(layers)
    size = EncoderSize(layers=layers, hidden=32, heads=4, intermediate=24)
    config = encoder_config(len(tiny_vocabulary), size, num_labels=len(head_names()))
    model = ModernBertForSequenceClassification(config).eval()
    for name, weight in model.named_parameters():
        torch.nn.init.normal_(weight, mean=float("norm" in name), std=0.2)  # every mean differs from 0
    write_checkpoint(
        tmp_path / "model", model, tiny_vocabulary, Card("tiny", "0", dict.fromkeys(head_names(), 0.5))
    )
    rows = ragged(np.array([3, 9, 40, 9]), len(tiny_vocabulary))
    exact, narrow = (
        Runtime.load(tmp_path / "model", tiny_vocabulary, precision, 1) for precision in ("float32", "int8")
    )
    expected = Eager(model).logits(rows)
    assert np.ptp(expected, axis=0).min() > 0.1
    np.testing.assert_allclose(exact.logits(rows), expected, atol=2e-5)
    assert np.corrcoef(narrow.logits(rows).ravel(), expected.ravel())[0, 1] > 0.99


def examples() -> list[dict]:
    lines = (EXAMPLES / "comments.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the source is out of reach")
def test_int8_keeps_the_probabilities_of_the_shipped_checkpoint() -> None:
    """At most 0.01 on average in any head, on comments and videos that the ranges were not measured on."""
    vocabulary, wide = Vocabulary.read(DEFAULT / "vocab.txt"), Wide.read(DEFAULT / WIDE)
    titles = {
        row["video_id"]: row
        for row in map(json.loads, (EXAMPLES / "videos.jsonl").read_text(encoding="utf-8").splitlines())
    }
    rows = examples()[::5]
    units = (
        comment_units([r["text"] for r in rows], [titles[r["video_id"]]["title"] or "" for r in rows]),
        video_units(list(titles.values())[:80]),
    )
    narrow, exact = Runtime.load(DEFAULT, vocabulary), Runtime.load(DEFAULT, vocabulary, "float32")
    assert narrow.precision == "int8"
    for unit in units:
        ids = unit.encode(vocabulary)
        a, b = (1 / (1 + np.exp(-wide.mixed(r.logits(ids), ids, unit.kind))) for r in (narrow, exact))
        assert len(unit) > 50 and 0 < np.abs(a - b).mean(axis=0).max() < 0.01


def test_processors_share_the_batches_and_change_nothing(
    tiny_checkpoint: Path, tiny_vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ragged(np.random.default_rng(1).integers(3, 60, size=400), len(tiny_vocabulary))
    alone, two = (Runtime.load(tiny_checkpoint, tiny_vocabulary, "float32", n) for n in (1, 2))
    expected, together = alone.logits(rows), threading.Barrier(2, timeout=60)
    met = []

    def run(ids: np.ndarray) -> np.ndarray:
        if len(met) < 2:  # the first batches of both: each waits until the other runs too
            met.append(threading.get_ident())
            together.wait()
        return Runtime.run(two, ids)

    monkeypatch.setattr(two, "run", run)
    np.testing.assert_array_equal(two.logits(rows), expected)
    assert len(set(met)) == 2
    assert two.logits(ragged(np.array([], dtype=np.int64), 50)).shape == (0, expected.shape[1])


def test_a_row_does_not_depend_on_its_neighbours(tiny_checkpoint: Path, tiny_vocabulary: Vocabulary) -> None:
    runtime = Runtime.load(tiny_checkpoint, tiny_vocabulary, "int8", 1)
    rows = ragged(np.array([12] * 90 + [30, 5, 5]), len(tiny_vocabulary))
    assert rows.lengths.sum() > BUDGET
    together = runtime.logits(rows)
    alone = np.concatenate([runtime.logits(rows.take(np.array([i]))) for i in range(len(rows))])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_weights_that_do_not_bear_int8_run_in_float32(
    tiny_checkpoint: Path, tiny_vocabulary: Vocabulary, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, folder)
    ranges = measured(folder, tiny_vocabulary)
    assert Ranges.read(folder) == ranges
    assert Runtime.load(folder, tiny_vocabulary).precision == "int8"
    dataclasses.replace(ranges, logits=[[9.0] * len(row) for row in ranges.logits]).write(folder)
    assert Runtime.load(folder, tiny_vocabulary).precision == "float32"


def test_ranges_of_other_weights_are_measured_anew(
    tiny_checkpoint: Path, tiny_vocabulary: Vocabulary, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, folder)
    dataclasses.replace(measured(folder, tiny_vocabulary), weights="others").write(folder)
    assert Ranges.read(folder) is None
    (folder / FILE).unlink()
    assert Ranges.read(folder) is None
    assert Runtime.load(folder, tiny_vocabulary).precision == "int8"


def test_ranges_of_another_graph_are_measured_anew(
    tiny_checkpoint: Path, tiny_vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Ranges.read(tiny_checkpoint) is not None
    monkeypatch.setattr("huizan.model.ranges.DESIGN", 250)
    assert Ranges.read(tiny_checkpoint) is None


def test_another_design_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_checkpoint, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"classifier_pooling": "mean"}), encoding="utf-8")
    with pytest.raises(InputError, match=r"pooled at its first token.*mean"):
        encoder_graph(folder)


def test_scoring_on_processors_takes_no_pytorch(tiny_checkpoint: Path) -> None:
    program = (
        "import sys; from huizan.inference import Scorer; "
        f"print(Scorer.load({str(tiny_checkpoint)!r}, 'cpu').score_comments(['演的吧']).shape, "
        "'torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(1, 4) False False"
