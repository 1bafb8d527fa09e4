import json
from pathlib import Path

import numpy as np
import pytest
import torch
from huizan.model.taxonomy import head_names
from huizan.model.vocabulary import Vocabulary
from huizan.training.auxiliary import read_auxiliary
from huizan.training.fit import FitSettings
from huizan.training.labels import from_rows
from huizan.training.learning import Material, _balance, _loss, extra_shift, learn
from huizan.training.pretrain import PretrainSettings, pretrain

from .test_auxiliary import tasks
from .test_packing import corpus


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    return pretrain(
        PretrainSettings(
            str(corpus(folder)), str(folder / "out"), steps=1, rows=4, length=16, vocabulary=60,
            layers=1, hidden=16, heads=2, intermediate=16, device="cpu",
        )
    )  # fmt: skip


@pytest.fixture
def material(encoder: Path, tmp_path: Path) -> Material:
    rows = [{"text": "演的", "labels": {"staged": 1}}, {"text": "好看", "labels": {"staged": 0}}]
    related = read_auxiliary(tasks(tmp_path / "a.jsonl", large=20, small=4))
    return Material.of([from_rows(rows, "comment")], related, Vocabulary.read(encoder / "vocab.txt"))


def test_outputs_compete_within_their_task_alone(material: Material) -> None:
    heads = len(head_names())
    assert material.tagged == 2 and len(material.rows) == 26
    assert material.competing[heads:, heads:].tolist() == [
        [True, True, False, False], [True, True, False, False],
        [False, False, True, True], [False, False, True, True],
    ]  # fmt: skip
    assert not material.competing[:heads].any()
    assert set(material.related[:4]) == {heads, heads + 1}  # `headline` stands before `offence`
    assert set(material.related[4:]) == {heads + 2, heads + 3}


def test_a_related_row_moves_no_output_of_a_tag_nor_of_another_task(material: Material) -> None:
    heads = len(head_names())
    logits = torch.zeros(3, heads + 4, requires_grad=True)
    balance = torch.from_numpy(_balance(material.targets, material.weights))
    _loss(logits, np.array([0, 3, 10]), material, balance, 0.5).backward()
    moved = logits.grad.abs() > 0  # pyright: ignore[reportOptionalMemberAccess]
    assert moved[0].nonzero().flatten().tolist() == [head_names().index("comment_staged")]
    assert moved[1].nonzero().flatten().tolist() == [heads, heads + 1]
    assert moved[2].nonzero().flatten().tolist() == [heads + 2, heads + 3]


def test_what_comes_out_has_the_outputs_of_the_tags_alone(encoder: Path, tmp_path: Path) -> None:
    rows = [{"text": "演的" * (i % 3 + 1), "labels": {"staged": i % 2}} for i in range(40)]
    settings = FitSettings(str(encoder), "", epochs=1.5, tokens=64, auxiliary_rows=10, device="cpu")
    told: list[str] = []
    model = learn(
        [from_rows(rows, "comment")],
        read_auxiliary(tasks(tmp_path / "a.jsonl", large=20)),
        Vocabulary.read(encoder / "vocab.txt"),
        settings,
        told.append,
    )
    assert model.classifier.out_features == model.config.num_labels == len(head_names())
    assert json.loads(model.config.to_json_string())["id2label"]["0"] == head_names()[0]


def test_extra_texts_are_shifted_by_how_much_oftener_they_carry_a_tag(encoder: Path) -> None:
    vocabulary = Vocabulary.read(encoder / "vocab.txt")
    staged = head_names().index("comment_staged")
    real = [{"text": f"真的{i}", "labels": {"staged": int(i < 4)}} for i in range(100)]
    made = [{"text": f"演的{i}", "labels": {"staged": int(i < 30), "clickbait": 1}} for i in range(60)]
    both = [from_rows(real, "comment"), from_rows(made, "comment").as_extra()]
    shift = Material.of(both, [], vocabulary).shift
    assert not shift[:100].any()
    expected = np.log(30.5 / 30.5) - np.log(4.5 / 96.5)
    np.testing.assert_allclose(shift[100:, staged], expected, rtol=1e-6)
    # Of a tag that only one of them knows nothing can be said.
    assert not np.delete(shift, staged, axis=1).any()


def test_without_extra_texts_nothing_is_shifted() -> None:
    targets, weights = np.array([[1.0], [0.0]], dtype=np.float32), np.ones((2, 1), dtype=np.float32)
    for extra in (np.zeros(2, dtype=bool), np.ones(2, dtype=bool)):
        assert extra_shift(targets, weights, extra).tolist() == [0.0]
