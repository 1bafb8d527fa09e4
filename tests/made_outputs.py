"""Outputs of an attribution that never ran: small folders of plausible tables for the tests of the page."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from huizan.inference.ages import EDGES, FOREVER
from huizan.model.taxonomy import cause_names, tag_names

ORIGIN_S = 1_767_225_600  # 2026-01-01
TITLES = (
    "街头偶遇流浪老人",
    "三个技巧看完沉默了",
    "给妈妈做了一碗面",
    "高铁让座谁对谁错",
    "相机新手三种做法",
)
TEXTS = ("演的吧，机位都架好了", "标题党，看了个寂寞", "你们这些人就知道带节奏", "试了没用", "好看")


def make(
    folder: Path,
    reversals: int = 300,
    videos: int = 20,
    titles: tuple[str, ...] = TITLES,
    texts: tuple[str, ...] = TEXTS,
    category: str = "美食",
    curve: bool = True,
    tables: tuple[str, ...] = ("videos", "comments"),
    surface: bool = False,
    point: bool = True,
    words: bool = False,
    seed: int = 0,
) -> Path:
    """Write one folder of outputs and return it."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    causes = cause_names()
    of = np.sort(rng.integers(0, videos, reversals) ** 2 // max(videos, 1))
    liked = ORIGIN_S + rng.integers(0, 40 * 86_400, reversals)
    unliked = liked + np.exp(rng.uniform(0, np.log(30 * 86_400), reversals))
    parts = rng.dirichlet(np.array([1, 2, 1, 1.5, 0.5, 1]), reversals)
    ids = np.array([f"v{i}" for i in range(videos)])
    columns = {
        "user_id": pa.array(rng.integers(0, 1 + reversals // 2, reversals)),
        "video_id": pa.array(ids[of].tolist(), pa.string()),
        "liked_at": pa.array(liked * 1_000_000, pa.timestamp("us", "UTC")),
        "unliked_at": pa.array((unliked * 1e6).astype(np.int64), pa.timestamp("us", "UTC")),
        **{name: pa.array(parts[:, i]) for i, name in enumerate(causes)},
        **{f"tag_{tag}": pa.array(parts[:, 1] / 3) for tag in tag_names("video")},
        "evidence_comment_ids": pa.array(
            [[f"m{v}-{j}" for j in range(i % 7)] for i, v in enumerate(of)], pa.list_(pa.string())
        ),
    }
    if surface:
        columns["surface"] = pa.array(rng.choice(["for_you", "friends"], reversals))
    pq.write_table(pa.table(columns), folder / "reversals.parquet")
    _write_effects(folder, ids, of, parts, rng)
    if "videos" in tables:
        _write_videos(folder, ids, titles, category, rng)
    if "comments" in tables:
        _write_comments(folder, ids, texts)
    if words:
        _write_words(folder, videos)
    _write_documents(folder, reversals, parts, curve, point)
    return folder


def _write_effects(folder: Path, ids: np.ndarray, of: np.ndarray, parts: np.ndarray, rng) -> None:
    n = np.bincount(of, minlength=len(ids))
    columns = {
        "video_id": pa.array(ids.tolist()),
        "likes": pa.array(n * 8 + rng.integers(1, 90, len(ids))),
        "reversals": pa.array(n),
    }
    for i, name in enumerate(cause_names()):
        left = n - np.bincount(of, weights=parts[:, i], minlength=len(ids))
        columns[f"expected_without_{name}"] = pa.array(left)
        columns[f"expected_without_{name}_low"] = pa.array(np.maximum(left - 3, 0))
        columns[f"expected_without_{name}_high"] = pa.array(np.minimum(left + 3, n))
    pq.write_table(pa.table(columns), folder / "videos_effect.parquet")


def _write_videos(folder: Path, ids: np.ndarray, titles: tuple[str, ...], category: str, rng) -> None:
    columns = {
        "video_id": pa.array(ids.tolist()),
        "creator_id": pa.array([f"c{i % 15}" for i in range(len(ids))]),
        "category": pa.array([category if i % 2 else None for i in range(len(ids))], pa.string()),
        "published_at": pa.array([ORIGIN_S * 1_000_000] * len(ids), pa.timestamp("us", "UTC")),
        "title": pa.array([titles[i % len(titles)] for i in range(len(ids))], pa.string()),
        **{f"p_{tag}": pa.array(rng.random(len(ids))) for tag in tag_names("video")},
        **{f"is_{tag}": pa.array(rng.random(len(ids)) > 0.6) for tag in tag_names("video")},
    }
    pq.write_table(pa.table(columns), folder / "videos.parquet")


def _write_comments(folder: Path, ids: np.ndarray, texts: tuple[str, ...]) -> None:
    rows = [
        (f"m{v}-{j}", ids[v], texts[(v + j) % len(texts)], (ORIGIN_S + 3600 * j) * 1_000_000)
        for v in range(len(ids))
        for j in range(6)
    ]
    columns = {
        "comment_id": pa.array([r[0] for r in rows]),
        "video_id": pa.array([r[1] for r in rows]),
        "text": pa.array([r[2] for r in rows], pa.string()),
        "created_at": pa.array([r[3] for r in rows], pa.timestamp("us", "UTC")),
        **{
            f"is_{tag}": pa.array([i % 4 == k for i in range(len(rows))])
            for k, tag in enumerate(tag_names("comment"))
        },
    }
    pq.write_table(pa.table(columns), folder / "comments.parquet")


def _write_words(folder: Path, videos: int) -> None:
    """What `highlights.find` would say of the texts."""
    rows = [
        {"kind": "video", "id": f"v{v}", "body": "他走过去蹲下来，下一秒所有人都沉默了。", "why_clickbait": ["沉默", "流浪"]}
        for v in range(videos)
    ] + [
        {"kind": "comment", "id": f"m{v}-{j}", "body": None, "why_staged": ["机位", "演"]}
        for v in range(videos)
        for j in range(6)
    ]  # fmt: skip
    columns = [("kind", pa.string()), ("id", pa.string()), ("body", pa.string())]
    columns += [(f"why_{tag}", pa.list_(pa.string())) for tag in tag_names("comment")]
    pq.write_table(pa.Table.from_pylist(rows, pa.schema(columns)), folder / "words.parquet")


def _write_documents(folder: Path, n: int, parts: np.ndarray, curve: bool, point: bool) -> None:
    def entry(value: float, detected: bool = True) -> dict:
        if not n:
            return {"estimate": None, "low": None, "high": None, "detected": False}
        return {"estimate": value, "low": value * 0.7, "high": min(value * 1.4, 1.0), "detected": detected}

    mean = parts.mean(axis=0) if n else np.zeros(len(cause_names()))
    ends = [*EDGES[1:], FOREVER]
    shares = {
        "shares": {c: entry(float(mean[i]), c != "recommender_correction") for i, c in enumerate(cause_names())},
        "tags": {tag: entry(float(mean[1]) / 3) for tag in tag_names("video")},
        "combined": {"content_quality+unexplained": entry(float(mean[0] + mean[-1]))},
        "n_likes": n * 10 + 50, "n_reversals": n, "level": 0.95, "point": point,
        "placebo_floor": {"emotional_manipulation": 0.05} if n else {},
        "left_out": [{"column": "exposures", "effect": "unseen"}, {"column": "likes.moon", "effect": "the moon is unseen"}],
        "rows": {"likes": {"un-liked before the like": 3, "a reason of tomorrow": 2}},
        "curve": [
            {"from_s": float(a), "to_s": float(b), "person_time_s": 1e6,
             "hazard": {c: 0.0 if c == "recommender_correction" else 0.01 / (b + 1) for c in cause_names()}}
            for a, b in zip(EDGES, ends, strict=True)
        ] if curve and n else [],
    }  # fmt: skip
    checks = [
        {"name": "placebo_tags", "chinese": "安慰剂标签", "passed": False,
         "figure": {"largest_placebo_share": 0.0712}, "why": "w"},
        {"name": "evidence_before_unlike", "chinese": "证据先于取消", "passed": None, "figure": {}, "why": "not built yet"},
        {"name": "a_check_of_tomorrow", "chinese": "明天的检验", "passed": True, "figure": {"count": 7}, "why": "because"},
    ]  # fmt: skip
    (folder / "shares.json").write_text(json.dumps(shares), encoding="utf-8")
    (folder / "checks.json").write_text(json.dumps({"checks": checks}), encoding="utf-8")
