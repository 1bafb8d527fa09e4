import json
import os
import random
import signal
import subprocess
import sys
import time
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


def test_workers_write_the_bytes_of_one_process(
    scorer: Scorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "ROWS", 3)
    comments, videos = jsonl(tmp_path / "c.jsonl", COMMENTS), jsonl(tmp_path / "v.jsonl", VIDEOS)
    counts = []
    for name, cores in (("one", 1), ("two", 2)):
        monkeypatch.setattr(tagging, "processors", lambda cores=cores: cores)
        counts.append(tag_comments(connect(), comments, videos, tmp_path / name / "c.parquet", scorer))
    assert (tmp_path / "one" / "c.parquet").read_bytes() == (tmp_path / "two" / "c.parquet").read_bytes()
    assert counts[0] == counts[1]


def test_leftovers_of_other_jobs_go(scorer: Scorer, tmp_path: Path) -> None:
    out = tmp_path / "comments.parquet"
    (tmp_path / f".comments-{'0' * 16}").mkdir()
    (tmp_path / ".comments.parquet.77.tmp").touch()
    tag_comments(connect(), jsonl(tmp_path / "c.jsonl", COMMENTS), None, out, scorer)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.jsonl", "comments.parquet"]


JOB = """
import sys
from huizan.inference import tagging
from huizan.inference.commands import main
cores = int(sys.argv.pop(1))
tagging.ROWS, tagging.processors = 40, lambda: cores
main()
"""


def test_kill_9_at_random_moments_changes_no_byte(tiny_checkpoint: Path, tmp_path: Path) -> None:
    rows = [
        {"comment_id": i, "video_id": i % 5, "text": "演的吧这个好看"[: i % 7 + 1] * (i % 3 + 1)}
        for i in range(900)
    ]
    comments = jsonl(tmp_path / "c.jsonl", rows)

    def start(out: str, cores: int) -> subprocess.Popen:
        arguments = [
            "tag",
            "--comments",
            comments,
            "--out",
            tmp_path / out,
            "--model",
            tiny_checkpoint,
            "--device",
            "cpu",
        ]
        return subprocess.Popen(
            [sys.executable, "-c", JOB, str(cores), *map(str, arguments)], stderr=subprocess.DEVNULL
        )

    began = time.monotonic()
    assert start("whole", 1).wait() == 0
    took = time.monotonic() - began
    chance, killed = random.Random(time.time_ns()), 0
    for attempt in range(4):
        job = start("cut", 1 + attempt % 2)
        try:
            job.wait(timeout=chance.uniform(0.4, 1.2) * took)
        except subprocess.TimeoutExpired:
            job.send_signal(signal.SIGKILL)
            job.wait()
            killed += 1
    assert killed or (tmp_path / "cut" / "comments.parquet").exists()
    assert start("cut", 1).wait() == 0  # whatever was left over goes
    left = sorted(path.name for path in (tmp_path / "cut").iterdir())
    assert left == ["comments.parquet", "tag_settings.json"]
    one, other = (tmp_path / name / "comments.parquet" for name in ("whole", "cut"))
    assert one.read_bytes() == other.read_bytes()


def test_a_full_disk_is_said_and_the_job_goes_on_later(tiny_checkpoint: Path, tmp_path: Path) -> None:
    rows = [{"comment_id": i, "video_id": os.urandom(32).hex(), "text": "演的吧"} for i in range(200)]
    out = tmp_path / "out"
    arguments = ["1", "tag", "--comments", str(jsonl(tmp_path / "c.jsonl", rows)), "--out", str(out)]
    command = [sys.executable, "-c", JOB, *arguments, "--model", str(tiny_checkpoint), "--device", "cpu"]
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, resource.RLIM_INFINITY))\n"
    done = subprocess.run(
        [sys.executable, "-c", full + JOB, *command[3:]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "must be writable and have room" in done.stderr, done.stderr
    assert not (out / "comments.parquet").exists()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert pq.read_table(out / "comments.parquet").num_rows == 200
    assert sorted(path.name for path in out.iterdir()) == ["comments.parquet", "tag_settings.json"]
