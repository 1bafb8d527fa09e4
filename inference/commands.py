"""The command line `huizan`: run, tag, attribute, report.

Commands are thin: they open tables, call the modules that do the work, and say what came out. Heavy modules are
imported when a command runs, so that `--help` answers at once. Exit status: 0 done, 1 internal fault, 2 bad input or usage.
"""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import click

from ..model.errors import InputError

TABLE = click.Path(path_type=Path)


class Group(click.Group):
    """Commands whose errors are one message: exit 2 for the user's, 1 for ours."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command and turn what it raises into an exit status."""
        try:
            return super().invoke(ctx)
        except InputError as problem:
            _end(2, f"huizan: {problem}")
        except (click.ClickException, click.exceptions.Exit, click.Abort, KeyboardInterrupt):
            raise
        except Exception as problem:
            if os.environ.get("HUIZAN_DEBUG"):
                raise
            _end(
                1,
                f"huizan: internal fault: {type(problem).__name__}: {problem}\nSet HUIZAN_DEBUG=1 to see where.",
            )


def _end(status: int, message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(status)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="huizan", message="huizan %(version)s")
def main() -> None:
    """悔赞: why was this like taken back?

    Tags Chinese short videos and their comments (标题党 clickbait, 摆拍 staged, 争议 controversy), joins the tags with likes and
    un-likes, and attributes each taken-back like to a cause.

    \b
    All at once:
      huizan run --videos videos.csv --comments comments.csv --likes likes.csv --out result
    Step by step:
      huizan tag --videos videos.csv --comments comments.csv --out tagged
      huizan attribute --likes likes.csv --videos tagged/videos.parquet --comments tagged/comments.parquet --out result
      huizan report result

    Tables are Parquet, CSV or JSONL, told by their ending: a file, or a folder of them.
    """


MODEL = [
    click.option("--model", metavar="PATH", help="Folder of a checkpoint. Default: the one in the package."),
    click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True),
]
FIT = [
    click.option("--seed", default=0, show_default=True, help="Of the bootstrap and the placebos."),
    click.option("--bootstrap", default=40, show_default=True, help="Replicates behind the 95 % intervals."),
]
OUT = click.option("--out", type=TABLE, required=True, help="Folder for what comes out.")


def _with(options: list) -> Any:
    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@main.command()
@click.option(
    "--videos", type=TABLE, required=True, help="video_id, and title, description, transcript or ocr_text."
)
@click.option(
    "--comments",
    type=TABLE,
    required=True,
    help="comment_id, video_id, text; created_at makes them evidence.",
)
@click.option(
    "--likes",
    type=TABLE,
    required=True,
    help="user_id, video_id, liked_at, unliked_at; or a log with event, at.",
)
@click.option(
    "--exposures",
    type=TABLE,
    help="user_id, video_id, kind, exposed_at: shows corrections of the recommender.",
)
@OUT
@_with(MODEL)
@_with(FIT)
def run(
    videos: Path, comments: Path, likes: Path, exposures: Path | None, out: Path, model: str | None, device: str,
    seed: int, bootstrap: int,
) -> None:  # fmt: skip
    """Everything: tag the texts, attribute the un-likes, write the page.

    Writes videos.parquet, comments.parquet, reversals.parquet, videos_effect.parquet, shares.json, checks.json and report.html
    into OUT. Every table is checked before anything is written.
    """
    from ..model.records import COMMENTS, EXPOSURES, TAGGED_COMMENTS, TAGGED_VIDEOS, VIDEOS
    from .attribution import AttributionSettings, attribute, write
    from .progress import progress_for
    from .report import write_report
    from .scorer import Scorer
    from .summary import summary
    from .tables import connect, read, read_likes
    from .tagging import tag_comments, tag_videos

    con, progress = connect(), progress_for()
    with progress.stage("检查输入 checking input"):
        for path, record in ((videos, VIDEOS), (comments, COMMENTS)):
            read(con, path, record)
        given_likes = read_likes(con, likes)
        given_exposures = read(con, exposures, EXPOSURES) if exposures else None
        scorer = Scorer.load(model, device)
    with _folder(out):
        rows = {"videos": tag_videos(con, videos, out / "videos.parquet", scorer, progress)}
        rows["comments"] = tag_comments(con, comments, videos, out / "comments.parquet", scorer, progress)
        settings = AttributionSettings(seed=seed, bootstrap=bootstrap)
        found = attribute(
            con,
            given_likes,
            read(con, out / "videos.parquet", TAGGED_VIDEOS),
            read(con, out / "comments.parquet", TAGGED_COMMENTS),
            given_exposures,
            settings,
            progress,
        )
        for table, counts in rows.items():
            if counts:
                found.summary.setdefault(table, {}).update(counts)
        write(found, out)
        _save_settings(out, asdict(settings) | {"model": scorer.name})
        page = write_report(out, out / "report.html")
    click.echo(summary(found, page))


