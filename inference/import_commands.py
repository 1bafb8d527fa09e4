"""The commands `huizan import …`: what other tools exported, made into the tables that `huizan` reads."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import OUT, TABLE

if TYPE_CHECKING:
    from .importing import Counts, Imported, Source

PATH = click.argument("path", metavar="PATH", type=TABLE)
PLATFORMS = ("douyin", "bili", "kuaishou", "weibo", "xhs", "tieba", "zhihu")


@click.group("import")
def imports() -> None:
    """Bring exports of other tools, and public logs, into the form that huizan reads.

    \b
      huizan import mediacrawler data --out imported      # douyin, bili, kuaishou, weibo, xhs, tieba, zhihu
      huizan import wx-channels downloads --out imported  # 视频号
      huizan import tiktok answers.jsonl --out imported   # TikTok Research API
      huizan tag --videos imported/videos.parquet --comments imported/comments.parquet --out tagged

    \b
    Logs of likes that were taken back:
      huizan import kuairec KuaiRec/data --out kuairec    # counts per video and day
      huizan import kuairand KuaiRand-Pure --out kuairand # counts per video
      huizan import yambda flat/50m --out yambda          # single likes, of music

    Ids stay text with every digit; an export whose ids a spreadsheet has rounded (7.3E+18) is refused. Times without a zone are
    China's. Rows that do not fit are left out, counted, and listed by file and line in DIR/unfit.jsonl; DIR/import.json says
    what was read. All of it is written, or nothing.
    """


@imports.command()
@PATH
@OUT
@click.option("--platform", type=click.Choice(PLATFORMS), help="Only this platform's files. Default: all.")
def mediacrawler(path: Path, out: Path, platform: str | None) -> None:
    """MediaCrawler exports of both generations: jsonl, json, csv, xlsx, sqlite.

    PATH is its data folder, a file of it, or database/sqlite_tables.db. Reading .xlsx needs pip install 'huizan[import]'.

    \b
      huizan import mediacrawler MediaCrawler/data --out imported
      huizan import mediacrawler MediaCrawler/database/sqlite_tables.db --platform douyin --out imported

    Writes DIR/videos.parquet and DIR/comments.parquet. A crawl brings ten root comments of a video unless it is told
    otherwise: n_collected, n_total and thread_truncated say of each video how much of its thread is there.
    """
    from functools import partial

    from .mediacrawler import read_mediacrawler

    _texts("mediacrawler", partial(read_mediacrawler, platform=platform), path, out)  # type: ignore[arg-type]


@imports.command("wx-channels")
@PATH
@OUT
def wx_channels(path: Path, out: Path) -> None:
    """WeChat Channels (视频号) as wx_channel saves them: comment JSON, browsing and download CSV.

    \b
      huizan import wx-channels downloads --out imported

    Writes DIR/videos.parquet and DIR/comments.parquet.
    """
    from .wechat_channels import read_wechat_channels

    _texts("wx-channels", read_wechat_channels, path, out)


@imports.command()
@PATH
@OUT
def tiktok(path: Path, out: Path) -> None:
    """Answers of the TikTok Research API: videos, with voice_to_text as transcript, and comments.

    \b
      huizan import tiktok answers.jsonl --out imported

    Writes DIR/videos.parquet and DIR/comments.parquet.
    """
    from .tiktok import read_tiktok

    _texts("tiktok", read_tiktok, path, out)


@imports.command()
@PATH
@OUT
def kuairec(path: Path, out: Path) -> None:
    """KuaiRec: likes given and cancelled per video and day, with captions.

    PATH holds item_daily_features.csv and, for texts, kuairec_caption_category.csv (Zenodo 18164998).

    \b
      huizan import kuairec KuaiRec/data --out kuairec
      huizan tag --videos kuairec/videos.parquet --out tagged
      huizan rates --daily kuairec/daily.parquet --videos tagged/videos.parquet --out rates.json

    Writes DIR/videos.parquet and DIR/daily.parquet (video_id, creator_id, day, likes, cancelled).
    """
    from .kuaishou_logs import read_kuairec

    _counts("kuairec", read_kuairec, path, out)


@imports.command()
@PATH
@OUT
def kuairand(path: Path, out: Path) -> None:
    """KuaiRand: likes given and cancelled per video, in all of its month, with captions.

    PATH holds video_features_statistic_*.csv, video_features_basic_*.csv and, for texts, kuairand_video_captions.csv
    (Zenodo 18159199). The statistics are means; times their number they are totals, without a day.

    \b
      huizan import kuairand KuaiRand-Pure --out kuairand

    Writes DIR/videos.parquet and DIR/daily.parquet, whose day is empty.
    """
    from .kuaishou_logs import read_kuairand

    _counts("kuairand", read_kuairand, path, out)


@imports.command()
@PATH
@OUT
def yambda(path: Path, out: Path) -> None:
    """Yambda: single likes of music and when they were taken back; delays and users, no text.

    PATH holds likes.parquet and unlikes.parquet, as one of the flat folders does.

    \b
      huizan import yambda flat/50m --out yambda
      huizan attribute --likes yambda/likes.parquet --out result

    Writes DIR/likes.parquet. Its times count from a made-up day: the log's own beginning is not published.
    """
    from .progress import progress_for
    from .yambda import import_yambda

    _say(import_yambda(path, out, progress_for()))


def _counts(name: str, source: "Counts", path: Path, out: Path) -> None:
    from .importing import import_counts
    from .progress import progress_for

    _say(import_counts(name, source, path, out, progress_for()))


def _texts(name: str, source: "Source", path: Path, out: Path) -> None:
    from .importing import import_texts
    from .progress import progress_for

    _say(import_texts(name, source, path, out, progress_for()))


def _say(done: "Imported") -> None:
    for line in done.lines:
        click.echo(line)
