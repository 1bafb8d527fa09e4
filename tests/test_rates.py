import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.inference.engines import connect
from huizan.inference.rates import CANNOT_TELL, lines, rates
from huizan.inference.tables import read
from huizan.model.errors import InputError
from huizan.model.records import DAILY, TAGGED_VIDEOS

from tests.tables import csv

TAGS = ("clickbait", "staged", "controversy")


def world(
    folder: Path, seed: int = 0, effect: float = 0.7, days: int = 5, dated: bool = True
) -> tuple[Path, Path]:
    """Counts of 150 creators in which clickbait loses more likes, and each day more than the day before."""
    random = np.random.default_rng(seed)
    creator = np.repeat(np.arange(150), random.integers(1, 12, 150))
    n = creator.size
    scores = {tag: random.beta(0.6, 1.5, n) for tag in TAGS}
    own = random.normal(0, 0.5, 150)[creator] + effect * scores["clickbait"]
    rows: dict[str, list[np.ndarray]] = {"video": [], "day": [], "likes": [], "cancelled": []}
    for day in range(days):
        likes = random.poisson(random.lognormal(3, 1, n))
        cancelled = random.poisson(likes * 0.03 * (1 + day) * np.exp(own))
        for name, column in (
            ("video", np.arange(n)),
            ("day", np.full(n, 18_448 + day)),
            ("likes", likes),
            ("cancelled", cancelled),
        ):
            rows[name].append(column)
    stacked = {name: np.concatenate(parts) for name, parts in rows.items()}
    day = (
        pa.array(stacked["day"].astype(np.int32)).cast(pa.date32())
        if dated
        else pa.nulls(n * days, pa.date32())
    )
    daily = {
        "video_id": [str(v) for v in stacked["video"]], "creator_id": [f"u{creator[v]}" for v in stacked["video"]],
        "day": day, "likes": stacked["likes"], "cancelled": stacked["cancelled"],
    }  # fmt: skip
    videos = {
        "video_id": np.arange(n), "published_at": pa.array([1_590_000_000 + 9_000 * i for i in range(n)], pa.timestamp("s")),
        **{f"p_{tag}": scores[tag] for tag in TAGS}, **{f"is_{tag}": scores[tag] > 0.8 for tag in TAGS},
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(daily), folder / "daily.parquet")
    pq.write_table(pa.table(videos), folder / "videos.parquet")
    return folder / "daily.parquet", folder / "videos.parquet"


def found(daily: Path, videos: Path) -> dict[str, Any]:
    con = connect()
    return rates(read(con, daily, DAILY), read(con, videos, TAGGED_VIDEOS))


def test_the_tag_that_loses_likes_is_found(tmp_path: Path) -> None:
    daily, videos = world(tmp_path)
    document = found(daily, videos)
    ratio = document["tags"]["clickbait"]["rate_ratio"]
    assert 1 < ratio["low"] < math.exp(0.7) < ratio["high"]
    for tag in ("staged", "controversy"):
        other = document["tags"][tag]["rate_ratio"]
        assert other["low"] < 1.1 and other["high"] > 0.9 and abs(math.log(other["estimate"])) < 0.25
    table = pq.read_table(daily)
    assert document["likes"] == sum(table["likes"].to_pylist()) and document["n_creators"] == 150
    assert document["cancelled"] == sum(table["cancelled"].to_pylist())
    assert document["days"] == ["2020-07-05", "2020-07-09"]
    assert document["adjusted_for"] == ["creator", "day", "age of the video"]
    flagged = document["tags"]["clickbait"]
    assert flagged["cancelled_per_like_tagged"] > flagged["cancelled_per_like_others"]
    assert document["cannot_tell"] == list(CANNOT_TELL) and document["left_out"] == {}
    json.dumps(document, allow_nan=False)
    told = "\n".join(lines(document))
    assert f"clickbait: rate ratio within creators {ratio['estimate']:.2f} [{ratio['low']:.2f}, " in told
    assert "no delay" in told and "no user" in told


def test_what_no_video_comes_near_is_not_compared(tmp_path: Path) -> None:
    daily, videos = world(tmp_path)
    table = pq.read_table(videos)
    low = pa.array(np.array(table["p_clickbait"].to_pylist()) * 0.3)
    pq.write_table(table.set_column(table.column_names.index("p_clickbait"), "p_clickbait", low), videos)
    document = found(daily, videos)
    told = document["tags"]["clickbait"]
    assert told["videos_near_it"] == 0 and told["rate_ratio"] is None
    tenth = told["rate_ratio_per_tenth"]
    assert 1 < tenth["low"] < math.exp(0.7 / 3) < tenth["high"], (
        "for a tenth, where all is squeezed into three"
    )
    said = f"clickbait: rate ratio within creators {tenth['estimate']:.2f} "
    assert said in "\n".join(lines(document)) and "per tenth of probability" in "\n".join(lines(document))


