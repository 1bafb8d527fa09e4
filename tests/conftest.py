"""What several test modules need: a checkpoint of a few thousand weights with random values."""

from pathlib import Path

import pytest
import torch
from huizan.model.checkpoint import Card, write_checkpoint
from huizan.model.encoder import EncoderSize, encoder_config
from huizan.model.taxonomy import head_names
from huizan.model.vocabulary import MASKS, SPECIALS, Vocabulary
from transformers import ModernBertForSequenceClassification

TINY_SIZE = EncoderSize(layers=2, hidden=16, heads=2, intermediate=16)


@pytest.fixture(scope="session")
def tiny_vocabulary() -> Vocabulary:
    return Vocabulary([*SPECIALS, *MASKS, "[doge]", *"演的吧剧本摆拍标题党这个好看不用了试没真假是,!? #"])


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory, tiny_vocabulary: Vocabulary) -> Path:
    torch.manual_seed(0)
    names = head_names()
    config = encoder_config(
        len(tiny_vocabulary), TINY_SIZE, num_labels=len(names), id2label=dict(enumerate(names)),
        problem_type="multi_label_classification",
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("model") / "tiny"
    card = Card("tiny", "0", {name: 0.5 for name in names})
    write_checkpoint(folder, ModernBertForSequenceClassification(config).half(), tiny_vocabulary, card)
    return folder
