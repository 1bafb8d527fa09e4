"""Simulated videos, comments, likes and exposures, with the true cause of every un-like.

    huizan-train simulate --world base --seed 0 --out worlds/base

It leads from a world (`worlds`) over who is there (`cast`), what is said (`threads`, `texts`), what is liked (`likes`) and
what likes bring (`floods`) to what is taken back and why (`race`), and lays it down in the contract's tables (`rows`).
The same world and seed give the same bytes. It knows nothing of the fitted model.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..model.whole import whole
from .cast import given_videos, invented_users, invented_videos
from .floods import invented_floods
from .likes import invented_likes
from .race import run
from .rows import comment_rows, exposure_rows, like_rows, truth_rows, video_rows
from .texts import invented_texts, read_texts
from .threads import given_threads, invented_threads
from .worlds import World, varied

TABLES = ("videos", "comments", "likes", "exposures", "truth")


@dataclass(frozen=True)
class Simulated:
    """The tables of one world; `exposures` is None where the world hands out none. `asked` is the world as
    it was asked for, `world` the same after `varied`."""

    videos: pa.Table
    comments: pa.Table
    likes: pa.Table
    exposures: pa.Table | None
    truth: pa.Table
    asked: World
    world: World
    seed: int

    def write(self, folder: Path) -> None:
        """Write each table whole as Parquet under its name, and `world.json` beside them."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            table = getattr(self, name)
            if table is None:
                (folder / f"{name}.parquet").unlink(missing_ok=True)
                continue
            with whole(folder / f"{name}.parquet") as temporary:
                pq.write_table(table, temporary, compression="zstd")
        told = {"seed": self.seed, "asked": asdict(self.asked), "moved": asdict(self.world)}
        with whole(folder / "world.json") as temporary:
            temporary.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def simulate(world: World, seed: int = 0, texts: Path | None = None) -> Simulated:
    """Simulate one world.

    Parameters
    ----------
    texts
        A folder with given videos and comments (see `texts`); likes are simulated over them.

    Raises
    ------
    InputError
        If given texts do not hold, or there are too few users and videos for that many likes.
    """
    # One stream per step: a change in one step leaves the others' draws alone.
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(9)]
    asked, world = world, varied(world, streams[0])
    if texts is None:
        videos = invented_videos(world, streams[1])
        users = invented_users(world, streams[2])
        threads = invented_threads(world, videos, streams[3])
        video_words, comment_words = invented_texts(videos, threads, users, streams[4])
    else:
        given = read_texts(texts)
        videos = given_videos(world, given.truth, given.creator, given.duration_ms, streams[1])
        # One like per user and video: few videos need many users.
        world = replace(world, likes_per_user=min(world.likes_per_user, max(1.0, len(videos) / 8)))
        users = invented_users(world, streams[2])
        threads = given_threads(world, videos, given.comment_video, given.minutes, given.claims)
        video_words, comment_words = given.videos, given.comments
    likes = invented_likes(world, videos, users, streams[5])
    floods = invented_floods(world, likes, streams[8])
    race = run(world, videos, users, threads, likes, floods, streams[6])
    like_table = like_rows(world, video_words, videos, likes, race)
    return Simulated(
        videos=video_rows(world, video_words, videos, streams[7]),
        comments=comment_rows(world, comment_words, threads, streams[7]),
        likes=like_table,
        exposures=exposure_rows(world, video_words, likes, floods, streams[7]),
        truth=truth_rows(like_table, likes, race),
        asked=asked,
        world=world,
        seed=seed,
    )