def test_days_are_levelled(tmp_path: Path) -> None:
    """Tagged videos that are liked only on the last day, when five times as many likes are cancelled of every video."""
    random = np.random.default_rng(1)
    rows, tagged = [], []
    for video in range(400):
        late = video % 2
        tagged.append(float(late))
        for day in (4,) if late else range(5):
            rows.append((video, video // 8, f"2020-07-0{day + 1}", 500, random.poisson(5 * (1 + day))))
    lines_ = [",".join(map(str, row)) for row in rows]
    daily = csv(tmp_path / "daily.csv", "video_id,creator_id,day,likes,cancelled", *lines_)
    quiet = [f"{v},{p},0.1,0.1" for v, p in enumerate(tagged)]
    videos = csv(tmp_path / "videos.csv", "video_id,p_clickbait,p_staged,p_controversy", *quiet)
    document = found(daily, videos)
    ratio = document["tags"]["clickbait"]["rate_ratio"]
    assert 0.9 < ratio["low"] < 1 < ratio["high"] < 1.1
    assert (
        document["tags"]["clickbait"]["cancelled_per_like_tagged"]
        > 1.5 * document["cancelled_per_like"] * 0.8
    )
    assert document["tags"]["staged"]["rate_ratio_per_tenth"] is None, (
        "no creator has videos that differ in it"
    )
    assert document["adjusted_for"] == ["creator", "day"]


def test_without_days(tmp_path: Path) -> None:
    document = found(*world(tmp_path, dated=False))
    assert document["days"] is None and document["adjusted_for"] == ["creator"]
    assert document["tags"]["clickbait"]["rate_ratio"]["low"] > 1


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    daily, videos = world(tmp_path)
    table = pq.read_table(videos)
    scores = table["p_staged"].to_pylist()
    scores[3] = None
    table = table.set_column(table.column_names.index("p_staged"), "p_staged", pa.array(scores, pa.float64()))
    pq.write_table(table.slice(2), videos)
    counts = pq.read_table(daily).to_pylist()
    lost = sum(row["cancelled"] for row in counts if row["video_id"] in ("0", "1", "3"))
    document = found(daily, videos)
    assert document["left_out"] == {"video is not tagged": {"videos": 3, "cancelled": lost}}
    assert document["cancelled"] + lost == sum(row["cancelled"] for row in counts)


def test_names_and_order_do_not_matter(tmp_path: Path) -> None:
    daily, videos = world(tmp_path / "a")
    document = found(daily, videos)
    table = pq.read_table(daily)
    order = np.random.default_rng(0).permutation(len(table))
    table = table.take(order)
    for name in ("video_id", "creator_id"):
        renamed = [f"neu-{value[::-1]}x{value}" for value in table[name].to_pylist()]
        table = table.set_column(table.column_names.index(name), name, pa.array(renamed))
    pq.write_table(table, daily)
    tagged = pq.read_table(videos)
    ids = [f"neu-{str(v)[::-1]}x{v}" for v in tagged["video_id"].to_pylist()]
    pq.write_table(tagged.set_column(0, "video_id", pa.array(ids)), videos)
    again = found(daily, videos)
    for tag in TAGS:
        for name, value in document["tags"][tag]["rate_ratio"].items():
            assert again["tags"][tag]["rate_ratio"][name] == pytest.approx(value, abs=1e-6)


def test_no_cancelled_like_is_a_valid_result(tmp_path: Path) -> None:
    daily, videos = world(tmp_path)
    table = pq.read_table(daily)
    zeros = pa.array([0] * len(table))
    pq.write_table(table.set_column(table.column_names.index("cancelled"), "cancelled", zeros), daily)
    document = found(daily, videos)
    assert document["cancelled"] == 0 and document["creators"] is None
    assert all(told["rate_ratio"] is None for told in document["tags"].values())
    assert "the data do not tell" in "\n".join(lines(document))


def test_tables_that_do_not_belong_together(tmp_path: Path) -> None:
    daily, videos = world(tmp_path)
    strangers = csv(tmp_path / "v.csv", "video_id,p_clickbait,p_staged,p_controversy", "x1,0.1,0.2,0.3")
    with pytest.raises(
        InputError, match=r"Most rows of the videos with counts must be usable.*video is not tagged"
    ):
        found(daily, strangers)
    alone = csv(tmp_path / "d.csv", "video_id,likes,cancelled,creator_id", "1,5,1,u", "2,5,1,u")
    with pytest.raises(
        InputError, match=r"Rates need two creators and more. Found: 1 creators of 2 tagged videos"
    ):
        found(alone, videos)
    below = csv(tmp_path / "d.csv", "video_id,likes,cancelled", "1,5,-1", "2,5,1")
    with pytest.raises(
        InputError, match=r"cancelled must be from zero on. Found: -1 of video 1 \(1 such rows\)"
    ):
        found(below, videos)
