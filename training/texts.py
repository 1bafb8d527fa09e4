"""Words for simulated worlds: put together from `fragments`, or read from a folder together with their true tags.

Given words come as `videos*.jsonl` and `comments*.jsonl` whose rows say their `tags` (the truth, names as in the
taxonomy; a video that does not hold up says `low_quality`), and comments `after_minutes` since publishing.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..model.errors import InputError
from .cast import TRUTH, Users, Videos
from .fragments import CATEGORIES, COMMENTS, PERSONS, PLACES, TAILS, THINGS, TITLES
from .threads import Threads

Columns = dict[str, list]
HIDDEN = ("tags", "after_minutes", "published_at", "created_at")


@dataclass(frozen=True)
class Given:
    """Read videos and comments: their columns as given and, row by row, what is hidden behind them."""

    videos: Columns
    comments: Columns
    truth: np.ndarray
    creator: np.ndarray
    duration_ms: np.ndarray
    comment_video: np.ndarray
    minutes: np.ndarray
    claims: np.ndarray


def invented_texts(
    videos: Videos, threads: Threads, users: Users, rng: np.random.Generator
) -> tuple[Columns, Columns]:
    """Words and keys of invented videos and comments."""
    n, m = len(videos), threads.video.size
    titles = [_title(row, rng) for row in videos.truth]
    video_columns = {
        "video_id": [f"v{i:05d}" for i in range(n)],
        "creator_id": [f"c{i:04d}" for i in videos.creator],
        "title": titles,
        "category": [CATEGORIES[i % len(CATEGORIES)] for i in videos.creator],
        "duration_ms": videos.duration_ms.tolist(),
    }
    author = rng.integers(len(users), size=m)
    comment_columns = {
        "comment_id": [f"m{i:07d}" for i in range(m)],
        "video_id": [f"v{i:05d}" for i in threads.video],
        "text": _comments(threads.claims, rng),
        "user_id": [f"u{i:06d}" for i in author],
        "like_count": (rng.geometric(0.25, m) - 1).tolist(),
    }
    return video_columns, comment_columns


def read_texts(folder: Path) -> Given:
    """Read given words.

    Raises
    ------
    InputError
        If a file is missing or broken, or a comment stands under no given video.
    """
    videos, comments = _read(folder, "videos"), _read(folder, "comments")
    row = {video["video_id"]: i for i, video in enumerate(videos)}
    lost = [comment["comment_id"] for comment in comments if comment["video_id"] not in row]
    if lost:
        raise InputError(
            "Every comment stands under a given video",
            f"{len(lost)} do not, such as {lost[0]}",
            "Mend its video_id",
        )
    creators = [video.get("creator_id", video["video_id"]) for video in videos]
    order = {creator: i for i, creator in enumerate(dict.fromkeys(creators))}
    return Given(
        videos=_columns(videos),
        comments=_columns(comments),
        truth=_flags(videos),
        creator=np.array([order[creator] for creator in creators]),
        duration_ms=np.array([video.get("duration_ms") or 30_000 for video in videos], dtype=float),
        comment_video=np.array([row[comment["video_id"]] for comment in comments], dtype=np.int64),
        minutes=np.array([comment["after_minutes"] for comment in comments], dtype=float),
        claims=_flags(comments),
    )


def _read(folder: Path, name: str) -> list[dict]:
    must = f"--texts is a folder with {name}*.jsonl whose rows say their tags"
    paths = sorted(folder.glob(f"{name}*.jsonl"))
    if not paths:
        raise InputError(must, f"no such file in {folder}", "Name a folder that has them")
    rows = []
    needed = {"video_id", "tags"} | ({"comment_id", "after_minutes"} if name == "comments" else set())
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
            except ValueError as problem:
                raise InputError(must, f"{path}, line {number}: {problem}", "Mend the line") from problem
            unknown = set(row.get("tags", ())) - set(TRUTH)
            if needed - set(row) or unknown:
                found = f"{path}, line {number}: lacks {sorted(needed - set(row))}, unknown tags {sorted(unknown)}"
                raise InputError(must, found, f"Tags are {', '.join(TRUTH)}")
            rows.append(row)
    return rows


def _columns(rows: list[dict]) -> Columns:
    names = [name for name in dict.fromkeys(key for row in rows for key in row) if name not in HIDDEN]
    return {name: [row.get(name) for row in rows] for name in names}


def _flags(rows: list[dict]) -> np.ndarray:
    return np.array([[tag in row["tags"] for tag in TRUTH] for row in rows], dtype=bool).reshape(
        -1, len(TRUTH)
    )


def _title(truth: np.ndarray, rng: np.random.Generator) -> str:
    kinds = [TRUTH[k] for k in range(3) if truth[k]] or ["plain"]
    patterns = TITLES[kinds[int(rng.integers(len(kinds)))]]
    pick = rng.integers(1 << 30, size=4)
    return patterns[pick[0] % len(patterns)].format(
        thing=THINGS[pick[1] % len(THINGS)],
        place=PLACES[pick[2] % len(PLACES)],
        person=PERSONS[pick[3] % len(PERSONS)],
    )


def _comments(claims: np.ndarray, rng: np.random.Generator) -> list[str]:
    """One text per row of `claims` (comments, 4): a fragment for each claim, or a plain one."""
    pick = rng.integers(1 << 30, size=(len(claims), 7))
    kinds = (*TRUTH, "plain")
    wanted = np.column_stack([claims, ~claims.any(axis=1)])
    texts = []
    for row, some in zip(wanted.tolist(), pick.tolist(), strict=True):
        parts = [COMMENTS[kind][some[k] % len(COMMENTS[kind])] for k, kind in enumerate(kinds) if row[k]]
        words = "，".join(parts).format(
            thing=THINGS[some[5] % len(THINGS)], place=PLACES[some[6] % len(PLACES)]
        )
        texts.append(words + TAILS[(some[5] >> 8) % len(TAILS)])
    return texts
