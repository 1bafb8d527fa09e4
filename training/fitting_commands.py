"""The commands `fit`, `shorten`, `distil` and `ablate` of `huizan-train`: the tagger learned, its teachers, each part's worth.

Thin commands over `fit`, `shortening`, `distillation` and `ablation`; `commands` holds their neighbours.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .flags import COMPILED, DEVICE, ENCODER, KIND, MODEL, OPTIMISER, PATH, SEED, SPLIT_SEED

if TYPE_CHECKING:
    from ..model.taxonomy import Kind

RECIPE = (
    ENCODER,
    click.option(
        "--comments", multiple=True, required=True, help="Labelled comments, JSONL; split by group."
    ),
    click.option("--videos", multiple=True, required=True, help="Labelled videos, JSONL; split by group."),
    click.option("--extra-comments", multiple=True, help="Labelled comments to train on only."),
    click.option("--extra-videos", multiple=True, help="Labelled videos to train on only."),
    click.option("--auxiliary", multiple=True, help="Related tasks to learn beside the tags, JSONL."),
    click.option(
        "--auxiliary-rows", default=12_000, show_default=True, help="Rows of related tasks in a pass."
    ),
    click.option("--auxiliary-weight", default=0.3, show_default=True, help="Weight of their loss."),
    click.option("--epochs", default=6.0, show_default=True),
    click.option("--wide/--no-wide", default=True, show_default=True, help="Mix n-grams with the encoder."),
    click.option(
        "--repeats", default=1, show_default=True, help="How often labelled rows stand beside each extra row."
    ),
    click.option("--learning-rate", default=4e-4, show_default=True),
    OPTIMISER,
    click.option("--tokens", default=3072, show_default=True, help="Tokens of a batch."),
    SEED,
    click.option(
        "--split-seed", default=0, show_default=True, help="Orders groups of equal size in the split."
    ),
    DEVICE,
)


def recipe(command: Callable) -> Callable:
    """The options that decide how a tagger is learned."""
    for option in reversed(RECIPE):
        command = option(command)
    return command


@click.command()
@click.option("--out", required=True, help="Folder of the checkpoint.")
@click.option("--name", default="huizan-small", show_default=True)
@click.option(
    "--everything", is_flag=True, help="Measure as ever, then train on the test groups too and save that."
)
@recipe
def fit(**settings: Any) -> None:
    """Teach an encoder the tags, calibrate it, and measure it beside the n-gram baseline on groups it never saw."""
    from rich.console import Console

    from .fit import FitSettings
    from .fit import fit as run

    result = run(FitSettings(**settings), report=lambda line: click.echo(line, err=True))
    Console(width=150).print(result.table())


@click.command()
@MODEL
@click.option(
    "--comments", type=PATH, multiple=True, required=True, help="Comments, JSONL with the columns of labels."
)
@click.option(
    "--videos", type=PATH, multiple=True, required=True, help="Videos, JSONL with the columns of labels."
)
@click.option("--out", type=PATH, required=True, help="Folder of the shortened checkpoint.")
@click.option("--steps", default=6_000, show_default=True)
@click.option("--tokens", default=4_096, show_default=True, help="Tokens of a batch.")
@click.option("--rate", default=3e-4, show_default=True, help="Learning rate at its highest.")
@click.option(
    "--bf16", default=0.0, show_default=True, help="Part of the steps, from the first, in bfloat16."
)
@COMPILED
@SEED
@DEVICE
def shorten(
    model: Path | None, comments: tuple[Path, ...], videos: tuple[Path, ...], out: Path, **settings: Any
) -> None:
    """Teach a checkpoint to bear the shortcut: its last two layers are then computed for one position only."""
    from ..model.checkpoint import DEFAULT
    from .shortening import ShortenSettings
    from .shortening import shorten as run

    told = partial(click.echo, err=True)
    found = run(model or DEFAULT, out, list(comments), list(videos), ShortenSettings(**settings), told)
    click.echo(json.dumps({"mean_move": found}, indent=2))


@click.command()
@click.option(
    "--out", type=PATH, required=True, help="JSONL with a line for each variation; a killed run goes on."
)
@click.option("--hard-comments", type=PATH, help="Labelled comments to measure on besides, JSONL.")
@click.option("--hard-videos", type=PATH, help="Labelled videos to measure on besides, JSONL.")
@recipe
def ablate(out: Path, hard_comments: Path | None, hard_videos: Path | None, **settings: Any) -> None:
    """Fit again and again, each time with one thing otherwise, and tell what each is worth."""
    from rich.console import Console

    from .ablation import ablate as run
    from .fit import FitSettings

    files: dict[Kind, Path | None] = {"comment": hard_comments, "video": hard_videos}
    hard: dict[Kind, Path] = {kind: path for kind, path in files.items() if path}
    table = run(FitSettings(out="", **settings), hard, out, report=lambda line: click.echo(line, err=True))
    Console(width=200).print(table)


@click.command()
@MODEL
@click.option("--labels", type=PATH, required=True, help="Labels from which the baseline learns, JSONL.")
@click.option(
    "--unlabelled", type=PATH, multiple=True, required=True, help="Texts, JSONL with the columns of labels."
)
@KIND
@click.option("--out", type=PATH, required=True, help="Soft labels, JSONL, for fit --extra-….")
@click.option("--most", default=50_000, show_default=True, help="Texts at most.")
@click.option("--weight", default=0.5, show_default=True, help="Of a soft label beside a read one.")
@SPLIT_SEED
def distil(model: Path | None, **settings: Any) -> None:
    """Let a tagger and the n-gram baseline label texts together, softly, for a student to learn from."""
    from ..model.checkpoint import DEFAULT
    from .distillation import distil as run

    settings["unlabelled"] = list(settings["unlabelled"])
    click.echo(json.dumps(run(model or DEFAULT, **settings), indent=2))
