"""Beliefs: what a video is, by its own text and by what its comments claim so far.

A comment's claim is evidence about its video (`model.claims`): how often such comments stand under videos that have a trait and
under others is learned from the tables themselves, without labels and without likes, and a video's probability is moved by
its thread as it stood at a moment. Few comments move it little, and a truncated thread, of which a platform shows the most
liked comments first, counts for less. The attribution asks the same of every un-like's own moment (`design`).
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ..model.claims import TRUNCATED, Claims, learn
from ..model.taxonomy import tag_names
from ..model.traits import TRAITS
from .claimed import claimed
from .design import UNSCORED


def beliefs(videos: ir.Table, comments: ir.Table, until: int | None = None) -> pa.Table:
    """What every video is believed to be.

    Parameters
    ----------
    videos, comments
        Tagged tables as `tables.read` gives them.
    until
        Microseconds since 1970 before which comments count; None counts all that have a date.

    Returns
    -------
    One row per video, in the table's order of ids: `video_id`, `n_comments` so far, and for each tag of videos `p_<tag>` (its
    own text), `believed_<tag>` (text and comments) and `moved_<tag>` (natural logarithm of the odds ratio between the two).
    """
    names = tag_names("video")
    truncated = (
        videos.thread_truncated.fill_null(False)
        if "thread_truncated" in videos.columns
        else ibis.literal(False)
    )
    rows = (
        videos.select(
            "video_id",
            key=videos.video_id.cast("string"),
            truncated=truncated,
            **{f"p_{tag}": videos[f"p_{tag}"].cast("float64") for tag in names},
        )
        .order_by("key")
        .to_pyarrow()
    )
    place = np.arange(len(rows))
    said = claimed(comments, rows.select(["key"]).append_column("video", pa.array(place)))
    counts = said.before(place, np.full(place.size, np.iinfo(np.int64).max if until is None else until))
    prior = np.full((len(rows), len(TRAITS)), UNSCORED)
    for tag in names:
        own = rows[f"p_{tag}"].to_numpy(zero_copy_only=False)
        prior[:, TRAITS.index(tag)] = np.nan_to_num(own, nan=UNSCORED)
    weight = np.where(rows["truncated"].to_numpy(zero_copy_only=False), TRUNCATED, 1.0)
    found = _believed(prior, counts, weight)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        "video_id": rows["video_id"],
        "n_comments": pa.array(counts[0].sum(axis=1).astype(np.int64)),
    }
    for tag in names:
        trait = TRAITS.index(tag)
        columns[f"p_{tag}"] = rows[f"p_{tag}"]
        columns[f"believed_{tag}"] = pa.array(found[0][:, trait])
        columns[f"moved_{tag}"] = pa.array(found[1][:, trait])
    return pa.table(columns)


def _believed(prior: np.ndarray, counts: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and log odds ratios, both (videos, traits)."""
    effective = counts * weight[:, None]
    claims: Claims = learn(prior, effective)
    return claims.probability(prior, effective), claims.log_ratio(effective)
