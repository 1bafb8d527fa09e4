"""Export: the encoder as an ONNX file for other runtimes, with what is needed to feed it and to read it.

The graph takes token ids of rows of one length (`model.graph`) and gives the encoder's logits; the n-grams are mixed in by
huizan alone. Beside it lie the vocabulary, the `tokenizers` file and the card with its thresholds. Whole or not at all.

    huizan-train export --model checkpoint --out exported
"""

import shutil
import tempfile
from pathlib import Path

from ..model.checkpoint import CARD, read_card
from ..model.errors import InputError
from ..model.graph import encoder_graph
from ..model.ranges import Ranges
from ..model.runtime import Precision

BESIDE = (CARD, "vocab.txt", "tokenizer.json", "tokenizer_config.json")
FILE = "model.onnx"


def export(model: Path, out: Path, precision: Precision = "float32") -> Path:
    """Write `out` with `model.onnx` and what lies beside it; returns the graph's path.

    Raises
    ------
    InputError
        If `model` is no checkpoint of this version, `out` is there already, or int8 is asked of a checkpoint whose ranges
        were not measured.
    """
    read_card(model)
    if out.exists():
        raise InputError("The folder of an export is new", f"{out} is there", "Give another, or remove it")
    ranges = Ranges.read(model) if precision == "int8" else None
    if precision == "int8" and ranges is None:
        raise InputError(
            "int8 needs ranges.json of these very weights",
            f"none in {model}",
            "Write the checkpoint again with `fit`",
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".export-") as made:
        new = Path(made) / "new"
        new.mkdir()
        (new / FILE).write_bytes(encoder_graph(model, ranges.places if ranges else None))
        for name in BESIDE:
            shutil.copy(model / name, new / name)
        shutil.move(new, out)
    return out / FILE
