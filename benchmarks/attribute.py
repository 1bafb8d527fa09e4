"""How attribution grows: 10⁵, 10⁶ and 10⁷ likes of a simulated world through `huizan attribute`, without the bootstrap.

    python benchmarks/attribute.py --most 10000000 --folder /tmp/worlds

Each size is a run of its own; wall-clock seconds and peak memory are the operating system's. Larger worlds are made of
worlds of 10⁶ likes whose users and videos have names of their own. It prints seconds, peak memory, and the ratio of seconds
per like to that of the smallest size: at most linear growth is a ratio of at most one. The machine's limit beside it is a
bare count of the same likes by video in the same engine.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import click
import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from huizan.training.simulation import simulate
from huizan.training.worlds import world_named

SIZES = (100_000, 1_000_000, 10_000_000)
SHARD = 1_000_000
TABLES = ("likes", "videos", "comments", "exposures")
IDS = ("user_id", "video_id", "comment_id")


def make(folder: Path, likes: int) -> None:
    """Write a world of so many likes as folders of Parquet files, once."""
    if (folder / "done").exists():
        return
    for shard in range(max(1, likes // SHARD)):
        world = simulate(world_named("base", likes=min(likes, SHARD)), shard)
        for name in TABLES:
            (folder / name).mkdir(parents=True, exist_ok=True)
            table = getattr(world, name)
            for column in set(IDS) & set(table.column_names):
                names = pc.binary_join_element_wise(f"{shard}-", table[column].cast(pa.string()), "")
                table = table.set_column(table.column_names.index(column), column, names)
            pq.write_table(table, folder / name / f"{shard:03d}.parquet")
    (folder / "done").touch()


def attribute(folder: Path) -> tuple[float, float]:
    """Seconds and peak GiB of one run."""
    given = [word for name in TABLES for word in (f"--{name}", str(folder / name))]
    command = [sys.executable, "-m", "huizan.inference", "attribute", *given]
    began = time.perf_counter()
    job = subprocess.Popen(
        [*command, "--out", str(folder / "out"), "--bootstrap", "0"], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(job.pid, 0)
    if status:
        raise SystemExit(f"the run on {folder} failed")
    return time.perf_counter() - began, used.ru_maxrss / 2**20


def count(folder: Path) -> float:
    """Seconds of a bare count by video."""
    began = time.perf_counter()
    files = str(folder / "likes" / "*.parquet")
    duckdb.sql(f"SELECT video_id, count(unliked_at) FROM '{files}' GROUP BY video_id").fetchall()
    return time.perf_counter() - began


@click.command(help=__doc__.split("\n")[0])
@click.option("--most", default=1_000_000, show_default=True, help="Likes of the largest size.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Where worlds are kept.")
def main(most: int, folder: Path) -> None:
    """Make, measure and print."""
    print(f"{'likes':>12} {'seconds':>9} {'peak GiB':>9} {'per like, ratio':>16} {'bare count, s':>14}")
    first = 0.0
    for likes in (size for size in SIZES if size <= most):
        make(folder / str(likes), likes)
        bare = count(folder / str(likes))
        seconds, peak = attribute(folder / str(likes))
        first = first or seconds / likes
        print(
            f"{likes:>12,} {seconds:>9.1f} {peak:>9.2f} {seconds / likes / first:>16.2f} {bare:>14.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
