"""What int8 and the shortcut cost: average precision and probabilities with them and in float32, on labelled texts.

    python benchmarks/precision.py --comments comments.jsonl --videos videos.jsonl

The files are those that `huizan-train evaluate` takes. The bounds: 0.005 of average precision, 0.01 of mean absolute
difference in any head; it exits with status 1 where one is broken.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from huizan.model.checkpoint import DEFAULT
from huizan.model.runtime import Runtime
from huizan.model.tagger import Tagger
from huizan.model.taxonomy import KINDS, head_names, heads_of
from huizan.training.labels import read_labels
from huizan.training.metrics import tag_metrics

LOST, MOVED = 0.005, 0.01


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for kind in KINDS:
        parser.add_argument(f"--{kind}s", type=Path)
    parser.add_argument("--model", type=Path, default=DEFAULT)
    given = parser.parse_args()
    tagger, names, broken = Tagger.load(given.model, "cpu"), head_names(), False
    narrow, exact = tagger.encoder, Runtime.load(given.model, tagger.vocabulary, "float32")
    print(
        f"{'head':22} {'AP float32':>10} {narrow.precision:>10} {'difference':>10} {'mean move':>10} {'greatest':>10}"
    )
    for kind in KINDS:
        path = getattr(given, f"{kind}s")
        if path is None:
            continue
        labelled = read_labels(path, kind)
        found = {}
        for encoder in (exact, narrow):
            tagger.encoder = encoder
            found[encoder] = tagger.probabilities(labelled.units)
        for head in range(len(names))[heads_of(kind)]:
            known = labelled.targets[:, head], labelled.weights[:, head], 0.5
            before, after = (
                tag_metrics(found[e][:, head], *known).average_precision for e in (exact, narrow)
            )
            moved = np.abs(found[narrow][:, head] - found[exact][:, head])
            print(
                f"{names[head]:22} {before:10.4f} {after:10.4f} {after - before:+10.4f} {moved.mean():10.4f} {moved.max():10.4f}"
            )
            broken |= before - after > LOST or moved.mean() > MOVED
    sys.exit(int(broken))


if __name__ == "__main__":
    main()
