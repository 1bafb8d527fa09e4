"""Muon turns the matrices of the layers alone, and every parameter is some optimiser's."""

import pytest
import torch
from huizan.model.encoder import EncoderSize, encoder_config
from huizan.training.optimisers import optimisers, set_learning_rate, step
from transformers import BertConfig, BertForSequenceClassification, ModernBertForSequenceClassification

OURS = ModernBertForSequenceClassification(encoder_config(64, EncoderSize(2, 16, 2, 16), num_labels=3))
HUB = BertForSequenceClassification(
    BertConfig(
        vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16
    )
)


@pytest.mark.parametrize("model", [OURS, HUB])
def test_each_parameter_is_followed_once(model: torch.nn.Module) -> None:
    made = optimisers(model, "muon", 1e-3, 0.1)
    held = [p for optimiser in made for group in optimiser.param_groups for p in group["params"]]
    assert len(held) == len({id(p) for p in held}) == len(list(model.parameters()))


@pytest.mark.parametrize("model", [OURS, HUB])
def test_muon_takes_the_matrices_of_layers_and_neither_embeddings_nor_the_head(
    model: torch.nn.Module,
) -> None:
    names = {id(p): name for name, p in model.named_parameters()}
    _, muon = optimisers(model, "muon", 1e-3, 0.1)
    turned = [names[id(p)] for group in muon.param_groups for p in group["params"]]
    assert turned and all(".layer" in name for name in turned)
    assert not any("embedding" in name or "classifier" in name for name in turned)


def test_vectors_do_not_decay() -> None:
    adamw, *_ = optimisers(OURS, "adamw", 1e-3, 0.1)
    assert {(p.ndim >= 2, group["weight_decay"]) for group in adamw.param_groups for p in group["params"]} == {
        (True, 0.1), (False, 0.0),
    }  # fmt: skip


def test_a_step_goes_down_and_forgets_the_gradients() -> None:
    layer = torch.nn.Linear(4, 1, bias=False)
    torch.nn.init.ones_(layer.weight)  # far from the bottom, which five small steps must not reach
    made = optimisers(layer, "adamw", 1.0, 0.0)
    set_learning_rate(made, 0.01)
    losses = []
    for _ in range(5):
        loss = layer(torch.ones(1, 4)).square().sum()
        loss.backward()
        step(made)
        losses.append(float(loss.detach()))
    assert losses == sorted(losses, reverse=True)
    assert all(p.grad is None for p in layer.parameters())


def test_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="muon or adamw, was: sgd"):
        optimisers(OURS, "sgd", 1e-3, 0.1)
