import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from huizan.model.checkpoint import Card, fingerprint, write_checkpoint
from huizan.model.eager import Eager
from huizan.model.encoder import EncoderSize, encoder_config
from huizan.model.errors import InputError
from huizan.model.graph import IDS, encoder_graph
from huizan.model.ranges import COMMENTS, VIDEOS, Ranges
from huizan.model.runtime import Runtime
from huizan.model.shortcut import FILE, Shortcut
from huizan.model.tagger import Tagger
from huizan.model.taxonomy import head_names
from huizan.model.units import comment_units
from huizan.model.vocabulary import Vocabulary
from huizan.training.commands import main
from huizan.training.shortening import ShortenSettings, shorten
from huizan.training.twofold import Twofold
from transformers import ModernBertForSequenceClassification

PARTS = [
    "演的吧",
    "好看",
    "剧本摆拍",
    "标题党这个",
    "不用了试没",
    "真假是,!? #",
    "这是剧本吧演的",
    "看好这个,真的",
]


@pytest.fixture(scope="module")
def checkpoint(tiny_vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(3)
    size = EncoderSize(layers=3, hidden=32, heads=4, intermediate=24)
    config = encoder_config(len(tiny_vocabulary), size, num_labels=len(head_names()))
    model = ModernBertForSequenceClassification(config).eval()
    for name, weight in model.named_parameters():
        torch.nn.init.normal_(weight, mean=float("norm" in name), std=0.15)
    folder = tmp_path_factory.mktemp("short") / "model"
    write_checkpoint(folder, model, tiny_vocabulary, Card("tiny", "0", dict.fromkeys(head_names(), 0.5)))
    return folder


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, random = tmp_path_factory.mktemp("texts"), np.random.default_rng(0)

    def parts() -> str:
        return "".join(random.choice(PARTS, 2))

    # Texts like those that int8 is measured on: long ones, and characters that the vocabulary has not.
    comments = [{"text": text + parts(), "context": title} for text, title in COMMENTS * 12]
    videos = [video | {"title": video["title"] + parts()} for video in VIDEOS * 20]
    found = {}
    for name, rows in (("comments", comments), ("videos", videos)):
        found[name] = folder / f"{name}.jsonl"
        lines = [json.dumps(row | {"labels": {}}, ensure_ascii=False) for row in rows]
        found[name].write_text("\n".join(lines), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def shortened(
    checkpoint: Path, texts: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict]:
    out = tmp_path_factory.mktemp("shortened") / "out"
    settings = ShortenSettings(steps=200, tokens=1_024, device="cpu")
    return out, shorten(checkpoint, out, [texts["comments"]], [texts["videos"]], settings)


def ids(checkpoint: Path) -> np.ndarray:
    vocabulary = Vocabulary.read(checkpoint / "vocab.txt")
    return comment_units(["演的吧好看真假", "剧本摆拍标题党"]).encode(vocabulary).ids.reshape(2, -1)


def test_the_graph_is_the_reading_that_was_taught(shortened: tuple[Path, dict]) -> None:
    import onnxruntime

    folder, given = shortened[0], ids(shortened[0])
    twofold, shortcut = Twofold(Eager.load(folder, torch.device("cpu")).model), Shortcut.read(folder)
    assert shortcut is not None
    with torch.no_grad():
        twofold.query.copy_(torch.from_numpy(shortcut.query))
        twofold.value.copy_(torch.from_numpy(shortcut.value))
        whole, short = twofold(given)
    for seen, expected in ((False, whole), (True, short)):
        session = onnxruntime.InferenceSession(
            encoder_graph(folder, seen=seen), providers=["CPUExecutionProvider"]
        )
        np.testing.assert_allclose(session.run(None, {IDS: given})[0], expected.numpy(), atol=1e-4)
    assert np.abs((whole - short).numpy()).max() > 1e-3


def test_it_says_what_it_said_before(checkpoint: Path, shortened: tuple[Path, dict]) -> None:
    """Nearer than the shortcut of least squares alone; with every layer computed hardly another."""
    folder, moved = shortened
    assert set(moved) == {"layers", "shortcut"} and set(moved["shortcut"]) == set(head_names())
    assert max(moved["layers"].values()) < 0.02 and max(moved["shortcut"].values()) < 0.02
    before, after = (Tagger.load(path, "cpu") for path in (checkpoint, folder))
    assert after.card == replace(before.card, metrics={"moved_by_shortening": moved})
    units = comment_units(["演的吧这是剧本", "好看,真的"])
    np.testing.assert_allclose(before.score(units), after.score(units), atol=0.05)


def test_what_was_measured_is_of_the_shortcut_and_held_against_every_layer(
    shortened: tuple[Path, dict],
) -> None:
    folder = shortened[0]
    vocabulary, ranges = Vocabulary.read(folder / "vocab.txt"), Ranges.read(folder)
    assert ranges is not None
    runtime = Runtime.load(folder, vocabulary, threads=1)
    assert runtime.precision == "int8" and runtime.differs(ranges, vocabulary) < 0.01
    exact = Runtime.load(folder, vocabulary, "float32", 1)
    assert exact.differs(ranges, vocabulary) < 1e-4


def test_a_shortcut_that_is_off_is_not_taken(shortened: tuple[Path, dict], tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "off"
    shutil.copytree(shortened[0], folder)
    query, value = np.random.default_rng(0).normal(0, 3, (2, 8, 32, 32)).astype(np.float32)
    Shortcut(query, value).write(folder)
    assert fingerprint(folder) != fingerprint(shortened[0])
    assert Ranges.read(folder) is None  # they were measured for another
    assert Runtime.load(folder, Vocabulary.read(folder / "vocab.txt"), threads=1).precision == "float32"


def test_the_command_writes_whole_or_not_at_all(
    checkpoint: Path, texts: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    told = ["--model", checkpoint, "--comments", texts["comments"], "--videos", texts["videos"], "--out", out]
    command = ["shorten", *map(str, told), "--steps", "3", "--bf16", "0.5", "--device", "cpu"]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert done.exit_code == 0 and set(json.loads(done.stdout)["mean_move"]) == {"layers", "shortcut"}
    assert (out / FILE).is_file() and [path.name for path in tmp_path.iterdir()] == ["out"]
    with pytest.raises(InputError, match="is there"):
        shorten(checkpoint, out, [texts["comments"]], [texts["videos"]], ShortenSettings(steps=1))


def test_too_few_layers_are_refused(tiny_checkpoint: Path, texts: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"3 layers or more.*has 2"):
        shorten(tiny_checkpoint, tmp_path / "o", [texts["comments"]], [texts["videos"]], ShortenSettings())


def test_a_killed_run_goes_on_and_ends_as_an_undisturbed_one(
    checkpoint: Path, texts: dict[str, Path], tmp_path: Path
) -> None:
    given = [texts["comments"]], [texts["videos"]]
    settings = ShortenSettings(steps=4, save_every=2, device="cpu")
    undisturbed = shorten(checkpoint, tmp_path / "a", *given, settings)

    def killed(_: str) -> None:
        if (tmp_path / "b.last.pt").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shorten(checkpoint, tmp_path / "b", *given, settings, killed)
    with pytest.raises(InputError, match="begun with another seed"):
        shorten(checkpoint, tmp_path / "b", *given, replace(settings, seed=1))
    assert shorten(checkpoint, tmp_path / "b", *given, settings) == undisturbed
    assert fingerprint(tmp_path / "a") == fingerprint(tmp_path / "b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
