"""How fast text becomes token ids: the table look-up beside the Hugging Face fast tokenizer on the same vocabulary.

    python benchmarks/tokenise.py

It repeats the example comments, interleaves the two, checks that the ids are equal, and prints medians on one core and
their ratio; the machine's limit is a bare copy of the same code points through an index.
"""

import os

os.environ["RAYON_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from huizan.model.checkpoint import DEFAULT
from huizan.model.text import normalise_all
from huizan.model.vocabulary import Vocabulary

COMMENTS = Path(__file__).resolve().parents[1] / "examples" / "comments.jsonl"
TEXTS, ROUNDS = 100_000, 5


def main() -> None:
    """Measure and print."""
    raw = [json.loads(line)["text"] for line in COMMENTS.read_text(encoding="utf-8").split("\n") if line]
    raw = (raw * (TEXTS // len(raw) + 1))[:TEXTS]
    texts = normalise_all(raw)
    lines = "\n".join(texts)
    vocabulary = Vocabulary.read(DEFAULT / "vocab.txt")
    tokenizer = vocabulary.to_tokenizers()
    points = np.frombuffer(lines.encode("utf-32-le"), dtype=np.uint32)
    table = np.arange(0x110000, dtype=np.int32)
    ways: dict[str, Callable[[], object]] = {
        "table look-up": lambda: vocabulary.encode_lines(lines),
        "tokenizers": lambda: tokenizer.encode_batch(texts, add_special_tokens=False),
        "normalising": lambda: normalise_all(raw),
        "limit: one index": lambda: table[points],
    }
    ours, theirs = (
        vocabulary.encode_lines(lines),
        tokenizer.encode_batch(texts[:2_000], add_special_tokens=False),
    )
    for i, encoding in enumerate(theirs):
        assert ours.ids[ours.offsets[i] : ours.offsets[i + 1]].tolist() == encoding.ids
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    rates = {name: TEXTS / statistics.median(taken) for name, taken in seconds.items()}
    for name, rate in rates.items():
        print(f"{name:18} {rate:12,.0f} texts/s  {rate / rates['tokenizers']:8.1f} x tokenizers")


if __name__ == "__main__":
    main()
