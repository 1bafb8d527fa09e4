"""Creators: why the likes of each creator's videos were taken back, where there are enough of them to say.

Below a minimum of reversals nothing but the counts is shown: a share of few un-likes tells of chance, and of persons.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ..model.taxonomy import cause_names

LEAST = 20  # reversals below which no share is shown


def creators(effects: pa.Table, videos: ir.Table, least: int = LEAST) -> pa.Table:
    """One row per creator, most reversals first.

    Parameters
    ----------
    effects
        `videos_effect`.
    videos
        With `video_id` and `creator_id`.
    least
        Reversals below which shares are null.

    Returns
    -------
    `creator_id`, `videos`, `likes`, `reversals`, `retraction_rate`, and per cause its share of the reversals, shrunk to
    that of all creators, with `_low` and `_high` (95 %, beta-binomial; Morris, JASA 1983).
    """
    names = cause_names()
    table = videos.select("creator_id", video=videos.video_id.cast("string")).filter(
        videos.creator_id.notnull()
    )
    whose = table.to_pyarrow()
    of = dict(zip(whose["video"].to_pylist(), whose["creator_id"].to_pylist(), strict=True))
    creator = [of.get(str(v)) for v in effects["video_id"].to_pylist()]
    kept = np.array([c is not None for c in creator], dtype=bool)
    ids = sorted({c for c in creator if c is not None}, key=str)
    row = {c: i for i, c in enumerate(ids)}
    at = np.array([row[c] for c in creator if c is not None], dtype=int)

    def total(column: str) -> np.ndarray:
        return np.bincount(at, weights=effects[column].to_numpy().astype(float)[kept], minlength=len(ids))

    likes, reversals = total("likes"), total("reversals")
    order = np.lexsort((np.arange(len(ids)), -reversals))
    hidden = pa.array(reversals[order] < least)
    columns: dict[str, pa.Array] = {
        "creator_id": pa.array([ids[i] for i in order], whose.schema.field("creator_id").type),
        "videos": pa.array(np.bincount(at, minlength=len(ids))[order]),
        "likes": pa.array(likes[order].astype(np.int64)),
        "reversals": pa.array(reversals[order].astype(np.int64)),
        "retraction_rate": pa.array((reversals / np.maximum(likes, 1))[order]),
    }
    for name in names:
        mass = np.clip(reversals - total(f"expected_without_{name}"), 0, None)
        share, low, high = _shrunk(mass, reversals)
        for suffix, values in (("", share), ("_low", low), ("_high", high)):
            columns[f"{name}{suffix}"] = pa.array(values[order], mask=hidden.to_numpy(zero_copy_only=False))
    return pa.table(columns)


def _shrunk(mass: np.ndarray, reversals: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share of a cause by creator: a beta posterior about the share of all; its spread by the method of moments."""
    from scipy.stats import beta

    whole = float(mass.sum() / max(reversals.sum(), 1e-12))
    if not 0 < whole < 1:
        flat = np.full(reversals.size, whole)
        return flat, flat, flat
    seen = reversals > 0
    rate = mass[seen] / reversals[seen]
    between = np.average((rate - whole) ** 2, weights=reversals[seen])
    noise = whole * (1 - whole) * seen.sum() / max(reversals.sum(), 1e-12)
    spread = max(between - noise, 1e-4)
    strength = max(whole * (1 - whole) / spread - 1, 1.0)
    a, b = whole * strength + mass, (1 - whole) * strength + np.clip(reversals - mass, 0, None)
    return a / (a + b), beta.ppf(0.025, a, b), beta.ppf(0.975, a, b)