@main.command()
@click.option("--videos", type=TABLE, help="Table of videos; gives comments their titles, too.")
@click.option("--comments", type=TABLE, help="Table of comments.")
@OUT
@_with(MODEL)
def tag(videos: Path | None, comments: Path | None, out: Path, model: str | None, device: str) -> None:
    """Tag texts: probability and verdict of each tag for each video and comment.

    \b
    Writes OUT/videos.parquet and OUT/comments.parquet with p_<tag>, is_<tag> and model. A killed job goes on where it
    stopped when it is started again.
      huizan tag --comments comments.jsonl --videos videos.jsonl --out tagged
    """
    from ..model.records import COMMENTS, VIDEOS
    from .progress import progress_for
    from .scorer import Scorer
    from .tables import connect, read
    from .tagging import tag_comments, tag_videos

    if videos is None and comments is None:
        raise click.UsageError("Give --videos, --comments, or both.")
    con, progress = connect(), progress_for()
    for path, record in ((videos, VIDEOS), (comments, COMMENTS)):
        if path:
            read(con, path, record)
    scorer = Scorer.load(model, device)
    with _folder(out):
        counts: dict[str, dict[str, int]] = {}
        if videos:
            counts["videos"] = tag_videos(con, videos, out / "videos.parquet", scorer, progress)
        if comments:
            counts["comments"] = tag_comments(
                con, comments, videos, out / "comments.parquet", scorer, progress
            )
    for table, reasons in counts.items():
        click.echo(f"{out / f'{table}.parquet'}")
        for reason, n in reasons.items():
            click.echo(f"  {n:,} {table}: {reason}")


@main.command()
@click.option(
    "--likes",
    type=TABLE,
    required=True,
    help="user_id, video_id, liked_at, unliked_at; or a log with event, at.",
)
@click.option(
    "--videos",
    type=TABLE,
    help="Tagged videos (p_clickbait, p_staged, p_controversy), of huizan or another model.",
)
@click.option("--comments", type=TABLE, help="Tagged comments, with created_at.")
@click.option("--exposures", type=TABLE, help="user_id, video_id, kind, exposed_at.")
@OUT
@_with(FIT)
def attribute(
    likes: Path,
    videos: Path | None,
    comments: Path | None,
    exposures: Path | None,
    out: Path,
    seed: int,
    bootstrap: int,
) -> None:
    """Attribute taken-back likes to causes.

    Writes reversals.parquet (one row per un-like with six causes that sum to one), videos_effect.parquet, shares.json and
    checks.json into OUT. Evidence always dates from before the un-like.
    """
    from ..model.records import EXPOSURES, TAGGED_COMMENTS, TAGGED_VIDEOS
    from .attribution import AttributionSettings, write
    from .attribution import attribute as run_attribution
    from .progress import progress_for
    from .summary import summary
    from .tables import connect, read, read_likes

    con = connect()
    settings = AttributionSettings(seed=seed, bootstrap=bootstrap)
    found = run_attribution(
        con,
        read_likes(con, likes),
        read(con, videos, TAGGED_VIDEOS) if videos else None,
        read(con, comments, TAGGED_COMMENTS) if comments else None,
        read(con, exposures, EXPOSURES) if exposures else None,
        settings,
        progress_for(),
    )
    with _folder(out):
        write(found, out)
        _save_settings(out, asdict(settings))
    click.echo(summary(found, None))


@main.command()
@click.argument("folder", type=TABLE)
@click.option("--out", type=TABLE, help="Where the page goes. Default: FOLDER/report.html.")
def report(folder: Path, out: Path | None) -> None:
    """Write one self-contained page about an attribution; it opens with no network.

    FOLDER is what `huizan run` or `huizan attribute` wrote.
    """
    from .report import write_report

    click.echo(write_report(folder, out or folder / "report.html"))


class _folder:
    """A folder for the output, which is removed again if the command made it and leaves it empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._made = not self._path.exists()
        try:
            self._path.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise InputError(
                "--out is a folder that can be written", f"{self._path}: {problem}", "Give another"
            ) from problem

    def __exit__(self, *problem: object) -> None:
        if self._made and problem[0] is not None and not any(self._path.iterdir()):
            self._path.rmdir()


def _save_settings(out: Path, settings: dict[str, Any]) -> None:
    from .outputs import write_json

    write_json(out / "settings.json", settings)
