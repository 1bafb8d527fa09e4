"""How many comments of each score stood under a video before a moment.

Comments are held in columns (17 bytes each), sorted by video and moment, so that a moment is found by bisection and
what stood there before it is a difference of running counts. Only comments before the last un-like of all are held:
later ones can say nothing of any. What the counts mean stands in `model.claims`.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ..model.claims import SCORE_BINS, edges
from ..model.traits import TRAITS


@dataclass(frozen=True)
class Claimed:
    """Comments sorted by video and moment: `place` (comments,) orders both, `score_bin` uint8 (traits, comments).

    `edges`: of the score bins, by trait.
    """

    moments: np.ndarray  # distinct, ascending
    place: np.ndarray
    score_bin: np.ndarray
    edges: tuple[np.ndarray, ...] = ()

    @classmethod
    def none(cls) -> "Claimed":
        """No comment anywhere."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((len(TRAITS), 0), np.uint8))

    def before(self, video: np.ndarray, moment: np.ndarray) -> np.ndarray:
        """Comments of each score bin under `video` (n,) strictly before `moment` (n,); float32 (traits, n, SCORE_BINS)."""
        width = self.moments.size + 1
        begin = np.searchsorted(self.place, video.astype(np.int64) * width)
        reached = video.astype(np.int64) * width + np.searchsorted(self.moments, moment, side="left")
        end = np.searchsorted(self.place, reached)
        counts = np.empty((len(TRAITS), video.size, SCORE_BINS), dtype=np.float32)
        for t in range(len(TRAITS)):
            for b in range(SCORE_BINS):
                running = np.concatenate([[0], np.cumsum(self.score_bin[t] == b, dtype=np.int64)])
                counts[t, :, b] = running[end] - running[begin]
        return counts


def claimed(comments: ir.Table, packages: pa.Table, cuts: tuple[np.ndarray, ...] | None = None) -> Claimed:
    """Hold the dated comments of the videos in `packages`.

    `comments` are tagged, with `created_at` in int64 microseconds; `cuts` are edges of the score bins, by trait, to use in place
    of quantiles of these comments.
    """
    known = ibis.memtable(packages.select(["key", "video"]))
    rows = comments.filter(comments.created_at.notnull()).select(
        key=comments.video_id.cast("string"),
        moment=comments.created_at,
        **{f"p_{trait}": comments[f"p_{trait}"].cast("float32") for trait in TRAITS},
    )
    rows = rows.join(known, "key").drop("key").to_pyarrow()
    if not rows.num_rows:
        return Claimed.none()
    video, moment = rows["video"].to_numpy(), rows["moment"].to_numpy()
    order = np.lexsort((moment, video))
    moments, rank = np.unique(moment, return_inverse=True)
    score_bin = np.zeros((len(TRAITS), len(rows)), dtype=np.uint8)
    scores = [rows[f"p_{trait}"].to_numpy(zero_copy_only=False).astype(np.float64) for trait in TRAITS]
    cuts = tuple(edges(score) for score in scores) if cuts is None else cuts
    for t, score in enumerate(scores):
        # A comment without a score says as little as the lowest.
        found = np.searchsorted(cuts[t], np.nan_to_num(score, nan=-1.0), side="right")
        score_bin[t] = found[order]
    place = video[order].astype(np.int64) * (moments.size + 1) + rank[order]
    return Claimed(moments, place, score_bin, cuts)
