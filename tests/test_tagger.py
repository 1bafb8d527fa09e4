from pathlib import Path

import numpy as np
import pytest
import torch
from huizan.inference import Scorer
from huizan.model.eager import Eager
from huizan.model.errors import InputError
from huizan.model.tagger import Tagger, padded, pick_device
from huizan.model.taxonomy import head_names, heads_of, tag_names
from huizan.model.text import normalise
from huizan.model.units import comment_units, video_units
from huizan.model.vocabulary import Ragged
from transformers import AutoModelForSequenceClassification, AutoTokenizer

TEXTS = ["演的吧", "这个好看!", "标题党[doge]", "", "试了没用,假的是假的"]


def test_batching_changes_no_probability(tiny_checkpoint: Path) -> None:
    tagger = Tagger.load(tiny_checkpoint, "cpu")
    together = tagger.score(comment_units(TEXTS))
    alone = np.concatenate([tagger.score(comment_units([text])) for text in TEXTS])
    assert together.shape == (len(TEXTS), len(tag_names("comment")))
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_padding_is_masked() -> None:
    ids, mask = padded(Ragged(np.array([7, 8, 9], dtype=np.int32), np.array([0, 1, 3])))
    assert ids.tolist() == [[7, 0], [8, 9]]
    assert mask.tolist() == [[1, 0], [1, 1]]


def test_transformers_alone_gives_the_same_probabilities(tiny_checkpoint: Path) -> None:
    units = comment_units(TEXTS, ["标题"] * len(TEXTS))
    tagger = Tagger.load(tiny_checkpoint, "cpu")
    ours = tagger.score(units)
    tagger.encoder = Eager.load(tiny_checkpoint, torch.device("cpu"))
    exact = tagger.score(units)
    model = AutoModelForSequenceClassification.from_pretrained(tiny_checkpoint, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_checkpoint)
    assert model.config.id2label[0] == head_names()[0]
    pairs = [normalise(text) for text in TEXTS], ["标题"] * len(TEXTS)
    with torch.inference_mode():
        batch = tokenizer(*pairs, padding=True, return_tensors="pt", return_token_type_ids=False)
        theirs = torch.sigmoid(model(**batch).logits).numpy()
    np.testing.assert_allclose(exact, theirs[:, heads_of("comment")], atol=1e-6)
    np.testing.assert_allclose(ours, theirs[:, heads_of("comment")], atol=0.01)


def test_scorer_and_tagger_agree(tiny_checkpoint: Path) -> None:
    scorer = Scorer.load(tiny_checkpoint, device="cpu")
    videos = [{"title": "演的吧"}, {"title": "标题", "transcript": "这个好看"}]
    scores = scorer.score_videos(videos)
    assert scores.shape == (2, len(scorer.tags))
    assert np.isnan(scores[:, scorer.tags.index("low_quality")]).all()
    np.testing.assert_array_equal(scores[:, :3], scorer.score(video_units(videos)))
    np.testing.assert_array_equal(scorer.score_comments(["演的吧"]), scorer.score(comment_units(["演的吧"])))
    assert scorer.score_comments([]).shape == (0, 4)
    assert scorer.thresholds("video").tolist() == [0.5] * 3


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device("auto") == torch.device("cpu")
    with pytest.raises(InputError, match="--device cpu"):
        pick_device("cuda")


def test_a_long_text_is_the_mean_of_its_windows(tiny_checkpoint: Path) -> None:
    tagger = Tagger.load(tiny_checkpoint, "cpu")
    body = "演的吧" * 50 + "这个好看" * 40  # 310 characters: two windows, the second from the 120th on
    parts = [body[:190], body[120:]]
    long = tagger.probabilities(video_units([{"title": "标题", "transcript": body}, {"title": "演的"}]))
    apart = tagger.probabilities(video_units([{"title": "标题", "transcript": part} for part in parts]))
    np.testing.assert_allclose(long[0], apart.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(long[1], tagger.probabilities(video_units([{"title": "演的"}]))[0], atol=1e-6)
    assert np.abs(apart[0] - apart[1]).max() > 1e-6
