"""The example tables are what the data card says, and what a user would bring."""

import importlib.util
import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from huizan.inference.attribution import AttributionSettings, attribute, write
from huizan.inference.engines import connect
from huizan.inference.report import write_report
from huizan.inference.tables import read, read_likes
from huizan.model.records import TAGGED_COMMENTS, TAGGED_VIDEOS
from huizan.model.taxonomy import tag_names

HERE = Path(__file__).parents[1] / "examples"

pytestmark = pytest.mark.skipif(not (HERE / "likes.parquet").exists(), reason="examples are out of reach")


def _lines(name):
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def test_texts_are_many_and_say_no_truth():
    videos, comments = _lines("videos.jsonl"), _lines("comments.jsonl")
    assert len(videos) >= 60 and len(comments) >= 900
    assert len({video["title"] for video in videos}) == len(videos)
    assert len({comment["comment_id"] for comment in comments}) == len(comments)
    assert {comment["video_id"] for comment in comments} <= {video["video_id"] for video in videos}
    assert not any("tags" in row or "after_minutes" in row for row in videos + comments)
    published = {video["video_id"]: video["published_at"] for video in videos}
    assert all(published[comment["video_id"]] <= comment["created_at"] for comment in comments)


def test_about_eight_percent_of_the_likes_are_taken_back():
    likes, truth = pq.read_table(HERE / "likes.parquet"), pq.read_table(HERE / "truth.parquet")
    assert len(likes) >= 20_000
    assert 0.07 < len(truth) / len(likes) < 0.09
    assert pc.sum(pc.is_valid(likes["unliked_at"])).as_py() == len(truth)
    causes = truth["cause"].to_pylist()
    assert all(causes.count(cause) > 0.05 * len(causes) for cause in set(causes)) and len(set(causes)) == 6
    size = sum((HERE / f"{name}.parquet").stat().st_size for name in ("likes", "exposures", "truth"))
    assert size < 1_500_000


def test_building_again_gives_the_same_bytes(tmp_path, monkeypatch):
    if not (HERE / "parts").exists():
        pytest.skip("the parts are out of reach")
    specification = importlib.util.spec_from_file_location("build_examples", HERE / "build.py")
    assert specification and specification.loader
    build = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(build)
    for part in (HERE / "parts").iterdir():
        (tmp_path / "parts").mkdir(exist_ok=True)
        (tmp_path / "parts" / part.name).write_bytes(part.read_bytes())
    monkeypatch.setattr(build, "HERE", tmp_path)
    build.main()
    for name in ("videos.jsonl", "comments.jsonl", "likes.parquet", "exposures.parquet", "truth.parquet"):
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes(), name


SAYS = {
    "clickbait": "标题党|千万别|最后|沉默|看哭",
    "staged": "演的|剧本|摆拍|机位",
    "controversy": "节奏|恶心|你们",
    "low_quality": "没用|废话|取关",
}
KEPT = ("video_id", "comment_id", "title", "category", "creator_id", "created_at", "published_at", "text")


def test_the_page_shows_every_dimension_of_the_examples(tmp_path):
    """With tags by a few words in place of the tagger, and a small bootstrap: the real run takes a minute."""
    for name, tags in (("videos", tag_names("video")), ("comments", tag_names("comment"))):
        rows = _lines(f"{name}.jsonl")
        texts = [" ".join(map(str, row.values())) for row in rows]
        columns = {key: [row.get(key) for row in rows] for key in KEPT if key in rows[0]}
        columns |= {
            f"p_{tag}": [0.8 if re.search(SAYS[tag], text) else 0.1 for text in texts] for tag in tags
        }
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    con = connect()
    tagged = (
        read(con, tmp_path / "videos.parquet", TAGGED_VIDEOS),
        read(con, tmp_path / "comments.parquet", TAGGED_COMMENTS),
    )
    settings = AttributionSettings(bootstrap=2, placebos=1, iterations=20)
    write(attribute(con, read_likes(con, HERE / "likes.parquet"), *tagged, None, settings), tmp_path)
    page = write_report(tmp_path, tmp_path / "report.html").read_text(encoding="utf-8")
    figures = re.findall(r'<figure id="figure-(\w+)"', page)
    assert figures == [
        "causes",
        "tags",
        "ages",
        "ages_share",
        "by_tag",
        "by_category",
        "by_creator_id",
        "by_surface",
        "by_week",
    ]
    assert page.count('<tbody class="video"') >= 60 and page.count("<q>") > 0
    assert all(words in page for words in ("外卖小哥", "好人好事每一天", "2026-01-05", "30,000"))
    assert (tmp_path / "report.html").stat().st_size < 2_000_000
