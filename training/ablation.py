"""Ablation: the same fit again and again, each time with one thing otherwise, on the same split.

What a part of the recipe is worth is what the average precision loses without it. Every variation is a `fit` of its own, told on
a line of a file as soon as it is there, so that a killed run goes on behind the last line; the table is drawn from that file.

    huizan-train ablate --encoder checkpoints/encoder --comments comments.jsonl --videos videos.jsonl --out ablation.jsonl
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.table import Table
from transformers import AutoConfig, AutoModelForMaskedLM

from ..model.tagger import Tagger
from ..model.taxonomy import Kind
from .evaluation import evaluate
from .fit import FitSettings, fit
from .hub import encoder_folder
from .labels import Labelled, read_labels

AS_IT_IS = "as it is"
UNTRAINED = "encoder of random weights"


def variations(settings: FitSettings) -> dict[str, dict[str, Any]]:
    """What is otherwise in each variation; those that change nothing of `settings` are left out."""
    extra = settings.extra_comments or settings.extra_videos
    all_ = {
        AS_IT_IS: {},
        "AdamW for all weights": {"optimiser": "adamw"},
        "no related tasks": {"auxiliary": ()},
        "no texts for training only": {"extra_comments": (), "extra_videos": ()},
        "texts for training only not told apart": {"told_apart": not extra},
        "no characters hidden": {"blanked": 0.0},
        UNTRAINED: {"encoder": UNTRAINED},
    }
    return {
        name: changes
        for name, changes in all_.items()
        if name == AS_IT_IS or replace(settings, **changes) != settings
    }


def ablate(
    settings: FitSettings,
    hard: Mapping[Kind, Path],
    out: Path,
    report: Callable[[str], None] = print,
) -> Table:
    """Fit every variation that `out` does not hold yet.

    Parameters
    ----------
    settings
        The recipe as it is; its `out` and `everything` are not used.
    hard
        Labelled texts on which every variation is measured besides the test groups.

    Returns
    -------
    `ablation_table` of all that `out` holds.
    """
    given: dict[Kind, Labelled] = {kind: read_labels(path, kind) for kind, path in hard.items()}
    done = {line["variation"] for line in _lines(out)}
    for name, changes in variations(settings).items():
        if name in done:
            continue
        report(f"variation: {name}")
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / "checkpoint"
            if changes.get("encoder") == UNTRAINED:
                changes = {"encoder": str(_untrained(settings.encoder, Path(made) / "encoder"))}
            one = replace(settings, out=str(folder), everything=False, **changes)
            measured = {"test groups": _precisions(fit(one, report).tagger)}
            tagger = Tagger.load(folder, "cpu")
            measured["hard"] = _precisions(evaluate(tagger, given).tagger)
            tagger.wide = None
            measured["hard, encoder alone"] = _precisions(evaluate(tagger, given).tagger)
        with open(out, "a", encoding="utf-8") as file:
            print(json.dumps({"variation": name, "average_precision": measured}), file=file)
    return ablation_table(out)


def ablation_table(path: Path) -> Table:
    """Average precision of every head in every variation, the difference from the recipe as it is in brackets."""
    lines = _lines(path)
    whole = next((line["average_precision"] for line in lines if line["variation"] == AS_IT_IS), {})
    heads = sorted({head for line in lines for found in line["average_precision"].values() for head in found})
    table = Table(title="average precision with one thing otherwise")
    for column in ("measured on", "variation", *heads):
        table.add_column(column, justify="left" if column in ("measured on", "variation") else "right")
    for part in dict.fromkeys(part for line in lines for part in line["average_precision"]):
        for line in lines:
            found, usual = line["average_precision"].get(part, {}), whole.get(part, {})
            told = [_told(found.get(head), usual.get(head), line["variation"]) for head in heads]
            table.add_row(part, line["variation"], *told)
    return table


def _untrained(encoder: str, out: Path) -> Path:
    """An encoder of the same shape and vocabulary that was never pre-trained."""
    with encoder_folder(encoder) as folder:
        AutoModelForMaskedLM.from_config(AutoConfig.from_pretrained(folder)).save_pretrained(out)
        shutil.copy(folder / "vocab.txt", out)
    return out


def _told(value: float | None, usual: float | None, variation: str) -> str:
    if value is None:
        return "–"
    if usual is None or variation == AS_IT_IS:
        return f"{value:.3f}"
    return f"{value:.3f} ({value - usual:+.3f})"


def _precisions(measured: Mapping[str, Any]) -> dict[str, float]:
    return {head: round(m.average_precision, 4) for head, m in measured.items() if m.positives}


def _lines(path: Path) -> list[dict]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
