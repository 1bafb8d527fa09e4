"""Another family of encoders: a tiny BERT with the vocabulary of its kind, as the hub's Chinese encoders are."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from huizan.inference import Scorer
from huizan.model.errors import InputError
from huizan.model.vocabulary import MASK, PAD, Vocabulary
from huizan.training import hub
from huizan.training.fit import FitSettings, fit
from huizan.training.hub import adopt, encoder_folder
from transformers import BertConfig, BertModel

from .test_fit import labels

CHARACTERS = "演的吧剧本摆拍又是这好看不用了试个真abcdeglnory!?,[]"
TOKENS = [
    "[PAD]",
    "[unused1]",
    *"12",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *CHARACTERS,
    "good",
    "##ed",
    "##吧",
]


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bert")
    (folder / "vocab.txt").write_text("\n".join(TOKENS) + "\n", encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(TOKENS),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        initializer_range=0.2,  # a few steps are enough
    )
    BertModel(config).save_pretrained(folder)
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer"}), encoding="utf-8"
    )
    return folder


def test_characters_keep_their_embeddings_and_codes_start_as_their_mean(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LEAST_CHARACTERS", 20)
    adopted = adopt(str(bert), tmp_path)
    vocabulary = Vocabulary.read(adopted / "vocab.txt")
    assert (
        "good" not in vocabulary.tokens and "##吧" not in vocabulary.tokens and "[doge]" in vocabulary.tokens
    )
    old = BertModel.from_pretrained(bert).get_input_embeddings().weight
    new = BertModel.from_pretrained(adopted).get_input_embeddings().weight
    at = vocabulary.tokens.index
    torch.testing.assert_close(new[at("演")], old[TOKENS.index("演")])
    torch.testing.assert_close(new[PAD], old[TOKENS.index("[PAD]")])
    torch.testing.assert_close(new[MASK], old[TOKENS.index("[MASK]")])
    inside = [TOKENS.index(c) for c in "[doge]"]
    torch.testing.assert_close(new[at("[doge]")], old[inside].mean(dim=0))


def test_what_is_no_chinese_encoder_is_refused(bert: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="single characters"):
        adopt(str(bert), tmp_path)
    with pytest.raises(InputError, match="--encoder is a folder"):
        adopt(str(tmp_path / "nothing"), tmp_path)


def test_a_folder_of_ours_is_taken_as_it_is(tiny_checkpoint: Path) -> None:
    with encoder_folder(str(tiny_checkpoint)) as folder:
        assert folder == tiny_checkpoint


def test_it_learns_the_tags_and_scores_like_any_checkpoint(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LEAST_CHARACTERS", 20)
    settings = FitSettings(
        str(bert), str(tmp_path / "checkpoint"),
        (labels(tmp_path / "c.jsonl", "comment"),), (labels(tmp_path / "v.jsonl", "video"),),
        epochs=30, tokens=1024, learning_rate=1e-2, device="cpu", dropout=0.0, blanked=0.0, averaged=0.9, wide=False,
    )  # fmt: skip
    result = fit(settings, report=lambda line: None)
    assert result.tagger["comment_staged"].average_precision > 0.95
    told = json.loads((tmp_path / "checkpoint" / "fit_settings.json").read_text())
    assert told["encoder"] == bert.name
    scorer = Scorer.load(settings.out, device="cpu")
    staged = scorer.score_comments(["演的吧", "好看"])[:, scorer.tags.index("staged")]
    assert staged[0] > 0.7 > 0.3 > staged[1]
    again = scorer.score_comments(["好看", "演的吧", "这剧本!"])[:, scorer.tags.index("staged")]
    np.testing.assert_allclose(again[:2], staged[::-1], atol=1e-5)
