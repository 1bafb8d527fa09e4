"""Assemble the example tables from the handwritten texts in `parts/`, and simulate likes over them.

    python examples/build.py

It reads `parts/videos*.jsonl` and `parts/comments*.jsonl`, whose rows also say what they are (`tags`), and writes what a user
would have: `videos.jsonl`, `comments.jsonl`, `likes.parquet`, `exposures.parquet`. The true cause of every un-like goes to
`truth.parquet`, which no command of `huizan` reads. The same texts give the same bytes.
"""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from huizan.training.simulation import simulate
from huizan.training.worlds import WORLDS

HERE = Path(__file__).resolve().parent
SEED = 20
WORLD = replace(
    WORLDS["base"],
    about="the examples",
    likes=30_000,
    likes_per_user=5.0,
    days=35.0,
    leavers=0.15,
    # Few videos, many of them tagged: each works less than in an invented world, so that about 8 % are taken back.
    tap_rate=0.0130,
    cooling_clickbait_rate=0.024,
    cooling_staged_rate=0.031,
    exposed_rate=0.022,
    dispute_rate=0.024,
    flare_rate=0.050,
    hollow_rate=0.055,
    cleaning_rate=0.0006,
    quality_rate=0.0035,
    cooling_s=21_600.0,  # hours: people sleep on it
    unwatched_rate=0.008,
)
VIDEO = (
    "video_id",
    "creator_id",
    "title",
    "description",
    "hashtags",
    "transcript",
    "category",
    "published_at",
    "duration_ms",
)
COMMENT = ("comment_id", "video_id", "text", "created_at", "like_count", "user_id")


def main() -> None:
    """Build everything and say what came out."""
    made = simulate(WORLD, SEED, HERE / "parts")
    users = pc.unique(made.likes["user_id"]).to_pylist()
    author = np.random.default_rng(SEED).choice(len(users), len(made.comments))
    comments = made.comments
    if "user_id" not in comments.column_names:
        comments = comments.append_column("user_id", pa.array([users[i] for i in author]))
    write_lines(HERE / "videos.jsonl", made.videos, VIDEO)
    write_lines(HERE / "comments.jsonl", comments, COMMENT)
    for name in ("likes", "exposures", "truth"):
        table = getattr(made, name)
        pq.write_table(table, HERE / f".{name}.tmp", compression="zstd", compression_level=12)
        os.replace(HERE / f".{name}.tmp", HERE / f"{name}.parquet")
    causes = {item["values"]: item["counts"] for item in pc.value_counts(made.truth["cause"]).to_pylist()}
    print(
        f"{len(made.videos)} videos, {len(comments)} comments, {len(made.likes):,} likes, {len(made.truth):,} taken back"
    )
    for cause, count in sorted(causes.items(), key=lambda item: -item[1]):
        print(f"  {cause:24} {count:6,}")


def write_lines(path: Path, table: pa.Table, names: tuple[str, ...]) -> None:
    """Write the named columns as JSONL, times as ISO-8601, whole or not at all; what is null is left out of its line."""
    rows = table.select([name for name in names if name in table.column_names]).to_pylist()
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            kept = {key: value for key, value in row.items() if value is not None}
            for key in ("published_at", "created_at"):
                if key in kept:
                    kept[key] = kept[key].strftime("%Y-%m-%dT%H:%M:%SZ")
            file.write(json.dumps(kept, ensure_ascii=False) + "\n")
    os.replace(temporary, path)


if __name__ == "__main__":
    sys.exit(main())
