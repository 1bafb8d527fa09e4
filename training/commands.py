"""The command line `huizan-train`: pretrain, gather, corpora, join, export, simulate and what goes with them.

`fit`, `shorten`, `distil` and `ablate` stand in `fitting_commands`, `evaluate` and `public` in `judging_commands`, `sample` and
`collect` in `labelling_commands`. Thin commands over the modules that do the work, heavy modules imported when a command runs.
Exit status as `huizan`'s.
"""

import os
import sys
from pathlib import Path
from typing import Any

import click

from ..model.errors import InputError
from .fitting_commands import ablate, distil, fit, shorten
from .flags import COMPILED, CORPORA, DEVICE, MODEL, OPTIMISER, PATH, SEED
from .judging_commands import evaluate, public
from .labelling_commands import collect, sample


class Group(click.Group):
    """Commands whose errors are one message: exit 2 for the user's, 1 for ours."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command and turn what it raises into an exit status."""
        try:
            return super().invoke(ctx)
        except InputError as problem:
            click.echo(f"huizan-train: {problem}", err=True)
            sys.exit(2)
        except (click.ClickException, click.exceptions.Exit, click.Abort, KeyboardInterrupt):
            raise
        except Exception as problem:
            if os.environ.get("HUIZAN_DEBUG"):
                raise
            click.echo(f"huizan-train: internal fault: {type(problem).__name__}: {problem}", err=True)
            sys.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="huizan", message="huizan %(version)s")
def main() -> None:
    """The workshop: how huizan's tagger is learned and judged, and worlds with known causes.

    \b
      huizan-train pretrain --corpus corpus.parquet --out checkpoints/encoder
      huizan-train fit --encoder checkpoints/encoder --comments comments.jsonl --videos videos.jsonl --out checkpoint
      huizan-train evaluate --model checkpoint --comments comments.jsonl
      huizan-train sample --comments comments.jsonl --n 500 --out tasks
      huizan-train collect export.json --kind comment --out labels.jsonl
      huizan-train simulate --world base --out worlds/base
    """


for command in (fit, shorten, distil, ablate, evaluate, public, sample, collect):
    main.add_command(command)


@main.command()
@click.option("--corpus", type=PATH, required=True, help="Parquet or JSONL with a column `text`.")
@click.option("--out", type=PATH, required=True, help="Folder of the encoder, its checkpoints and its log.")
@click.option("--steps", default=6000, show_default=True)
@click.option("--rows", default=64, show_default=True, help="Rows of a batch on each device.")
@click.option("--length", default=128, show_default=True, help="Tokens of a row.")
@click.option("--accumulate", default=1, show_default=True, help="Batches per step.")
@click.option("--learning-rate", default=1e-3, show_default=True)
@click.option("--vocabulary", default=7680, show_default=True, help="Tokens at most.")
@click.option("--layers", default=6, show_default=True)
@click.option("--hidden", default=256, show_default=True)
@click.option("--heads", default=4, show_default=True)
@click.option("--intermediate", default=512, show_default=True)
@SEED
@DEVICE
@click.option("--save-every", default=100, show_default=True, help="Steps between checkpoints.")
@COMPILED
@click.option(
    "--objective",
    type=click.Choice(["mlm", "rtd"]),
    default="mlm",
    show_default=True,
    help="Masked-language modelling, or replaced-token detection.",
)
@OPTIMISER
@click.option("--without", multiple=True, help="Pass over rows whose column `source` is this.")
@click.option("--begin-with", default="", help="Folder of a pre-trained encoder whose weights to go on from.")
def pretrain(corpus: Path, out: Path, **settings: Any) -> None:
    """Pre-train an encoder on unlabelled text; a killed run goes on exactly. Several GPUs: start it with torchrun."""
    from .pretrain import PretrainSettings
    from .pretrain import pretrain as run

    click.echo(run(PretrainSettings(corpus=str(corpus), out=str(out), **settings)))


@main.command()
@click.argument("corpus")
@click.option("--original", type=PATH, required=True, help="Folder of the files that its authors publish.")
@click.option("--out", type=PATH, required=True, help="Folder of corpora, for `--folder` of the others.")
def gather(corpus: str, original: Path, out: Path) -> None:
    """Bring a public corpus (cold, toxicn, sccd, chnci, hancd, ccdcieg) from its authors' files to CORPUS.parquet."""
    from .originals import gather as run

    path, rows = run(corpus, original, out)
    click.echo(f"{rows:,} rows: {path}")


@main.command()
@CORPORA
@click.option("--out", type=PATH, required=True, help="JSONL of related tasks, for `fit --auxiliary`.")
@click.option("--without", multiple=True, help="Leave out this corpus.")
def corpora(folder: Path, out: Path, without: tuple[str, ...]) -> None:
    """Gather what public corpora label akin to our tags, to be learned beside them."""
    from .corpora import write_tasks

    for task, rows in write_tasks(folder, out, without).items():
        click.echo(f"{task}: {rows:,}")


@main.command()
@click.option("--rows", type=PATH, required=True, help="Readings without texts, CSV: corpus, id, labels.")
@CORPORA
@click.option("--out", type=PATH, required=True, help="Labelled texts, JSONL, for fit and evaluate.")
def join(rows: Path, folder: Path, out: Path) -> None:
    """Give readings their texts back, from corpora that you hold."""
    from .readings import write_joined

    found, all_ = write_joined(rows, folder, out)
    click.echo(f"{found:,} of {all_:,} readings have their text: {out}")


@main.command()
@MODEL
@click.option("--out", type=PATH, required=True, help="New folder for model.onnx and what lies beside it.")
@click.option("--precision", type=click.Choice(["float32", "int8"]), default="float32", show_default=True)
def export(model: Path | None, out: Path, precision: Any) -> None:
    """Write the encoder as an ONNX file for other runtimes: ids int32 (rows, length) to logits."""
    from ..model.checkpoint import DEFAULT
    from .exporting import export as run

    click.echo(run(model or DEFAULT, out, precision))


@main.command()
@click.option("--world", default="base", show_default=True, help="Its name; --list tells them.")
@click.option("--likes", type=int, help="How many; default: the world's own number.")
@SEED
@click.option(
    "--texts", type=PATH, help="Folder with videos.jsonl and comments.jsonl that say their true tags."
)
@click.option("--out", type=PATH, help="Folder for the tables.")
@click.option("--list", "listed", is_flag=True, help="List the worlds and stop.")
def simulate(
    world: str, likes: int | None, seed: int, texts: Path | None, out: Path | None, listed: bool
) -> None:
    """Simulate videos, comments, likes and exposures with the true cause of every un-like (truth.parquet)."""
    from .simulation import simulate as run
    from .worlds import WORLDS, world_named

    if listed:
        width = max(map(len, WORLDS))
        click.echo("\n".join(f"{name:{width}}  {told.about}" for name, told in WORLDS.items()))
        return
    if out is None:
        raise click.UsageError("Missing option '--out'.")
    made = run(world_named(world, likes=likes), seed, texts)
    made.write(out)
    click.echo(f"{len(made.likes):,} likes, {len(made.truth):,} taken back, in {out}")
