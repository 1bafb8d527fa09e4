"""The example tables are what the data card says, and what a user would bring."""

import importlib.util
import json
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

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
