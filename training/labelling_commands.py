"""The commands `sample` and `collect` of `huizan-train`: texts out to people who label them, and their labels back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .flags import DEVICE, JSON, KIND, PATH, SEED

if TYPE_CHECKING:
    from ..model.tagger import Tagger


@click.command()
@click.option("--comments", type=PATH, help="Comments, raw or tagged: Parquet, CSV or JSONL.")
@click.option("--videos", type=PATH, help="Videos; beside --comments they only give the titles.")
@click.option(
    "--tool", type=click.Choice(["label-studio", "doccano"]), default="label-studio", show_default=True
)
@click.option(
    "--by", type=click.Choice(["uncertainty", "random"]), default="uncertainty", show_default=True,
    help="What the tagger knows least, to learn from; or every row with the same known chance, to audit.",
)  # fmt: skip
@click.option("--n", type=click.IntRange(min=1), default=500, show_default=True, help="Texts at most.")
@click.option("--tag", "tags", multiple=True, help="Uncertain about this tag; several. Default: all in turn.")
@click.option("--suggest", is_flag=True, help="Show people the tagger's tags; they will tend to agree.")
@click.option(
    "--chunk", type=click.IntRange(min=1), default=10_000, show_default=True, help="Tasks of a file."
)
@click.option("--model", type=PATH, help="Checkpoint that scores raw texts. Default: the one in the package.")
@DEVICE
@SEED
@click.option("--out", type=PATH, required=True, help="New folder for the tasks.")
def sample(
    comments: Path | None, videos: Path | None, tool: str, by: str, n: int, tags: tuple[str, ...], suggest: bool,
    chunk: int, model: Path | None, device: str, seed: int, out: Path,
) -> None:  # fmt: skip
    """Draw texts to be labelled in Label Studio or doccano.

    \b
      huizan-train sample --comments tagged/comments.parquet --videos videos.csv --n 500 --out tasks
      huizan-train sample --videos videos.csv --by random --tool doccano --n 300 --out audit

    Writes the tasks in files of --chunk, the set-up of the project (config.xml or labels.json) and settings.json. What
    people said comes back with `huizan-train collect`.
    """
    from .sampling import SampleSettings, draw
    from .tasks import write_tasks

    if not (comments or videos):
        raise click.UsageError("Give --comments, --videos, or both.")
    name = str(model) if model else None
    settings = SampleSettings(
        str(comments) if comments else None, str(videos) if videos else None, tool,
        "random" if by == "random" else "uncertainty", n, tags, seed, suggest, chunk, name,
    )  # fmt: skip

    def load() -> "Tagger":
        from ..model.tagger import Tagger

        return Tagger.load(model, device)

    drawn = draw(settings, load)
    for file in write_tasks(drawn, settings, out):
        click.echo(file)
    click.echo(", ".join(f"{count:,} {what}" for what, count in drawn.counts.items()), err=True)


@click.command()
@click.argument("exports", metavar="EXPORT...", nargs=-1, required=True, type=PATH)
@KIND
@click.option("--out", type=PATH, required=True, help="Labelled texts, JSONL, for fit and evaluate.")
@click.option(
    "--audited-out", type=PATH, help="Checked videos, .parquet or .csv, for `huizan attribute --audited`."
)
@click.option("--source", default="annotated", show_default=True, help="Said of texts that carry no source.")
@click.option("--empty-is-none", is_flag=True, help="A doccano line without labels was read and has no tag.")
@JSON
def collect(
    exports: tuple[Path, ...], kind: str, out: Path, audited_out: Path | None, source: str, empty_is_none: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Bring labels back from Label Studio (JSON) or doccano (JSONL, JSON, CSV, zip), and say how far annotators agree.

    \b
      huizan-train collect export.json --kind comment --out labels.jsonl
      huizan-train collect export.zip --kind video --out labels.jsonl --audited-out checked.parquet

    A label is the share of annotators who gave the tag; texts on which they differ are unsure. Agreement is
    Krippendorff's alpha.
    """
    from rich.console import Console

    from .agreement import agreement_table, report, write_audited, write_labels
    from .annotations import read_export

    found = read_export(list(exports), "video" if kind == "video" else "comment", empty_is_none)
    if audited_out:
        write_audited(found, audited_out)
    write_labels(found, source, out)
    told = report(found)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    Console(width=100).print(agreement_table(told))
    for reason, count in found.counts.items():
        click.echo(f"left out: {count:,} {reason}")
    click.echo(f"{told['texts']:,} {kind}s, {told['unsure']:,} unsure: {out}")
