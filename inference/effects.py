"""Tables of what an attribution found: one row per un-like with its evidence, one row per video with its effects.

Credit comes from `credit`. Rows come back with the ids as they came in.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ..model.taxonomy import TAGS, cause_names, tag_names
from .atrisk import SHOWN, AtRisk
from .credit import Credit
from .design import place
from .evidence import says
from .outputs import timestamps

UNDETERMINED = "undetermined"  # no cause reaches one half
EVIDENCE = 3  # comments named per un-like
CANDIDATES = 40  # earliest comments of each tag under a video among which evidence is sought


def reversals_table(
    con: ibis.BaseBackend | None, data: AtRisk, credit: Credit, comments: ir.Table | None
) -> pa.Table:
    """One row per un-like: ids, times, surface if known, six causes, the one that reaches a half, three tags, evidence."""
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        name: data.events[name]
        for name in ("user_id", "video_id", "liked_at", "unliked_at", *SHOWN)
        if name in data.events.column_names
    }
    for i, name in enumerate(cause_names()):
        columns[name] = pa.array(credit.causes[:, i])
    columns["attributed_to"] = _attributed(credit)
    for i, name in enumerate(tag_names("video")):
        columns[f"tag_{name}"] = pa.array(credit.tags[:, i])
    if con is not None and comments is not None and "created_at" in comments.columns:
        columns["evidence_comment_ids"] = _evidence(data, credit, comments)
    else:
        columns["evidence_comment_ids"] = pa.array([[]] * len(data.events), type=pa.list_(pa.string()))
    return timestamps(pa.table(columns), ("liked_at", "unliked_at"))


def _attributed(credit: Credit) -> pa.Array:
    """The cause that reaches one half, else `UNDETERMINED`."""
    names = (*cause_names(), UNDETERMINED)
    if not len(credit.causes):
        return pa.array([], pa.string())
    leading = np.where(credit.causes.max(axis=1) >= 0.5, credit.causes.argmax(axis=1), len(names) - 1)
    return pa.array([names[i] for i in leading], pa.string())


def _evidence(data: AtRisk, credit: Credit, comments: ir.Table) -> pa.Array:
    """For each un-like, ids of comments posted before it that speak for its leading cause, most certain first."""
    names = cause_names()
    leading = credit.causes.argmax(axis=1)
    kind = comments.comment_id.type().to_pyarrow()
    encoded = data.events["key"].combine_chunks().dictionary_encode()
    keys, of_event = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    before = data.events["unliked_at"].to_numpy()
    found: list[list] = [[]] * of_event.size
    for cause, name in enumerate(names):
        speaking = [tag.name for tag in TAGS if tag.cause == name and "comment" in tag.kinds]
        if not speaking:
            continue
        by_video = _candidates(comments, speaking)
        for i in np.flatnonzero(leading == cause):
            moments, certain, ids = by_video.get(keys[of_event[i]], _NO_COMMENTS)
            there = int(np.searchsorted(moments, before[i], side="left"))
            best = np.argsort(-certain[:there], kind="stable")[:EVIDENCE]
            found[i] = [ids[j] for j in best]
    return pa.array(found, type=pa.list_(kind))


_NO_COMMENTS: tuple[np.ndarray, np.ndarray, list] = (np.empty(0, dtype=np.int64), np.empty(0), [])


def _candidates(comments: ir.Table, tags: list[str]) -> dict[str, tuple[np.ndarray, np.ndarray, list]]:
    """The earliest comments of each video that say one of `tags`: their moments (ascending), certainty and ids."""
    speaks = says(comments, tags[0])
    certain = comments[f"p_{tags[0]}"]
    for tag in tags[1:]:
        speaks = speaks | says(comments, tag)
        certain = ibis.greatest(certain, comments[f"p_{tag}"])
    chosen = comments.filter(speaks & comments.created_at.notnull()).select(
        key=comments.video_id.cast("string"),
        moment=comments.created_at,
        certain=certain,
        id=comments.comment_id,
    )
    order = ibis.window(group_by="key", order_by=["moment", ibis.desc("certain"), "id"])
    early = chosen.mutate(number=ibis.row_number().over(order)).filter(lambda t: t.number < CANDIDATES)
    rows = early.order_by("key", "number").to_pyarrow()
    if not rows.num_rows:
        return {}
    keys = np.array(rows["key"].to_pylist(), dtype=object)
    moments, certain_, ids = rows["moment"].to_numpy(), rows["certain"].to_numpy(), rows["id"].to_pylist()
    bounds = (
        np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        if len(keys)
        else np.empty(0, dtype=int)
    )
    ends = np.append(bounds[1:], len(keys))
    return {keys[a]: (moments[a:b], certain_[a:b], ids[a:b]) for a, b in zip(bounds, ends, strict=True)}


def videos_effect(likes: ir.Table, data: AtRisk, credit: Credit) -> pa.Table:
    """Per liked video: likes, reversals, and the reversals expected without each cause, with 95 % limits.

    The limits hold the fitted hazard fixed: which of the video's un-likes a cause would have spared is a sum of independent
    yes-or-no draws with the responsibilities as probabilities (normal approximation).
    """
    table = (
        likes.group_by("key")
        .aggregate(video_id=likes.video_id.min(), likes=likes.count())
        .order_by("key")
        .to_pyarrow()
    )
    of_event = place(data.events["key"], table["key"])
    reversals = np.bincount(of_event, minlength=len(table)).astype(float)
    columns = {
        "video_id": table["video_id"],
        "likes": table["likes"],
        "reversals": pa.array(reversals.astype(np.int64)),
    }
    for i, name in enumerate(cause_names()):
        mass = np.bincount(of_event, weights=credit.causes[:, i], minlength=len(table))
        variance = np.bincount(
            of_event, weights=credit.causes[:, i] * (1 - credit.causes[:, i]), minlength=len(table)
        )
        without, wide = reversals - mass, 1.96 * np.sqrt(variance)
        columns[f"expected_without_{name}"] = pa.array(without)
        columns[f"expected_without_{name}_low"] = pa.array(np.clip(without - wide, 0, None))
        columns[f"expected_without_{name}_high"] = pa.array(np.minimum(without + wide, reversals))
    return pa.table(columns)
