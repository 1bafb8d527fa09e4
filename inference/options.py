"""Options that several commands of `huizan` share, each said once."""

from collections.abc import Callable
from pathlib import Path

import click

TABLE = click.Path(path_type=Path)
EXPOSED = "What users met after a like; without it a correction of the recommender cannot be seen."

Decorator = Callable[[Callable[..., None]], Callable[..., None]]
OUT = click.option("--out", metavar="DIR", type=TABLE, required=True, help="Folder for what comes out.")
MODEL = click.option(
    "--model", metavar="PATH", help="Folder of a checkpoint. Default: the one in the package; no network."
)
DEVICE = click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True
)
SEED = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of the bootstrap and the placebos.",
)
ENGINE = click.option(
    "--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True,
    help="Where the tables are joined. With spark a TABLE is a name in its catalogue or the address of Parquet files.",
)  # fmt: skip
BOOTSTRAP = click.option(
    "--bootstrap", type=click.IntRange(min=0), default=40, show_default=True,
    help="Replicates behind the 95 % intervals.",
)  # fmt: skip

LINES = click.argument("lines", metavar="[-]", required=False, type=click.Choice(["-"]))
KIND = click.option(
    "--kind", type=click.Choice(["comment", "video"]), default="comment", show_default=True,
    help="Of lines: what they are, comments or titles of videos.",
)  # fmt: skip
FORM = click.option(
    "--format", "form", type=click.Choice(["tsv", "jsonl"]), default="tsv", show_default=True,
    help="Of lines: how judgements are written to standard output.",
)  # fmt: skip
THRESHOLD = click.option(
    "--threshold", "given", metavar="TAG=P", multiple=True,
    help="Give the tag from probability P on, instead of the model's own; several. TAG may name the kind: comment_staged.",
)  # fmt: skip
ABSTAIN = click.option(
    "--abstain", metavar="WIDTH", type=float, default=0.0, show_default=True,
    help="Leave is_<tag> empty where the probability is nearer to the threshold than this.",
)  # fmt: skip


def table(name: str, words: str, required: bool = False) -> Decorator:
    return click.option(name, metavar="TABLE", type=TABLE, required=required, help=words)


def file(name: str, words: str) -> Decorator:
    return click.option(name, metavar="FILE.parquet", type=TABLE, help=words)
