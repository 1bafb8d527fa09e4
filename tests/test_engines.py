import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.inference.engines import connect, is_spark, stream
from huizan.model.taxonomy import cause_names
from huizan.training.simulation import simulate
from huizan.training.worlds import world_named

TABLES = ("likes", "videos", "comments", "exposures")


def test_a_stream_keeps_the_order_and_never_holds_all(tmp_path: Path) -> None:
    con = connect(threads=1)
    table = con.create_table("numbers", pa.table({"n": range(10_000)}))
    batches = list(stream(table, 2048))
    assert len(batches) > 1 and not is_spark(con)
    assert [n for batch in batches for n in batch["n"].to_pylist()] == list(range(10_000))


@pytest.fixture(scope="module")
def spark_available() -> None:
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java 17")


@pytest.mark.usefixtures("spark_available")
def test_spark_gives_the_numbers_of_duckdb(tmp_path: Path) -> None:
    """Every number of every output, through the command line; Spark runs in a process of its own, as jobs do."""
    world = tmp_path / "world"
    simulate(world_named("base", likes=4_000, likes_per_video=40.0), 6).write(world)
    given = [part for name in TABLES for part in (f"--{name}", str(world / f"{name}.parquet"))]
    for engine in ("duckdb", "spark"):
        command = [sys.executable, "-m", "huizan.inference", "attribute", *given, "--bootstrap", "2"]
        done = subprocess.run(
            [*command, "--engine", engine, "--out", str(tmp_path / engine), "--labels-out", str(tmp_path / f"{engine}.parquet")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
    one, other = tmp_path / "duckdb", tmp_path / "spark"
    for name in ("shares.json", "checks.json"):
        assert (one / name).read_text() == (other / name).read_text(), name
    for name in ("reversals.parquet", "videos_effect.parquet"):
        assert pq.read_table(one / name).equals(pq.read_table(other / name)), name
    a, b = (pq.read_table(tmp_path / f"{engine}.parquet") for engine in ("duckdb", "spark"))
    assert a.equals(b)
    assert set(cause_names()) <= set(pq.read_schema(one / "reversals.parquet").names)
