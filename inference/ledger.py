"""The ledger: what each user approved and then rejected, by tag.

It tells of persons, so it is written only where it is asked for, and holds sums alone: how many likes went to videos
believed to have the tag, and how much of the user's un-likes the tag is given.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ..model import latent
from ..model.taxonomy import tag_names
from ..model.traits import PRESENT
from .finished import Fit


def ledger(fit: Fit) -> ir.Table:
    """One row per user, in order of the user's id.

    Returns
    -------
    `user_id`, `likes`, `reversals`, and for each tag of videos `approved_<tag>` (likes of videos that have it, expected)
    and `rejected_<tag>` (un-likes that it is given, expected).
    """
    tags = tag_names("video")
    believed = (
        latent.expect(
            fit.accounts.manipulation.model,
            fit.plan.totals(),
            fit.plan.evidence(fit.accounts.manipulation.terms),
        ).belief
        @ PRESENT
    )
    known = fit.inputs.packages.select(["key"])
    for i, tag in enumerate(tags):
        known = known.append_column(f"has_{tag}", pa.array(believed[:, i]))
    likes = fit.inputs.likes
    table = likes.join(ibis.memtable(known), "key").select(likes, *(f"has_{tag}" for tag in tags))
    sums = {f"approved_{tag}": table[f"has_{tag}"].sum() for tag in tags}
    approved = table.group_by("user_key").aggregate(
        user_id=table.user_id.min(), likes=table.count(), reversals=table.unliked_at.count(), **sums
    )
    events = fit.data.events.select(["user_key"])
    for i, tag in enumerate(tags):
        events = events.append_column(f"rejected_{tag}", pa.array(fit.accounts.credit.tags[:, i]))
    given = events.group_by("user_key").aggregate([(f"rejected_{tag}", "sum") for tag in tags])
    given = given.rename_columns([name.removesuffix("_sum") for name in given.column_names])
    rejected = ibis.memtable(given)
    whole = approved.left_join(rejected, "user_key").select(approved, *(f"rejected_{tag}" for tag in tags))
    return whole.select(
        "user_id",
        "likes",
        "reversals",
        *(f"approved_{tag}" for tag in tags),
        **{f"rejected_{tag}": whole[f"rejected_{tag}"].fill_null(0.0) for tag in tags},
    ).order_by("user_id")
