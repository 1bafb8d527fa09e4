import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.inference import Scorer, tagging
from huizan.inference.engines import connect
from huizan.inference.tagging import tag_comments, tag_videos

VIDEOS = [
    {"video_id": "v1", "title": "街头演的", "hashtags": ["剧本"], "published_at": 1_700_000_000},
    {"video_id": "v2", "title": None, "transcript": "这个好看", "published_at": None},
    {"video_id": "v3", "title": "", "transcript": None, "published_at": None},
]
COMMENTS = [
    {"comment_id": i, "video_id": ["v1", "v2", "v9"][i % 3], "text": ["演的吧", "好看", None, "演的吧"][i % 4],
     "created_at": 1_700_000_000 + i}
    for i in range(10)
]  # fmt: skip


def jsonl(path: Path, rows: list[dict]) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def scorer(tiny_checkpoint: Path) -> Scorer:
    return Scorer.load(tiny_checkpoint, device="cpu")


def test_videos_get_their_probabilities_and_keep_their_ids(scorer: Scorer, tmp_path: Path) -> None:
    out = tmp_path / "out" / "videos.parquet"
    counts = tag_videos(connect(), jsonl(tmp_path / "v.jsonl", VIDEOS), out, scorer)
    table = pq.read_table(out)
    assert table["video_id"].to_pylist() == ["v1", "v2", "v3"]
    assert table.schema.field("published_at").type == pa.timestamp("us", tz="UTC")
    scores = scorer.score_videos(VIDEOS)
    for tag in ("clickbait", "staged", "controversy"):
        values = table[f"p_{tag}"].to_pylist()
        np.testing.assert_allclose(values[:2], scores[:2, scorer.tags.index(tag)], atol=1e-6)
        assert values[2] is None and table[f"is_{tag}"].to_pylist()[2] is None
    assert counts == {"no text": 1}
    assert set(table["model"].to_pylist()) == {scorer.name}


def test_comments_are_read_with_their_titles(scorer: Scorer, tmp_path: Path) -> None:
    videos, comments = jsonl(tmp_path / "v.jsonl", VIDEOS), jsonl(tmp_path / "c.jsonl", COMMENTS)
    counts = tag_comments(connect(), comments, videos, tmp_path / "comments.parquet", scorer)
    table = pq.read_table(tmp_path / "comments.parquet")
    assert table["comment_id"].to_pylist() == list(range(10))
    expected = scorer.score_comments(["演的吧"], titles=["街头演的"])
    np.testing.assert_allclose(
        table["p_staged"].to_pylist()[0], expected[0, scorer.tags.index("staged")], atol=1e-6
    )
    assert counts == {"no text": 2, "video not in the videos table: read without its title": 3}


def test_a_killed_job_goes_on_to_the_same_bytes(
    scorer: Scorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "ROWS", 3)
    comments = jsonl(tmp_path / "c.jsonl", COMMENTS)
    undisturbed, resumed = tmp_path / "a" / "c.parquet", tmp_path / "b" / "c.parquet"
    tag_comments(connect(), comments, None, undisturbed, scorer)
    written = tagging.write_table
    calls = []

    def die(*args):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(args)
        written(*args)

    monkeypatch.setattr(tagging, "write_table", die)
    with pytest.raises(KeyboardInterrupt):
        tag_comments(connect(), comments, None, resumed, scorer)
    assert not resumed.exists()
    monkeypatch.setattr(tagging, "write_table", written)
    tag_comments(connect(), comments, None, resumed, scorer)
    assert resumed.read_bytes() == undisturbed.read_bytes()
    assert [f.name for f in resumed.parent.iterdir()] == ["c.parquet"]
