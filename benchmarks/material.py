"""Texts for the benchmarks: the example comments, varied, under the example videos; as many as are asked for.

Each comment is an example with a few characters dropped or doubled and sometimes an emoji, a code or a number more; one in
twenty is a short one that comes again and again, as under real videos. Equal for equal seeds.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
ROWS = 100_000
SHORT = ("哈哈哈", "[doge]", "666", "第一", "笑死", "真的假的", "👍👍👍", "演的吧")
MORE = ("😂", "[捂脸]", "!!!", "2024", "哈哈", "~", " @用户", "。。。")


def example(name: str) -> list[dict]:
    """Rows of an example table."""
    lines = (EXAMPLES / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def comments(count: int, seed: int = 0) -> Iterator[pa.Table]:
    """`count` comments in tables of at most `ROWS` rows: comment_id, video_id, text."""
    known = example("comments")
    texts, videos = [row["text"] for row in known], [row["video_id"] for row in known]
    random = np.random.default_rng(seed)
    for begin in range(0, count, ROWS):
        size = min(ROWS, count - begin)
        chosen, kinds = random.integers(len(texts), size=size), random.random(size)
        places, picks = random.random((size, 2)), random.integers(len(SHORT), size=(size, 2))
        found = []
        for i in range(size):
            text = texts[chosen[i]]
            if kinds[i] < 0.05:
                text = SHORT[picks[i, 0]]
            elif kinds[i] < 0.95 and text:
                a, b = sorted(int(place * len(text)) for place in places[i])
                text = (
                    text[:a]
                    + text[a + 1 : b]
                    + text[b : b + 1] * 2
                    + text[b + 1 :]
                    + MORE[picks[i, 1]] * int(kinds[i] < 0.5)
                )
            found.append(text)
        ids = pa.array(np.arange(begin, begin + size))
        yield pa.table(
            {"comment_id": ids, "video_id": pa.array(videos).take(pa.array(chosen)), "text": found}
        )


def write_comments(path: Path, count: int, seed: int = 0) -> None:
    """Write `count` comments as one Parquet file."""
    writer = None
    for table in comments(count, seed):
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer:
        writer.close()
