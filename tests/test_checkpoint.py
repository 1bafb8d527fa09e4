import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from huizan.model.checkpoint import CARD, DEFAULT, fingerprint, read_card
from huizan.model.errors import InputError
from huizan.model.tagger import Tagger
from huizan.model.taxonomy import head_names
from huizan.model.text import normalise
from huizan.model.units import comment_units
from huizan.model.vocabulary import Vocabulary
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline


def changed(checkpoint: Path, target: Path, **entries: object) -> Path:
    shutil.copytree(checkpoint, target)
    card = json.loads((target / CARD).read_text(encoding="utf-8"))
    (target / CARD).write_text(json.dumps(card | entries), encoding="utf-8")
    return target


def test_a_folder_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="huizan-train fit"):
        read_card(tmp_path)


def test_another_taxonomy_is_refused_with_both_tag_lists(tiny_checkpoint: Path, tmp_path: Path) -> None:
    old = changed(tiny_checkpoint, tmp_path / "old", taxonomy={"video": ["clickbait"], "comment": ["vulgar"]})
    with pytest.raises(InputError, match=r"low_quality.*vulgar"):
        Tagger.load(old)


def test_another_text_path_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="text path 0"):
        read_card(changed(tiny_checkpoint, tmp_path / "old", normaliser=0))


def test_missing_thresholds_are_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one threshold for each"):
        read_card(changed(tiny_checkpoint, tmp_path / "old", thresholds={}))


def test_the_fingerprint_follows_the_contents(tiny_checkpoint: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_checkpoint, copy)
    assert fingerprint(copy) == fingerprint(tiny_checkpoint)
    assert fingerprint(changed(tiny_checkpoint, tmp_path / "other", version="9")) != fingerprint(
        tiny_checkpoint
    )


def test_the_shipped_encoder_runs_in_a_pipeline_of_transformers() -> None:
    """No code of ours runs but the text path; the scores are the encoder's own, every head by its name."""
    texts = [
        ("这是擺拍吧！！！！", "街头偶遇流浪老人"),
        ("学到了，明天就试", "三步做凉皮"),
        ("剧ben太假", ""),
    ]
    model = AutoModelForSequenceClassification.from_pretrained(
        DEFAULT, trust_remote_code=False, dtype=torch.float32
    )
    tokenizer = AutoTokenizer.from_pretrained(DEFAULT)
    classify = pipeline("text-classification", model=model, tokenizer=tokenizer, top_k=None)
    read = comment_units([text for text, _ in texts], [title for _, title in texts])
    rows = read.encode(Vocabulary.read(DEFAULT / "vocab.txt"))
    for i, (text, title) in enumerate(texts):
        parts = {"text": normalise(text), "text_pair": normalise(title)}
        found = {entry["label"]: entry["score"] for entry in classify(parts)}
        with torch.inference_mode():
            ids = torch.from_numpy(rows.take(np.array([i])).ids.astype(np.int64))
            logits = model(input_ids=ids[None]).logits[0]
        assert found.keys() == set(head_names())
        expected = torch.sigmoid(logits).tolist()
        assert [found[name] for name in head_names()] == pytest.approx(expected, abs=1e-5)
