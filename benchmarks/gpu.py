"""Scoring on a GPU beside other libraries on the same checkpoint and comments, and its share of the card's own limit.

    python benchmarks/gpu.py                  # the first GPU
    python benchmarks/gpu.py --device cpu     # the same program where there is none, to see that it runs

Timed is what a worker of the batch job does: normalised texts in memory to probabilities in memory, encoding included; the peers
do the same with their tokenizer, in float32 as they come and in bfloat16. The limit is one large bfloat16 product of PyTorch.
Before anything is timed the encoder's probabilities must agree.
"""

import argparse
import json
import statistics
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from cpu import AGREE, layer
from huizan.model.checkpoint import DEFAULT
from huizan.model.eager import Eager
from huizan.model.units import comment_units
from huizan.model.vocabulary import Vocabulary
from material import comments, example
from peers import Place, cross_encoder, pipeline_tuned

BATCH = 256


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--model", type=Path, default=DEFAULT)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--peers", type=int, default=8_000, help="comments for the peers")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    device = torch.device(given.device)
    title = {row["video_id"]: row["title"] or "" for row in example("videos")}
    rows = [row for table in comments(given.count) for row in table.to_pylist()]
    units = comment_units([row["text"] for row in rows], [title.get(row["video_id"], "") for row in rows])
    pairs = [(a[:128], b[:48]) for a, b in zip(units.first, units.second, strict=True)]
    vocabulary = Vocabulary.read(given.model / "vocab.txt")
    encoder = Eager.load(given.model, device)

    def ours(some: list[tuple[str, str]]) -> np.ndarray:
        ids = comment_units(*zip(*some, strict=True)).encode(vocabulary)
        return 1 / (1 + np.exp(-encoder.logits(ids)))

    ways = {f"huizan, {encoder.precision}": (ours, pairs)}
    for dtype in (torch.float32, torch.bfloat16):
        name = str(dtype).removeprefix("torch.")
        place = Place(given.device, dtype, BATCH)
        ways[f"pipeline, {name}"] = (pipeline_tuned(given.model, place), pairs[: given.peers])
        ways[f"CrossEncoder, {name}"] = (cross_encoder(given.model, place), pairs[: given.peers])
    expected = ours(pairs[:200])
    for name, (way, _) in ways.items():
        differs = np.abs(way(pairs[:200]) - expected).mean()
        if differs > AGREE:
            sys.exit(f"outputs do not agree: {name} differs by {differs:.4f}")
    rates: dict[str, list[float]] = {name: [] for name in ways}
    speeds, peaks = [], []
    ids = units.encode(vocabulary)
    for _ in range(given.rounds):
        for name, (way, some) in ways.items():
            began = time.perf_counter()
            way(some)
            rates[name].append(len(some) / (time.perf_counter() - began))
        began = time.perf_counter()
        encoder.logits(ids)
        speeds.append(operations(ids.lengths, given.model) / (time.perf_counter() - began))
        peaks.append(limit(device))
    card = torch.cuda.get_device_name(device) if device.type == "cuda" else "processor"
    print(f"{card}, {len(pairs):,} comments, mean {ids.lengths.mean():.1f} tokens")
    best = next(iter(rates.values()))
    for name, values in rates.items():
        ratio = statistics.median(a / b for a, b in zip(best, values, strict=True))
        print(f"{name:24} {statistics.median(values):12,.0f} texts/s   huizan is faster by {ratio:6.1f} x")
    reached, most = statistics.median(speeds) / 1e12, statistics.median(peaks) / 1e12
    print(f"the encoder alone {reached:.2f} of {most:.2f} TFLOP/s, {reached / most:.0%}")


def operations(lengths: np.ndarray, folder: Path) -> float:
    """Multiplications and additions of the encoder's products: every layer at every position, as PyTorch computes it."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    hidden, middle, layers = (config[n] for n in ("hidden_size", "intermediate_size", "num_hidden_layers"))
    return 2 * layers * layer(lengths, hidden, middle)


def limit(device: torch.device) -> float:
    """Operations a second of one large bfloat16 product, the best of a few."""
    size = 8192 if device.type == "cuda" else 1024
    a, b = (torch.randn(size, size, dtype=torch.bfloat16, device=device) for _ in range(2))
    best = float("inf")
    for _ in range(8):
        began = time.perf_counter()
        a @ b
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best


if __name__ == "__main__":
    main()
