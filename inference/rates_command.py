"""The command `huizan rates`: counts of cancelled likes joined with tagged videos."""

from pathlib import Path

import click

from ..model.records import DAILY, TAGGED_VIDEOS
from . import guide
from .options import TABLE, table


@click.command(epilog=guide.tables(daily=DAILY, videos=TAGGED_VIDEOS))
@table("--daily", "Likes given and cancelled per video and day, or per video.", required=True)
@table("--videos", "Tagged videos of the same log.", required=True)
@click.option("--out", metavar="FILE.json", type=TABLE, required=True, help="The document that comes out.")
def rates(daily: Path, videos: Path, out: Path) -> None:
    """Compare rates of cancelled likes by tag, where a log only counts them.

    \b
      huizan import kuairec KuaiRec/data --out kuairec
      huizan tag --videos kuairec/videos.parquet --out tagged
      huizan rates --daily kuairec/daily.parquet --videos tagged/videos.parquet --out rates.json

    Each tag is compared within creators, so that a creator whose likes do not last is no evidence against a tag, and no
    creator holds more than a twentieth of what is known of it. Counts have neither delays nor users: this is no attribution, and
    the document says what it cannot tell.
    """
    from . import rates as model
    from .destination import destination
    from .engines import connect
    from .outputs import write_json
    from .progress import progress_for
    from .tables import read

    con, progress = connect(), progress_for()
    with progress.stage("检查输入 checking input"):
        tables = read(con, daily, DAILY), read(con, videos, TAGGED_VIDEOS)
    with progress.stage("比较 comparing rates"):
        document = model.rates(*tables)
    with destination(out.parent, (daily, videos), (out.name,)):
        write_json(out, document)
    for line in (str(out), *model.lines(document)):
        click.echo(line)
