"""The command line `huizan`: run, attribute, report; others have modules of their own.

Commands are thin: they open tables, call the modules that do the work, and say what came out; how they end is `exits`.
Heavy modules are imported when a command runs, so that `--help` answers at once.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..model.records import (
    AUDITED,
    COMMENTS,
    EXPOSURES,
    LIKE_EVENTS,
    LIKES,
    TAGGED_COMMENTS,
    TAGGED_VIDEOS,
    VIDEOS,
)
from . import guide
from .believe_command import believe
from .exits import Group
from .import_commands import imports
from .options import BOOTSTRAP, DEVICE, ENGINE, EXPOSED, MODEL, OUT, SEED, TABLE, file, table
from .rates_command import rates
from .settings import settings_of
from .tag_command import TAGGED, tag

if TYPE_CHECKING:
    from .engines import Engine

MEMORY = "1500MB"  # of the engine while it attributes; what exceeds it is laid on disk
ATTRIBUTION = ("reversals.parquet", "videos_effect.parquet", "shares.json", "checks.json", "settings.json")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="huizan", message="huizan %(version)s")
def main() -> None:
    """悔赞: why was this like taken back?

    Tags Chinese short videos and their comments (标题党 clickbait, 摆拍 staged, 争议 controversy), joins the tags with likes and
    un-likes, and attributes each taken-back like to causes: content quality, emotional manipulation, social pressure,
    a slip of the finger, a correction of the recommender, or none of these.

    \b
    All at once:
      huizan run --videos videos.csv --comments comments.csv --likes likes.csv --out result
    Step by step:
      huizan tag --videos videos.csv --comments comments.csv --out tagged
      huizan attribute --likes likes.csv --videos tagged/videos.parquet --comments tagged/comments.parquet --out result
      huizan report result
    From exports of other tools:
      huizan import mediacrawler MediaCrawler/data --out imported

    Each command's --help says which columns its tables need. Exit status: 0 done, 1 a fault of huizan, 2 bad input or usage.
    """


@main.command(
    epilog=guide.tables(
        videos=VIDEOS, comments=COMMENTS, likes=LIKES, likes_log=LIKE_EVENTS, exposures=EXPOSURES
    )
)
@table("--videos", "The videos and their texts.", required=True)
@table("--comments", "The comments under them; those with created_at are evidence.", required=True)
@table("--likes", "The likes and when they were taken back, or a raw log of both.", required=True)
@table("--exposures", EXPOSED)
@OUT
@MODEL
@DEVICE
@SEED
@BOOTSTRAP
def run(
    videos: Path, comments: Path, likes: Path, exposures: Path | None, out: Path, model: str | None, device: str,
    seed: int, bootstrap: int,
) -> None:  # fmt: skip
    """Everything: tag the texts, attribute the un-likes, write the page.

    \b
      huizan run --videos videos.csv --comments comments.csv --likes likes.csv --out result
      huizan run --videos v.jsonl --comments comments/ --likes log.parquet --exposures e.parquet --out result

    Writes into DIR: report.html (open it in a browser), reversals.parquet (one row per un-like, its causes and evidence),
    videos_effect.parquet (likes each video would have kept), shares.json, checks.json, the tagged videos.parquet and
    comments.parquet, words.parquet (words that carry the tags of what the page shows), and settings.json. All tables are
    checked before anything is written.
    """
    from .attribution import AttributionSettings, attribute, write
    from .destination import destination
    from .engines import connect
    from .highlights import find
    from .joins import check_joins
    from .outcome import open_tables
    from .outputs import write_json, write_table
    from .progress import progress_for
    from .report import write_report
    from .scorer import Scorer
    from .summary import summary
    from .tables import read, read_likes
    from .tagging import tag_comments, tag_videos

    con, progress = connect(memory=MEMORY), progress_for()
    with progress.stage("检查输入 checking input"):
        given_likes = read_likes(con, likes)
        given_exposures = read(con, exposures, EXPOSURES) if exposures else None
        check_joins(given_likes, read(con, videos, VIDEOS), read(con, comments, COMMENTS))
        scorer = Scorer.load(model, device)
    settings = AttributionSettings(seed=seed, bootstrap=bootstrap)
    inputs = {"videos": videos, "comments": comments, "likes": likes, "exposures": exposures}
    with destination(out, inputs.values(), (*ATTRIBUTION, *TAGGED, "words.parquet", "report.html")):
        rows = {"videos": tag_videos(con, videos, out / "videos.parquet", scorer, progress)}
        rows["comments"] = tag_comments(con, comments, videos, out / "comments.parquet", scorer, progress)
        tagged_videos = read(con, out / "videos.parquet", TAGGED_VIDEOS)
        tagged_comments = read(con, out / "comments.parquet", TAGGED_COMMENTS)
        found = attribute(
            con, given_likes, tagged_videos, tagged_comments, given_exposures, settings, progress
        )
        for name, counts in rows.items():
            if counts:
                found.summary.setdefault(name, {}).update(counts)
        write(found, out)
        write_json(out / "settings.json", settings_of("run", inputs, model=scorer.name, **asdict(settings)))
        with progress.stage("找出词语 finding words"):
            words = find(open_tables(con, out), read(con, videos, VIDEOS), scorer)
            write_table(out / "words.parquet", words)
        page = write_report(out, out / "report.html")
    click.echo(summary(found, page))


@main.command(
    epilog=guide.tables(
        likes=LIKES,
        likes_log=LIKE_EVENTS,
        videos=TAGGED_VIDEOS,
        comments=TAGGED_COMMENTS,
        exposures=EXPOSURES,
    )
)
@table("--likes", "The likes and when they were taken back, or a raw log of both.", required=True)
@table("--videos", "Tagged videos, of huizan or of another model.")
@table("--comments", "Tagged comments; those with created_at are evidence.")
@table("--exposures", EXPOSED)
@OUT
@SEED
@BOOTSTRAP
@ENGINE
@file("--labels-out", "Every like with a weight for training a recommender.")
@file("--creators-out", "Per creator: likes, reversals, and the share of each cause.")
@click.option(
    "--min-cell",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Reversals of a creator below which no share is shown.",
)
@file("--ledger-out", "Per user: what was approved and then rejected, by tag. It tells of persons.")
@table("--audited", "Videos drawn at random and checked by hand; corrects the tags' shares.")
def attribute(
    likes: Path, videos: Path | None, comments: Path | None, exposures: Path | None, out: Path, seed: int, bootstrap: int,
    labels_out: Path | None, creators_out: Path | None, min_cell: int, ledger_out: Path | None, audited: Path | None,
    engine: "Engine",
) -> None:  # fmt: skip
    """Attribute taken-back likes to causes.

    \b
      huizan attribute --likes likes.csv --videos tagged/videos.parquet --comments tagged/comments.parquet --out result

    Writes into DIR: reversals.parquet (one row per un-like, with six causes that sum to one), videos_effect.parquet,
    shares.json, checks.json and settings.json. Evidence always dates from before the un-like. What is left out is named, and
    what cannot be seen without it.

    \b
    On request, for a recommender, for creators' desks, and for shares that allow for the tagger's errors:
      huizan attribute … --labels-out labels.parquet --creators-out creators.parquet --audited checked.csv
    """
    from . import requested
    from .attribution import AttributionSettings, write
    from .attribution import attribute as run_attribution
    from .destination import destination
    from .engines import connect
    from .outputs import write_json
    from .progress import progress_for
    from .summary import summary
    from .tables import read, read_likes

    con, progress = connect(engine, memory=MEMORY), progress_for()
    with progress.stage("检查输入 checking input"):
        tables = (
            read_likes(con, likes),
            read(con, videos, TAGGED_VIDEOS) if videos else None,
            read(con, comments, TAGGED_COMMENTS) if comments else None,
            read(con, exposures, EXPOSURES) if exposures else None,
        )
        checked = read(con, audited, AUDITED) if audited else None
        if creators_out:
            requested.check_creators(tables[1])
    settings = AttributionSettings(seed=seed, bootstrap=bootstrap)
    inputs = {
        "videos": videos,
        "comments": comments,
        "likes": likes,
        "exposures": exposures,
        "audited": audited,
    }
    with destination(out, inputs.values(), ATTRIBUTION):
        found = run_attribution(con, *tables, settings, progress)
        if checked is not None:
            requested.correct(found, checked)
        write(found, out)
        with progress.stage("另存 writing what was asked for"):
            if labels_out:
                requested.write_labels(found, labels_out)
            if ledger_out:
                requested.write_ledger(found, ledger_out)
            if creators_out:
                requested.write_creators(found, tables[1], creators_out, min_cell)
        write_json(out / "settings.json", settings_of("attribute", inputs, **asdict(settings)))
    click.echo(summary(found, None))


@main.command()
@click.argument("folder", metavar="DIR", type=TABLE)
@click.option("--out", metavar="FILE", type=TABLE, help="Where the page goes. Default: DIR/report.html.")
def report(folder: Path, out: Path | None) -> None:
    """Write one self-contained page about an attribution; it opens with no network.

    DIR is what `huizan run` or `huizan attribute` wrote; with the tagged videos.parquet and comments.parquet beside it, the
    page shows titles and the comments that are evidence; the words that carry their tags are marked after `huizan run` or
    `huizan tag --explain`.

    \b
      huizan report result
    """
    from .report import write_report

    click.echo(write_report(folder, out or folder / "report.html"))


main.add_command(believe)
main.add_command(imports)
main.add_command(rates)
main.add_command(tag)
