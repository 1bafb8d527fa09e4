"""`huizan tag` on processors beside other libraries on the same checkpoint and comments, and beside the machine's own limit.

    pip install 'huizan[benchmarks]'
    python benchmarks/cpu.py --rounds 3 --picture benchmarks/cpu.svg

huizan is timed from Parquet to Parquet: reading, checking, normalising, encoding, n-grams, scoring, writing. The peers start from
normalised texts in memory and end with probabilities in memory, each with as many of the comments as make a steady rate. Rounds
are interleaved, so that a busy neighbour meets all; printed are medians, and medians of the ratios within rounds. Before anything
is timed, the encoder's probabilities must agree. What the encoder takes of the time is measured on one batch, which is judged in
this process. The limit is one large int8 product of ONNX Runtime, measured in every round; printed too is how many texts a second
there would be if nothing but the encoder's products took time and all ran like the large one.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from material import example, write_comments

AGREE = 0.02  # mean difference in probability beyond which the comparison is void
MOST = {"pipeline, as called": 1_000, "OpenVINO int8": 4_000}  # comments of the whole that a peer gets
OTHERS = 16_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--comments", type=Path, help="Parquet with comment_id, video_id, text; default: varied examples"
    )
    parser.add_argument("--videos", type=Path, help="their videos, with titles")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--count", type=int, default=32_768)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--clock",
        choices=["wall", "cpu"],
        default="wall",
        help="cpu: seconds of the process, where neighbours are busy",
    )
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    from huizan.model.cores import processors

    if given.clock == "cpu":
        globals()["clock"] = busy
    threads = processors()
    os.environ["OMP_NUM_THREADS"] = str(threads)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as made:
        measure(given, Path(made), threads)


clock = time.perf_counter


def busy() -> float:
    """Seconds of processors that this process and its ended workers have used."""
    return sum(os.times()[:4])


def measure(given: argparse.Namespace, folder: Path, threads: int) -> None:
    """Make the material, check that outputs agree, run the rounds, print."""
    import peers
    import torch
    from huizan.inference.scorer import Scorer
    from huizan.inference.tagging import ROWS
    from huizan.model.checkpoint import DEFAULT
    from huizan.model.units import comment_units

    torch.set_num_threads(threads)
    model = given.model or DEFAULT
    table, videos = folder / "comments.parquet", folder / "videos.parquet"
    if given.comments:
        pq.write_table(pq.read_table(given.comments).slice(0, given.count), table)
        pq.write_table(pq.read_table(given.videos), videos)
    else:
        write_comments(table, given.count)
        titles = [{"video_id": row["video_id"], "title": row["title"] or ""} for row in example("videos")]
        pq.write_table(pa.Table.from_pylist(titles), videos)
    batch = folder / "batch.parquet"
    pq.write_table(pq.read_table(table).slice(0, ROWS), batch)
    rows = pq.read_table(table).to_pylist()
    title = {row["video_id"]: row["title"] for row in pq.read_table(videos).to_pylist()}
    units = comment_units(
        [row["text"] or "" for row in rows], [title.get(row["video_id"], "") for row in rows]
    )
    # What none of them reads whole is cut for all alike.
    pairs = [(a[:128], b[:48]) for a, b in zip(units.first, units.second, strict=True)]
    scorer = Scorer.load(given.model, "cpu")
    graph = peers.export(model, folder / "exported.onnx")
    ways = {
        "pipeline, as called": peers.pipeline_default(model),
        "pipeline, sorted, batch 64": peers.pipeline_tuned(model),
        "CrossEncoder.predict": peers.cross_encoder(model),
        "ONNX Runtime int8": peers.onnxruntime_int8(model, graph, threads),
        "OpenVINO int8": peers.openvino_int8(model, graph, threads, pairs[:: max(1, len(pairs) // 100)]),
    }
    encoder = scorer._tagger.encoder
    some = slice(0, 200)
    ids = comment_units(*zip(*pairs[some], strict=True)).encode(scorer._tagger.vocabulary)
    ours = 1 / (1 + np.exp(-encoder.logits(ids)))
    for name, way in ways.items():
        differs = np.abs(way(pairs[some]) - ours).mean()
        print(f"{name:28} mean difference in probability {differs:.4f}", flush=True)
        if differs > AGREE:
            sys.exit("outputs do not agree")
    lengths = [len(a) + len(b) + 3 for a, b in pairs]
    print(
        f"{len(pairs):,} comments, {len(set(pairs)):,} of them distinct, mean {np.mean(lengths):.1f} tokens, "
        f"{threads} thread(s), {scorer.precision}"
    )

    rates: dict[str, list[float]] = {name: [] for name in ("huizan", *ways)}
    shares, peaks, speeds, bounds = [], [], [], []
    for _ in range(given.rounds):
        for name, way in ways.items():
            part = pairs[:: max(1, len(pairs) // MOST.get(name, OTHERS))]
            began = clock()
            way(part)
            rates[name].append(len(part) / (clock() - began))
        peaks.append(limit(threads))
        rates["huizan"].append(len(rows) / tag(table, videos, folder / "out", scorer)[0])
        took, scoring, operations = tag(batch, videos, folder / "part", scorer)
        shares.append(1 - scoring / took)
        speeds.append(operations / scoring)
        bounds.append(min(len(rows), ROWS) * peaks[-1] / operations)
    report(rates, shares, speeds, peaks, bounds)
    if given.picture:
        draw({name: median(values) for name, values in rates.items()}, given.picture)


def tag(table: Path, videos: Path, out: Path, scorer) -> tuple[float, float, float]:
    """Seconds of a whole job, and of what is judged in this process: seconds in the encoder, operations of its products."""
    from huizan.inference.engines import connect
    from huizan.inference.tagging import tag_comments

    encoder = scorer._tagger.encoder
    plain, seconds, lengths = type(encoder).logits, [], []

    def timed(self, rows):
        began = clock()
        found = plain(self, rows)
        seconds.append(clock() - began)
        lengths.append(rows.lengths)
        return found

    type(encoder).logits = timed
    began = clock()
    try:
        tag_comments(connect(), table, videos, out / "comments.parquet", scorer)
    finally:
        type(encoder).logits = plain
    took = clock() - began
    return took, sum(seconds), sum(operations(some, scorer.folder) for some in lengths)


def operations(lengths: np.ndarray, folder: Path | None) -> float:
    """Multiplications and additions of the encoder's products, as `model.graph` writes them.

    The first layer's projections are tables. Where only the first position is computed, each token has its key, and what the
    heads weigh; not even a key where the shortcut reads.
    """
    from huizan.model.checkpoint import DEFAULT
    from huizan.model.shortcut import Shortcut

    folder = folder or DEFAULT
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    shortcut = Shortcut.read(folder)
    short = 0 if shortcut is None else len(shortcut.query)  # its heads
    hidden, middle, layers, heads = (
        config[n] for n in ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
    )
    gated, tokens, rows = 3 * hidden * middle, float(lengths.sum()), lengths.size
    last = tokens * (hidden**2 + 2 * heads * hidden) + rows * ((1 + heads) * hidden**2 + gated)
    far = tokens * 2 * short * hidden + rows * (2 * short * hidden**2 + gated)
    before = layers - (2 if short else 1)
    whole = layer(lengths, hidden, middle)
    return 2 * (before * whole - tokens * 3 * hidden**2 + last + (far if short else 0))


def layer(lengths: np.ndarray, hidden: int, middle: int) -> float:
    """Multiplications of a layer that is computed at every position, rows having `lengths` tokens."""
    tokens, pairs = float(lengths.sum()), float((lengths.astype(float) ** 2).sum())
    return tokens * (4 * hidden**2 + 3 * hidden * middle) + pairs * 2 * hidden


def limit(threads: int) -> float:
    """Operations a second of one large int8 product, the best of a few."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    rows, width = 1024, 2048
    weight = np.random.default_rng(0).integers(-127, 127, (width, width)).astype(np.int8)
    node = helper.make_node("MatMulInteger", ["a", "w"], ["y"])
    entry = helper.make_tensor_value_info("a", TensorProto.UINT8, [rows, width])
    leave = helper.make_tensor_value_info("y", TensorProto.INT32, [rows, width])
    graph = helper.make_graph([node], "product", [entry], [leave], [numpy_helper.from_array(weight, "w")])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(made.SerializeToString(), options)
    given = {"a": np.random.default_rng(1).integers(0, 255, (rows, width)).astype(np.uint8)}
    best = np.inf
    for _ in range(8):
        began = clock()
        session.run(None, given)
        best = min(best, clock() - began)
    return 2 * rows * width**2 / best


