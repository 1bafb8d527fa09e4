"""Texts for simulated worlds: put together from fragments written for this purpose, or read from a folder.

Read ones say their true tags; put-together ones are plain on purpose: they give a tagger something to read and are no
measure of it. `simulation` turns them into tables.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..model.errors import InputError
from .fragments import COMMENTS, PLACES, THINGS, TITLES
from .worlds import World

TRUTH = ("clickbait", "staged", "controversy", "low_quality")


@dataclass(frozen=True)
class Written:
    """Videos and comments with their truth.

    `tags` bool (videos, 4) and `comment_tags` bool (comments, 4) in the order of `TRUTH`; `comment_video` (comments,) is the
    row of each comment's video; `comment_after` minutes since publishing, or None if it is to be drawn.
    """

    videos: list[dict]
    comments: list[dict]
    tags: np.ndarray
    comment_tags: np.ndarray
    comment_video: np.ndarray
    comment_after: np.ndarray | None

    @property
    def video_columns(self) -> list[str]:
        return _columns(self.videos, {"tags", "published_at"})

    @property
    def comment_columns(self) -> list[str]:
        return _columns(self.comments, {"tags", "after_minutes", "created_at"})


def invented(world: World, n_videos: int, rng: np.random.Generator) -> Written:
    """Invent videos and comments for a world; `hollow` below zero makes exactly the tagged videos hollow."""
    tags = rng.random((n_videos, 4)) < [
        world.clickbait,
        world.staged,
        world.controversy,
        max(world.hollow, 0),
    ]
    if world.hollow < 0:
        tags[:, 3] = tags[:, 0] | tags[:, 1]
    videos = [
        {"video_id": f"v{i:05d}", "creator_id": f"c{int(rng.integers(max(2, n_videos // 8))):04d}",
         "title": _title(row, rng), "duration_ms": int(rng.lognormal(np.log(38_000), 0.6))}
        for i, row in enumerate(tags)
    ]  # fmt: skip
    per_video = rng.poisson(world.comments_per_video * rng.gamma(1.5, 1 / 1.5, n_videos))
    of_video = np.repeat(np.arange(n_videos), per_video)
    chance = np.where(tags[of_video], world.claims, world.false_claims)
    claims = rng.random((of_video.size, 4)) < chance
    comments = [
        {"comment_id": f"m{i:07d}", "video_id": f"v{v:05d}", "text": _comment(row, rng), "like_count": int(rng.geometric(0.2) - 1)}
        for i, (v, row) in enumerate(zip(of_video, claims, strict=True))
    ]  # fmt: skip
    return Written(videos, comments, tags, claims, of_video, None)


def read_texts(folder: Path) -> Written:
    """Read `videos.jsonl` and `comments.jsonl`; each row says its `tags`, a comment its `after_minutes`."""
    videos, comments = _read(folder / "videos.jsonl"), _read(folder / "comments.jsonl")
    at = {video["video_id"]: i for i, video in enumerate(videos)}
    lost = [comment["comment_id"] for comment in comments if comment["video_id"] not in at]
    if lost:
        raise InputError(
            "Every comment stands under a given video",
            f"{len(lost)} do not, such as {lost[0]}",
            "Mend video_id",
        )
    return Written(
        videos,
        comments,
        np.array([[tag in video["tags"] for tag in TRUTH] for video in videos], dtype=bool),
        np.array([[tag in comment["tags"] for tag in TRUTH] for comment in comments], dtype=bool).reshape(
            -1, 4
        ),
        np.array([at[comment["video_id"]] for comment in comments], dtype=int),
        np.array([comment["after_minutes"] for comment in comments], dtype=float),
    )


def _read(path: Path) -> list[dict]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as problem:
        raise InputError(
            "--texts is a folder with videos.jsonl and comments.jsonl", f"{path}: {problem}", "Mend it"
        ) from problem


def _columns(rows: list[dict], without: set[str]) -> list[str]:
    return [name for name in dict.fromkeys(key for row in rows for key in row) if name not in without]


def _title(tags: np.ndarray, rng: np.random.Generator) -> str:
    kinds = [TRUTH[k] for k in range(3) if tags[k]] or ["plain"]
    pattern = _one(TITLES[_one(kinds, rng)], rng)
    return pattern.format(thing=_one(THINGS, rng), place=_one(PLACES, rng))


def _comment(tags: np.ndarray, rng: np.random.Generator) -> str:
    kinds = [TRUTH[k] for k in range(4) if tags[k]] or ["plain"]
    return "，".join(_one(COMMENTS[kind], rng) for kind in kinds)


def _one(choices, rng: np.random.Generator):
    return choices[int(rng.integers(len(choices)))]
