"""Correcting a tag's share by a sample of videos that people checked.

A tagger errs, and so does a share that rests on it. Where some videos were drawn at random and checked by hand, the error on
them, weighted by the chance of being drawn, corrects the share of all without any assumption on the tagger: design-based
supervised learning (Egami, Hinck, Stewart and Wei, NeurIPS 2023). For a tag with m_v un-likes credited on video v and belief
b_v, a video that truly has the tag would carry m_v / b_v and one that has not 0, so that

    Θ = Σ_v m_v + Σ_{v checked} (y_v m_v / b_v − m_v) / π_v                                 (1)
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false

from typing import Any

import ibis.expr.types as ir
import numpy as np

from ..model import latent
from ..model.errors import InputError
from ..model.taxonomy import tag_names
from ..model.traits import PRESENT
from .finished import Fit

LEAST = 30  # checked videos below which nothing is corrected


def audited(fit: Fit, sample: ir.Table, shares: dict[str, Any]) -> dict[str, Any]:
    """The share of each checked tag, corrected, with a 95 % interval.

    Parameters
    ----------
    sample
        `video_id`, `is_<tag>` for one or more tags of videos as people saw it, and `drawn_with`, each video's chance of being
        drawn (default: the same for all).
    shares
        `shares.json`; its interval's width is kept and the sample's error added to it.

    Raises
    ------
    InputError
        If fewer than `LEAST` videos that were liked were checked for a tag.
    """
    rows = sample.to_pyarrow()
    row_of = {key: i for i, key in enumerate(fit.inputs.packages["key"].to_pylist())}
    at = np.array([row_of.get(str(v), -1) for v in rows["video_id"].to_pylist()], dtype=int)
    liked = at >= 0
    n_videos, n_events = len(row_of), max(len(fit.data.events), 1)
    told = "drawn_with" in rows.column_names
    drawn_with = rows["drawn_with"].to_numpy(zero_copy_only=False).astype(float) if told else None
    accounts = fit.accounts.manipulation
    expected = latent.expect(accounts.model, fit.plan.totals(), fit.plan.evidence(accounts.terms))
    belief = expected.belief @ PRESENT
    found: dict[str, Any] = {}
    for i, tag in enumerate(tag_names("video")):
        if f"is_{tag}" not in rows.column_names:
            continue
        seen = rows[f"is_{tag}"]
        # A video that was not checked for this tag says nothing of it.
        known = liked & seen.is_valid().to_numpy()
        if known.sum() < LEAST:
            raise InputError(
                f"A hand-checked sample holds at least {LEAST} videos that were liked, each with a true or false is_{tag}",
                f"{int(known.sum())} of {len(rows)}",
                "Draw more videos at random, check them, and give them again",
            )
        truth = seen.fill_null(False).to_numpy(zero_copy_only=False).astype(float)[known]
        chance = (
            np.full(int(known.sum()), known.sum() / n_videos) if drawn_with is None else drawn_with[known]
        )
        credit = fit.accounts.credit.tags[:, i]
        mass = np.bincount(fit.plan.event_video, weights=credit, minlength=n_videos)
        lost = np.bincount(fit.plan.event_video, minlength=n_videos).astype(float)
        would = np.minimum(mass / np.maximum(belief[:, i], 1e-3), lost)
        off = truth * would[at[known]] - mass[at[known]]
        estimate = (mass.sum() + (off / chance).sum()) / n_events
        error = np.sqrt(((1 - chance) / chance**2 * off**2).sum()) / n_events
        before = shares["tags"][tag]
        low = estimate - np.hypot(before["estimate"] - before["low"], 1.96 * error)
        high = estimate + np.hypot(before["high"] - before["estimate"], 1.96 * error)
        found[tag] = {
            "estimate": float(np.clip(estimate, 0, 1)),
            "low": float(np.clip(low, 0, 1)),
            "high": float(np.clip(high, 0, 1)),
            "uncorrected": before["estimate"],
            "checked": int(known.sum()),
        }
    return found
