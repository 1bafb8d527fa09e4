"""`huizan-train evaluate` and `public`: how good a tagger is, or an attribution on a world whose causes are known.

Thin commands over `evaluation`, `behaviour`, `reliability`, `attribution_metrics` and `public_sets`; `commands` holds their
neighbours.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from .flags import CORPORA, DEVICE, ENCODER, JSON, MODEL, PATH, SEED, SPLIT_SEED


@click.command()
@MODEL
@click.option("--comments", type=PATH, help="Labelled comments, JSONL.")
@click.option("--videos", type=PATH, help="Labelled videos, JSONL.")
@click.option("--split", type=click.Choice(["all", "test"]), default="all", show_default=True,
              help="`test`: only the groups that `fit` kept for testing, beside the baseline.")  # fmt: skip
@SPLIT_SEED
@click.option("--attribution", type=PATH, help="Folder of an attribution, to be judged against --truth.")
@click.option("--truth", type=PATH, help="truth.parquet of a simulated world.")
@click.option("--baselines/--alone", "beside", default=True, show_default=True,
              help="Judge simple attributions of the same world too; its tables must lie beside its truth.")  # fmt: skip
@click.option("--encoder-alone", "alone", is_flag=True,
              help="Leave out the n-grams that are mixed in: what the checkpoint gives through transformers alone.")  # fmt: skip
@click.option("--behaviour", is_flag=True,
              help="Negation, irony, quoting and more: the share of minimal pairs that are ordered rightly.")  # fmt: skip
@click.option(
    "--reliability",
    type=PATH,
    help="Draw how often texts of each probability have the tag: .svg, .png or .html.",
)
@JSON
def evaluate(
    model: Path | None, comments: Path | None, videos: Path | None, split: str, split_seed: int, attribution: Path | None,
    truth: Path | None, beside: bool, alone: bool, behaviour: bool, reliability: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Measure a checkpoint on labelled texts, or an attribution against a simulated truth."""
    from rich.console import Console

    if attribution or truth:
        if not (attribution and truth):
            raise click.UsageError("--attribution and --truth belong together.")
        _evaluate_attribution(attribution, truth, as_json, beside)
        return
    if not (comments or videos or behaviour):
        raise click.UsageError("Give --comments, --videos, --behaviour, or --attribution with --truth.")
    from ..model.tagger import Tagger
    from .behaviour import behaviour_table, ordered, read_pairs
    from .evaluation import evaluate_files
    from .reliability import check_name, draw

    if reliability:
        check_name(reliability)
    tagger, told, tables = Tagger.load(model, "cpu"), {}, []
    if alone:
        tagger.wide = None
    if comments or videos:
        result = evaluate_files(tagger, comments, videos, split, split_seed)
        told |= result.as_dict()
        tables += [result.table(), *([result.parts_table()] if result.parts else [])]
        if reliability:
            draw(result.judged, reliability)
    if behaviour:
        found = ordered(tagger.score, read_pairs())
        told["behaviour"] = {name: asdict(line) | {"share": line.share} for name, line in found.items()}
        tables.append(behaviour_table(found))
    if as_json:
        click.echo(json.dumps(told, indent=2))
    else:
        Console(width=150).print(*tables)


def _evaluate_attribution(folder: Path, truth: Path, as_json: bool, beside: bool) -> None:
    """Print an attribution's errors, and those of the baselines on the world in whose folder the truth lies."""
    from rich.console import Console

    from .attribution_metrics import attribution_metrics
    from .attribution_table import comparison, shares_beside_truth

    judged = {"this attribution": attribution_metrics(folder, truth)}
    if beside and all((truth.parent / f"{name}.parquet").exists() for name in ("likes", "videos")):
        from .attribution_baselines import baselines

        judged |= baselines(truth.parent, say=lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(json.dumps({name: metrics.as_dict() for name, metrics in judged.items()}, indent=2))
        return
    Console(width=110).print(comparison(judged), shares_beside_truth(judged["this attribution"]))


@click.command()
@ENCODER
@CORPORA
@click.option("--set", "names", multiple=True, help="cold, toxicn, sccd, hancd or chnci; default: all five.")
@click.option("--epochs", default=3.0, show_default=True)
@click.option("--learning-rate", default=5e-4, show_default=True)
@SEED
@DEVICE
def public(encoder: str, folder: Path, names: tuple[str, ...], **settings: Any) -> None:
    """Fine-tune an encoder on public sets with published results, and print ours beside n-grams and the paper."""
    from rich.console import Console

    from .fit import FitSettings
    from .hub import encoder_folder
    from .public_sets import SETS, measure, table

    with encoder_folder(encoder) as read:
        chosen = FitSettings(str(read), "", **settings)
        results = []
        for name in names or SETS:
            results.append(measure(name, folder, chosen, report=lambda line: click.echo(line, err=True)))
            # Each takes minutes: what is found is told at once, should the next be interrupted.
            Console(width=200, stderr=True).print(table(results[-1:]))
    Console(width=200).print(table(results))
