"""`huizan import` from end to end: what it writes goes straight into `tag`, `run` and `attribute`."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from huizan.inference.commands import main
from huizan.inference.import_commands import PLATFORMS, imports

from tests.crawls import PLATFORMS as CRAWLED
from tests.crawls import START, VIDEO, comment, video, write_csv, write_jsonl
from tests.tables import csv
from tests.test_kuaishou_logs import DAILY, a_day
from tests.test_kuaishou_logs import write as write_lines
from tests.test_wechat_channels import a_comment, a_thread, write_thread
from tests.test_yambda import written

SOURCES = ("mediacrawler", "wx-channels", "tiktok", "kuairec", "kuairand", "yambda")


def huizan(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    titles = ["街头演的", "演的吧"]
    contents = [
        video("douyin", aweme_id=str(int(VIDEO) + i), title=t, desc=t, comment_count="23")
        for i, t in enumerate(titles)
    ]
    write_csv(data / "douyin" / "csv" / "search_contents_2026-08-01.csv", contents)
    write_jsonl(
        data / "douyin" / "jsonl" / "search_comments_2026-08-01.jsonl",
        [comment("douyin", i, aweme_id=str(int(VIDEO) + i % 2)) for i in range(12)],
    )
    return data


def likes_csv(path: Path, videos: list[str]) -> Path:
    """Likes of 20 users, every sixth taken back after seconds, minutes or hours."""
    rows = []
    for i in range(240):
        at = START + 600 * i
        back = at + [2, 900, 40_000][i % 3] if i % 6 == 0 else ""
        rows.append(f"{i % 20},{videos[i % 2]},{at},{back}")
    return csv(path, "user_id,video_id,liked_at,unliked_at", *rows)


def test_a_crawl_goes_straight_into_run(crawl: Path, tmp_path: Path, tiny_checkpoint: Path) -> None:
    out = tmp_path / "imported"
    result = huizan("import", "mediacrawler", crawl, "--out", out)
    assert result.exit_code == 0, result.output
    assert f"{out / 'comments.parquet'}: 12 rows" in result.stdout
    texts = ("--videos", out / "videos.parquet", "--comments", out / "comments.parquet")
    likes = likes_csv(tmp_path / "likes.csv", [str(int(VIDEO) + i) for i in range(2)])
    model = ("--model", tiny_checkpoint, "--device", "cpu")
    tagging = tmp_path / "result"
    result = huizan("run", *texts, "--likes", likes, "--out", tagging, *model, "--bootstrap", 0)
    assert result.exit_code == 0, result.output
    assert "240 likes, 40 taken back" in result.stdout
    tagged = pq.read_table(tagging / "videos.parquet")
    assert tagged.schema.field("video_id").type == pa.string() and tagged["video_id"].to_pylist()[0] == VIDEO
    assert tagged["n_collected"].to_pylist() == [6, 6]
    assert tagged["thread_truncated"].to_pylist() == [True, True]
    assert pq.read_table(tagging / "comments.parquet")["p_staged"].null_count == 0


def test_yambda_goes_straight_into_attribute(tmp_path: Path) -> None:
    likes = [(u, 5 * u + 100 * i, i, 1) for u in range(30) for i in range(4)]
    unlikes = [
        (u, 5 * u + 100 * i + 10 * (1 + u), i, 1) for u in range(30) for i in range(4) if (u + i) % 5 == 0
    ]
    out = tmp_path / "yambda"
    result = huizan("import", "yambda", written(tmp_path / "flat", likes, unlikes), "--out", out)
    assert result.exit_code == 0, result.output
    result = huizan(
        "attribute", "--likes", out / "likes.parquet", "--out", tmp_path / "result", "--bootstrap", 0
    )
    assert result.exit_code == 0, result.output
    shares = json.loads((tmp_path / "result" / "shares.json").read_text(encoding="utf-8"))
    assert (shares["n_likes"], shares["n_reversals"]) == (120, 24)


def test_the_other_sources(tmp_path: Path) -> None:
    write_thread(tmp_path / "wx", a_thread(a_comment("c1")))
    write_jsonl(tmp_path / "tiktok.jsonl", [{"id": 1, "create_time": START, "video_description": "街頭"}])
    write_lines(tmp_path / "kuairec" / "item_daily_features.csv", DAILY, a_day(0, 20200705, 10, 1))
    write_lines(
        tmp_path / "kuairand" / "video_features_statistic_pure.csv",
        "video_id,counts,like_cnt,cancel_like_cnt", "0,66,0.3,0.4",
    )  # fmt: skip
    made = {
        "wx-channels": ("wx", "comments.parquet"), "tiktok": ("tiktok.jsonl", "videos.parquet"),
        "kuairec": ("kuairec", "daily.parquet"), "kuairand": ("kuairand", "daily.parquet"),
    }  # fmt: skip
    for name, (path, table) in made.items():
        out = tmp_path / "out" / name
        result = huizan("import", name, tmp_path / path, "--out", out)
        assert result.exit_code == 0, result.output
        assert pq.read_metadata(out / table).num_rows == 1
        assert json.loads((out / "import.json").read_text(encoding="utf-8"))["source"] == name


@pytest.mark.parametrize("name", SOURCES)
def test_bad_input_ends_with_two_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "data").mkdir()
    for path in (tmp_path / "data", tmp_path / "gone"):
        result = huizan("import", name, path, "--out", tmp_path / "deep" / "out")
        assert result.exit_code == 2, result.output
        message = result.stderr.splitlines()[-1]
        assert message.startswith("huizan: PATH ") and ". Found: " in message
    assert [file.name for file in tmp_path.iterdir()] == ["data"]


def test_ids_that_excel_rounded_end_with_two(crawl: Path, tmp_path: Path) -> None:
    write_csv(
        crawl / "douyin" / "csv" / "detail_contents_2026-08-02.csv", [video("douyin", aweme_id="7.3E+18")]
    )
    result = huizan("import", "mediacrawler", crawl, "--out", tmp_path / "out")
    assert result.exit_code == 2 and "video_id must keep all its digits" in result.stderr
    assert "detail_contents_2026-08-02.csv, line 2: 7.3E+18" in result.stderr
    assert not (tmp_path / "out").exists()


def test_one_platform(crawl: Path, tmp_path: Path) -> None:
    assert PLATFORMS == CRAWLED
    write_jsonl(crawl / "weibo" / "search_contents_2026-08-01.jsonl", [video("weibo")])
    result = huizan("import", "mediacrawler", crawl, "--platform", "weibo", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert pq.read_table(tmp_path / "out" / "videos.parquet")["platform"].to_pylist() == ["weibo"]
    result = huizan("import", "mediacrawler", crawl, "--platform", "youtube", "--out", tmp_path / "out")
    assert result.exit_code == 2 and "Invalid value for '--platform'" in result.stderr


def test_help_teaches_each_source() -> None:
    assert set(imports.commands) == set(SOURCES)
    told = huizan("import", "--help").stdout
    for name in SOURCES:
        assert f"huizan import {name} " in told
        assert f"huizan import {name} " in huizan("import", name, "--help").stdout
    assert "7.3E+18" in told and "thread_truncated" in huizan("import", "mediacrawler", "--help").stdout


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, huizan.inference.import_commands, huizan.inference.rates_command; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "ibis", "duckdb", "pyarrow", "numpy", "scipy", "openpyxl", "rich"} & set(loaded)
