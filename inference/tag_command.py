"""The command `huizan tag`: tables tagged into a folder, or lines as they come."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..model.records import COMMENTS, VIDEOS
from . import guide
from .options import ABSTAIN, DEVICE, ENGINE, FORM, KIND, LINES, MODEL, TABLE, THRESHOLD, table
from .settings import settings_of

if TYPE_CHECKING:
    from ..model.taxonomy import Kind
    from .engines import Engine
    from .lines import Form

TAGGED = ("videos.parquet", "comments.parquet")
SETTINGS = "tag_settings.json"  # an attribution may write its settings.json into the same folder


@click.command(epilog=guide.tables(videos=VIDEOS, comments=COMMENTS))
@LINES
@table("--videos", "The videos and their texts; gives comments their titles, too.")
@table("--comments", "The comments.")
@click.option("--out", metavar="DIR", type=TABLE, help="Folder for what comes out; of lines a .parquet file.")
@MODEL
@DEVICE
@ENGINE
@click.option(
    "--explain", is_flag=True, help="Add why_<tag>: the words that carry each tag that is given. Slower."
)
@THRESHOLD
@ABSTAIN
@KIND
@FORM
def tag(
    lines: str | None, videos: Path | None, comments: Path | None, out: Path | None, model: str | None, device: str,
    engine: "Engine", explain: bool, given: tuple[str, ...], abstain: float, kind: "Kind", form: "Form",
) -> None:  # fmt: skip
    """Tag texts: probability and verdict of each tag for each video and comment.

    \b
      huizan tag --videos videos.jsonl --comments comments.jsonl --out tagged
      huizan tag --comments comments.jsonl --threshold staged=0.6 --abstain 0.1 --out tagged
      cut -f3 comments.tsv | huizan tag - > judged.tsv

    Writes DIR/videos.parquet and DIR/comments.parquet with p_<tag>, is_<tag> and the name of the model, and
    tag_settings.json; a row without text stays, with nothing in them. A killed job goes on where it stopped when it is started
    again. With --engine spark each is a folder of files, and DIR may be an address. With - texts are read from standard
    input, one a line, and judged as they come.
    """
    from .decision import parse
    from .scorer import Scorer

    thresholds = parse(given)
    if lines:
        if videos or comments or explain:
            raise click.UsageError("- takes neither tables nor --explain.")
        from .lines import write_lines, write_parquet

        scorer = Scorer.load(model, device, thresholds=thresholds, abstain=abstain)
        source = sys.stdin.buffer
        if out:
            write_parquet(source, scorer, kind, out)
        else:
            write_lines(source, scorer, kind, form, sys.stdout.buffer)
        return
    if out is None:
        raise click.UsageError("Missing option '--out'.")
    if videos is None and comments is None:
        raise click.UsageError(
            "Give --videos, --comments, or both. Lines from standard input are asked for by -."
        )

    from ..model.cores import processors
    from .destination import destination
    from .engines import address, connect
    from .outputs import write_json
    from .progress import progress_for
    from .tables import read

    # Whether ids repeat is asked of all rows at once: bounded, DuckDB does it on disk where memory does not do.
    cores = processors()
    con, progress = connect(engine, cores, f"{400 + 100 * cores}MB"), progress_for()
    with progress.stage("检查输入 checking input"):
        for path, record in ((videos, VIDEOS), (comments, COMMENTS)):
            if path:
                read(con, path, record)
        scorer = Scorer.load(model, device, thresholds=thresholds, abstain=abstain)
    counts: dict[str, dict[str, int]] = {}
    local = "://" not in address(out)
    names = (*TAGGED, SETTINGS)
    with destination(out, (videos, comments), names) if local else nullcontext():
        if engine == "spark":
            from .spark_tagging import tag_comments_on_spark as tag_comments
            from .spark_tagging import tag_videos_on_spark as tag_videos
        else:
            from .tagging import tag_comments, tag_videos
        if videos:
            counts["videos"] = tag_videos(con, videos, out / "videos.parquet", scorer, progress, explain)
        if comments:
            counts["comments"] = tag_comments(
                con, comments, videos, out / "comments.parquet", scorer, progress, explain
            )
        told = settings_of(
            "tag", {"videos": videos, "comments": comments}, model=scorer.name, explain=explain
        )
        if local:
            write_json(out / SETTINGS, told | scorer.decision.as_dict())
    for name, reasons in counts.items():
        click.echo(f"{out / f'{name}.parquet'}")
        for reason, n in reasons.items():
            click.echo(f"  {n:,} {name}: {reason}")