def report(
    rates: dict[str, list[float]],
    shares: list[float],
    speeds: list[float],
    peaks: list[float],
    bounds: list[float],
) -> None:
    """Print medians and ratios."""
    print(f"\n{'':28} {'texts/s':>9} {'huizan is faster by':>20}")
    for name, values in rates.items():
        ratio = median(a / b for a, b in zip(rates["huizan"], values, strict=True))
        print(f"{name:28} {median(values):9,.0f} {ratio:18.1f} x")
    print(f"\nall but the encoder          {median(shares):.1%} of the time")
    parts = [a / b for a, b in zip(speeds, peaks, strict=True)]
    print(
        f"the encoder's products       {median(speeds) / 1e9:.0f} of {median(peaks) / 1e9:.0f} GOP/s, {median(parts):.0%}"
    )
    plain = next(name for name in rates if name != "huizan")
    ratio = median(a / b for a, b in zip(bounds, rates[plain], strict=True))
    print(
        f"nothing but these products   {median(bounds):,.0f} texts/s at the large product's rate, {ratio:.1f} x {plain}"
    )


def draw(rates: dict[str, float], path: Path) -> None:
    """Bars of texts a second."""
    import altair

    rows = [{"way": name, "rate": round(rate)} for name, rate in rates.items()]
    names = altair.Axis(labelLimit=240, labelFontSize=13, ticks=False, domain=False)
    title = "comments per second, same machine, same checkpoint"
    bars = altair.Chart(altair.Data(values=rows)).encode(
        y=altair.Y("way:N", sort=None, title=None, axis=names),
        x=altair.X("rate:Q", title=title, axis=altair.Axis(grid=False, tickCount=5)),
    )
    own = altair.condition("datum.way === 'huizan'", altair.value("#c2410c"), altair.value("#a8a29e"))
    marks = bars.mark_bar(height=18).encode(color=own)
    words = bars.mark_text(align="left", dx=4, fontSize=13).encode(text=altair.Text("rate:Q", format=",d"))
    chart = (marks + words).properties(width=520, height=26 * len(rows)).configure_view(stroke=None)
    chart.save(str(path))


if __name__ == "__main__":
    main()
