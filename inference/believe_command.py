"""The command `huizan believe`: what each video is, by its own text and by its comments so far."""

from datetime import UTC, datetime
from pathlib import Path

import click

from ..model.records import TAGGED_COMMENTS, TAGGED_VIDEOS
from . import guide
from .options import TABLE, table


@click.command(epilog=guide.tables(videos=TAGGED_VIDEOS, comments=TAGGED_COMMENTS))
@table("--videos", "Tagged videos.", required=True)
@table("--comments", "Tagged comments; those with created_at count.", required=True)
@click.option(
    "--until",
    metavar="TIME",
    type=click.DateTime(),
    help="Only comments before this moment, UTC. Default: all.",
)
@click.option("--out", metavar="FILE.parquet", type=TABLE, required=True, help="The table that comes out.")
def believe(videos: Path, comments: Path, until: datetime | None, out: Path) -> None:
    """Combine what a video's text says with what its comments claim.

    \b
      huizan tag --videos videos.jsonl --comments comments.jsonl --out tagged
      huizan believe --videos tagged/videos.parquet --comments tagged/comments.parquet --out believed.parquet
      huizan believe … --until 2026-03-01 --out believed-in-march.parquet

    Writes one row per video: p_<tag> of its own text, believed_<tag> of text and comments, and by how much the comments
    moved it. Sensitivity and false claims of comments are learned from these tables, without labels. Few comments move
    little; a truncated thread (thread_truncated) counts for less.
    """
    from .beliefs import beliefs
    from .destination import destination
    from .engines import connect
    from .outputs import write_table
    from .progress import progress_for
    from .tables import read

    con, progress = connect(), progress_for()
    with progress.stage("检查输入 checking input"):
        tables = read(con, videos, TAGGED_VIDEOS), read(con, comments, TAGGED_COMMENTS)
    moment = None if until is None else round(until.replace(tzinfo=UTC).timestamp() * 1e6)
    with progress.stage("合并评论 weighing comments"):
        found = beliefs(*tables, moment)
    with destination(out.parent, (videos, comments), (out.name,)):
        write_table(out, found)
    click.echo(out)
