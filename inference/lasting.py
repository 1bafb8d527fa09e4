"""Which likes last: every like with a weight for training a recommender.

A like that was taken back is a verdict, and each cause is a different one: a slip of the finger is no label at all,
manipulation and poor content are negatives, social pressure says nothing of taste, and a correction asks for less of a topic
for a while. A like that stands is a positive as far as it can be expected to last: the chance that the video's emotional and
quality hazards, from the like's age on, will not take it back within `HORIZON`.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ..model import latent
from ..model.hazard import AGE_EDGES, BINS
from ..model.taxonomy import cause_names
from ..model.traits import CARRIED
from .accounts import Fitted
from .finished import Fit
from .terms import CAUSE_OF

NEVER = 2**62  # engines order nulls differently
HORIZON = 30 * 86_400.0  # seconds of age
TASTE = ("emotional_manipulation", "content_quality")  # causes that speak of the content


def training_labels(fit: Fit) -> ir.Table:
    """One row per usable like, in order of time.

    Returns
    -------
    `user_id`, `video_id`, `liked_at`, `unliked_at` (int64 microseconds); `label` 1 (positive) or 0 (negative); `weight` in
    [0, 1] of that label; `lasting`, the probability that the like tells a lasting preference; and for likes that were taken
    back `dropped` (a slip), `out_of_taste` (social pressure) and `topic_cooldown` (correction of the recommender), each a
    probability.
    """
    likes = fit.inputs.likes
    age = (likes.ends_at - likes.liked_at) / 1e6
    bin_ = sum((ibis.ifelse(age >= edge, 1, 0) for edge in AGE_EDGES[1:-1].tolist()), start=ibis.literal(0))
    likes = likes.mutate(bin=bin_.cast("int64"))
    videos = ibis.memtable(fit.inputs.packages.select(["key", "video"]))
    table = likes.join(videos, "key").select(likes, "video")
    table = table.join(ibis.memtable(_standing(fit)), ["video", "bin"]).select(table, "standing")
    verdicts = ibis.memtable(_verdicts(fit))
    on = ["user_key", "key", "liked_at", "unliked_at"]
    table = table.left_join(verdicts, on).select(table, *cause_names())
    back = table.unliked_at.notnull()
    content = table.emotional_manipulation + table.content_quality
    zero = ibis.literal(0.0)
    return table.select(
        "user_id", "video_id", "liked_at", "unliked_at",
        label=ibis.ifelse(back, 0, 1).cast("int64"),
        weight=ibis.ifelse(back, content, table.standing),
        lasting=ibis.ifelse(back, 1.0 - content - table.accidental_tap, table.standing),
        dropped=ibis.ifelse(back, table.accidental_tap, zero),
        out_of_taste=ibis.ifelse(back, table.social_pressure, zero),
        topic_cooldown=ibis.ifelse(back, table.recommender_correction, zero),
    ).order_by("liked_at", "user_id", "video_id", lambda t: t.unliked_at.fill_null(NEVER))  # fmt: skip


def _verdicts(fit: Fit) -> pa.Table:
    """Causes of each un-like; rows that agree in every id and time share their mean."""
    keys = ["user_key", "key", "liked_at", "unliked_at"]
    table = fit.data.events.select(keys)
    for i, name in enumerate(cause_names()):
        table = table.append_column(name, pa.array(fit.accounts.credit.causes[:, i]))
    mean = table.group_by(keys).aggregate([(name, "mean") for name in cause_names()])
    return mean.rename_columns([name.removesuffix("_mean") for name in mean.column_names])


def _standing(fit: Fit) -> pa.Table:
    """Chance that a like which stands at the end of each bin of age outlives `HORIZON`, by video."""
    strikes = np.sum([weight * _strikes(fit, mode) for weight, mode in fit.accounts.modes], axis=0)
    after = strikes[:, ::-1].cumsum(axis=1)[:, ::-1] - strikes
    n = len(strikes)
    return pa.table(
        {
            "video": np.repeat(np.arange(n), BINS),
            "bin": np.tile(np.arange(BINS), n),
            "standing": np.exp(-after).ravel(),
        }
    )


def _strikes(fit: Fit, account: Fitted) -> np.ndarray:
    """Expected strikes on taste in each bin of age, by video; (videos, BINS). Covariates are those of all likes."""
    plan, model = fit.plan, account.model
    width = np.where(AGE_EDGES[1:] <= HORIZON, np.diff(AGE_EDGES), 0.0)
    everyone = plan.video_time["all"]
    totals, evidence = plan.totals(), plan.evidence(account.terms)
    strikes = np.zeros((len(everyone), BINS))
    for k, term in enumerate(plan.terms):
        if CAUSE_OF[term.group] in TASTE:
            acting = np.divide(
                totals.person_time[k],
                everyone.sum(axis=0),
                out=np.zeros(BINS),
                where=everyone.sum(axis=0) > 0,
            )
            strikes += model.observed.level[k] * model.observed.shape[plan.group_of[k]] * acting * width
    believed = latent.expect(model, totals, evidence).belief @ CARRIED
    for j, term in enumerate(account.terms):
        if CAUSE_OF[term.group] in TASTE:
            acting = np.divide(
                evidence.person_time[j], everyone, out=np.zeros_like(everyone), where=everyone > 0
            )
            rate = model.level[j] * model.observed.shape[evidence.group_of[j]]
            strikes += believed[:, evidence.carrier[j], None] * acting * rate * width
    return strikes
