from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from huizan.model.encoder import EncoderSize, encoder_config
from huizan.training.masking import IGNORED
from huizan.training.pretrain import PretrainSettings, pretrain
from huizan.training.replaced import ReplacedTokenDetection, _draw
from transformers import ModernBertForMaskedLM

from .test_packing import corpus
from .test_pretrain import weights

SIZE = EncoderSize(layers=2, hidden=16, heads=2, intermediate=16)


def test_a_token_is_drawn_as_often_as_its_probability_says() -> None:
    probability = torch.tensor([0.5, 0.3, 0.2])
    drawn = _draw(probability.log().repeat(20_000, 1), seed=1)
    np.testing.assert_allclose(np.bincount(drawn.numpy(), minlength=3) / 20_000, probability, atol=0.02)
    assert torch.equal(drawn, _draw(probability.log().repeat(20_000, 1), seed=1))


def test_every_weight_learns_and_the_drawing_passes_no_gradient() -> None:
    torch.manual_seed(0)
    encoder = ModernBertForMaskedLM(encoder_config(60, SIZE, sparse_prediction=True))
    model = ReplacedTokenDetection(encoder, SIZE)
    ids = torch.randint(10, 60, (3, 12))
    labels = torch.where(torch.rand(3, 12) < 0.3, ids, IGNORED)
    allowed = torch.ones(3, 1, 12, 12, dtype=torch.bool)
    model(ids, labels, {"full_attention": allowed, "sliding_attention": allowed}, seed=0).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


def test_the_encoder_of_a_run_loads_and_a_run_repeats_itself(tmp_path: Path) -> None:
    settings = PretrainSettings(
        str(corpus(tmp_path)), str(tmp_path / "a"), steps=6, rows=8, length=16, vocabulary=60,
        layers=2, hidden=16, heads=2, intermediate=16, device="cpu", objective="rtd",
    )  # fmt: skip
    first, second = pretrain(settings), pretrain(replace(settings, out=str(tmp_path / "b")))
    np.testing.assert_array_equal(weights(str(first)), weights(str(second)))


def test_an_objective_that_is_none_is_refused(tmp_path: Path) -> None:
    settings = PretrainSettings(
        str(corpus(tmp_path)), str(tmp_path / "a"), steps=1, rows=8, length=16, vocabulary=60,
        layers=1, hidden=16, heads=2, intermediate=16, device="cpu", objective="guess",
    )  # fmt: skip
    with pytest.raises(ValueError, match="objective must be mlm or rtd"):
        pretrain(settings)
