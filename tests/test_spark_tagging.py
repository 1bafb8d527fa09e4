import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
pytestmark = pytest.mark.skipif(
    not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="Spark needs Java 17"
)
WORDS = ["演的吧", "这个好看", "标题党", "剧本", None, "\u200b", "试了没用,假的"]


def tables(folder: Path, comments: int) -> list[str]:
    """Videos, of which one has no title and one is missing, and comments under them."""
    pq.write_table(
        pa.table({"video_id": [0, 1, 2], "title": ["街头演的", None, "标题"], "transcript": [None, "好看", ""],
                  "published_at": pa.array([1_700_000_000, 1_700_000_001, None], pa.timestamp("s", "UTC"))}),
        folder / "v.parquet",
    )  # fmt: skip
    pq.write_table(
        pa.table({
            "comment_id": range(comments), "video_id": [i % 4 for i in range(comments)],
            "text": [WORDS[i % 7] and WORDS[i % 7] + "好" * (i % 50) for i in range(comments)],
            "created_at": pa.array(range(1_700_000_000, 1_700_000_000 + comments), pa.timestamp("s", "UTC")),
        }),
        folder / "c.parquet", row_group_size=500,
    )  # fmt: skip
    return ["--videos", str(folder / "v.parquet"), "--comments", str(folder / "c.parquet")]


def start(out: Path, model: Path, engine: str, given: list[str], *more: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "huizan.inference", "tag", *given, "--out", str(out), "--engine", engine]
    # Two cores, and a task may fail three times; a node of the test is this machine.
    tried = {"PYSPARK_SUBMIT_ARGS": "--master local[2,4] --conf spark.ui.enabled=false pyspark-shell"}
    return subprocess.Popen(
        [*command, "--model", str(model), "--device", "cpu", *more], env={**os.environ, **tried},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def same(one: Path, other: Path, key: str) -> None:
    a, b = (pq.read_table(path).sort_by(key) for path in (one, other))
    assert a.column_names == b.column_names
    for name in a.column_names:
        x, y = a[name].to_pylist(), b[name].to_pylist()
        if name.startswith("p_"):
            np.testing.assert_allclose(np.array(x, dtype=float), np.array(y, dtype=float), atol=1e-6)
        else:
            assert x == y, name


def test_spark_tags_as_this_machine_does(tmp_path: Path, tiny_checkpoint: Path) -> None:
    given = tables(tmp_path, 2_000)
    said = []
    for engine in ("duckdb", "spark"):
        job = start(tmp_path / engine, tiny_checkpoint, engine, given, "--explain")
        out, problem = job.communicate()
        assert job.returncode == 0, problem[-3000:]
        said.append(out.replace(f"/{engine}/", "/out/"))
    assert said[0] == said[1] and "no text" in said[0] and "without its title" in said[0]
    same(tmp_path / "duckdb" / "videos.parquet", tmp_path / "spark" / "videos.parquet", "video_id")
    same(tmp_path / "duckdb" / "comments.parquet", tmp_path / "spark" / "comments.parquet", "comment_id")
    assert sorted(path.name for path in (tmp_path / "spark").iterdir()) == [
        "comments.parquet",
        "tag_settings.json",
        "videos.parquet",
    ]


def test_a_worker_that_is_killed_loses_no_row(tmp_path: Path, tiny_checkpoint: Path) -> None:
    given = tables(tmp_path, 60_000)[2:]
    job = start(tmp_path / "spark", tiny_checkpoint, "spark", given)
    killed = None
    while job.poll() is None and not killed:
        for pid in workers(job.pid):
            time.sleep(0.5)  # it is loading, or at work
            os.kill(pid, signal.SIGKILL)
            killed = pid
            break
        time.sleep(0.05)
    _, problem = job.communicate()
    assert killed and job.returncode == 0, problem[-3000:]
    found = pq.read_table(tmp_path / "spark" / "comments.parquet")
    assert sorted(found["comment_id"].to_pylist()) == list(range(60_000))
    assert found["p_staged"].null_count == sum(
        i % 7 == 4 or (i % 7 == 5 and i % 50 == 0) for i in range(60_000)
    )


def workers(pid: int) -> list[int]:
    """Python workers below a process: children of Spark's daemon."""
    below, daemons = [pid], []
    for one in below:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                below += [int(child) for child in (task / "children").read_text().split()]
            if b"pyspark.daemon" in Path(f"/proc/{one}/cmdline").read_bytes():
                daemons.append(one)
        except OSError:
            pass
    return daemons[1:]  # the first is the daemon itself
