"""How time and memory of `huizan tag` grow with the number of comments, Parquet to Parquet.

    python benchmarks/growth.py                       # 10^5 and 10^6 with the shipped checkpoint
    python benchmarks/growth.py --small 100000 1000000 10000000

`--small` takes an encoder of random weights that costs next to nothing, so that what is left is all but the scoring: reading,
checking, normalising, encoding, n-grams, writing; 10^7 comments are then a matter of minutes. Memory is that of the job and
its workers together (proportional set size), asked for five times a second.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from material import EXAMPLES, write_comments


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sizes", nargs="*", type=int, default=[10**5, 10**6])
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--model", help="folder of a checkpoint")
    given = parser.parse_args()
    print(f"{'comments':>10} {'seconds':>9} {'comments/s':>11} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        model = str(small_checkpoint(folder / "small")) if given.small else given.model
        for size in given.sizes:
            write_comments(folder / "comments.parquet", size)
            seconds, peak = job(folder, model)
            print(f"{size:10,} {seconds:9.1f} {size / seconds:11,.0f} {peak / 1e6:8,.0f}", flush=True)


def job(folder: Path, model: str | None) -> tuple[float, float]:
    """Seconds and peak bytes of one job."""
    command = [
        sys.executable,
        "-m",
        "huizan.inference",
        "tag",
        "--comments",
        str(folder / "comments.parquet"),
    ]
    command += ["--videos", str(EXAMPLES / "videos.jsonl"), "--out", str(folder / "out"), "--device", "cpu"]
    command += ["--model", model] if model else []
    began, peak = time.monotonic(), 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        while running.poll() is None:
            peak = max(peak, sum(map(held, family(running.pid))))
            time.sleep(0.2)
        if running.returncode:
            sys.exit(running.stderr.read() if running.stderr else "failed")
    return time.monotonic() - began, peak


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            pass
    return found


def held(pid: int) -> int:
    """Bytes that a process holds, shared ones divided among those that share them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def small_checkpoint(folder: Path) -> Path:
    """A checkpoint of one narrow layer and random weights, with the shipped vocabulary and wide part."""
    import torch
    from huizan.model.checkpoint import DEFAULT, Card, write_checkpoint
    from huizan.model.encoder import EncoderSize, encoder_config
    from huizan.model.taxonomy import head_names
    from huizan.model.vocabulary import Vocabulary
    from huizan.model.wide import FILE, Wide
    from transformers import ModernBertForSequenceClassification

    torch.manual_seed(0)
    vocabulary, heads = Vocabulary.read(DEFAULT / "vocab.txt"), head_names()
    config = encoder_config(len(vocabulary), EncoderSize(1, 16, 1, 16), num_labels=len(heads))
    card = Card("small", "0", dict.fromkeys(heads, 0.5))
    wide = Wide.read(DEFAULT / FILE) if (DEFAULT / FILE).is_file() else None
    write_checkpoint(folder, ModernBertForSequenceClassification(config).half(), vocabulary, card, wide)
    return folder


if __name__ == "__main__":
    main()
