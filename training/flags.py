"""Options that several commands of `huizan-train` share, each said once."""

from pathlib import Path

import click

PATH = click.Path(path_type=Path)

MODEL = click.option("--model", type=PATH, help="Folder of a checkpoint. Default: the one in the package.")
ENCODER = click.option(
    "--encoder", required=True, help="Folder of a pre-trained encoder, or a name on the model hub."
)
CORPORA = click.option(
    "--folder", type=PATH, required=True, help="Corpora as NAME.parquet, as their data cards say."
)
OPTIMISER = click.option(
    "--optimiser", type=click.Choice(["muon", "adamw"]), default="muon", show_default=True
)
SEED = click.option("--seed", default=0, show_default=True)
DEVICE = click.option("--device", default="auto", show_default=True)
COMPILED = click.option("--compiled", is_flag=True, help="Compile the model first.")
KIND = click.option("--kind", type=click.Choice(["video", "comment"]), required=True)
SPLIT_SEED = click.option("--split-seed", default=0, show_default=True, help="That of the fit.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
