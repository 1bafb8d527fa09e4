"""An encoder that was pre-trained for a single step on a few texts: what tests of learning begin with."""

import json
from collections.abc import Iterable
from pathlib import Path

from huizan.training.pretrain import PretrainSettings, pretrain


def pretrained(folder: Path, texts: Iterable[str]) -> Path:
    """The folder of an encoder whose vocabulary is the characters of `texts`."""
    corpus = folder / "corpus.jsonl"
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in texts] * 10
    corpus.write_text("\n".join(lines), encoding="utf-8")
    return pretrain(
        PretrainSettings(
            str(corpus), str(folder / "encoder"), steps=1, rows=4, length=16, vocabulary=60,
            layers=1, hidden=16, heads=2, intermediate=16, device="cpu",
        )
    )  # fmt: skip
