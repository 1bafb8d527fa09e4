"""The attribution run: likes and dated evidence in, responsibilities, shares with intervals and checks out.

Likes are made usable (`usable`), texts become packages (`packages`) with dated clocks (`evidence`), likes at risk are aggregated
(`atrisk`), the hazard is fitted (`terms`, `model.hazard`), again with the rival account, on bootstrapped clusters and on moved
packages, and what comes out is laid into tables (`effects`, `checks`). The words are "attributed to", never "caused by".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ..model.hazard import AGE_EDGES, Hazard, fit, start
from ..model.taxonomy import cause_names, tag_names
from . import checks as falsification
from .atrisk import AtRisk, aggregate, joined, levels
from .effects import Credit, credit_of, reversals_table, videos_effect
from .evidence import floods, video_clocks
from .outputs import write_json, write_table
from .packages import moved, packages
from .progress import Silent
from .refusal import refuse_if_most
from .terms import GROUPS, RIVAL, Design, design
from .usable import usable

POINT_FROM = 2_000  # reversals below which only the interval should be read


@dataclass(frozen=True)
class AttributionSettings:
    """Everything that decides an attribution; saved beside its outputs."""

    seed: int = 0
    bootstrap: int = 40
    placebos: int = 3
    iterations: int = 250


@dataclass(frozen=True)
class Attribution:
    """What an attribution found; `write` lays it down."""

    reversals: pa.Table
    videos_effect: pa.Table
    shares: dict[str, Any]
    checks: dict[str, Any]
    summary: dict[str, dict[str, int]]


@dataclass
class _Inputs:
    """Prepared tables, and what was kept out or left out on the way."""

    likes: ir.Table
    comments: ir.Table | None
    packages: pa.Table
    floods: ir.Table | None
    thresholds: dict[str, list[float]]
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    left_out: list[dict[str, str]] = field(default_factory=list)


def attribute(
    con: ibis.BaseBackend,
    likes: ir.Table,
    videos: ir.Table | None = None,
    comments: ir.Table | None = None,
    exposures: ir.Table | None = None,
    settings: AttributionSettings | None = None,
    progress: Silent | None = None,
) -> Attribution:
    """Attribute each taken-back like to the causes.

    Parameters
    ----------
    likes
        One row per like, or a raw log of likes and un-likes, as `tables.read_likes` gives it.
    videos, comments
        Tagged tables; without them the causes that texts speak for cannot be seen.
    exposures
        Similar impressions; without them a correction of the recommender cannot be seen.

    Raises
    ------
    InputError
        If more than half of the likes cannot be used for one reason.
    """
    settings, progress = settings or AttributionSettings(), progress or Silent()
    with progress.stage("汇总点赞 aggregating likes"):
        inputs = _prepare(con, likes, videos, comments, exposures)
        data = _aggregate(con, inputs, inputs.packages)
    if len(data.events) == 0:
        return _nothing(data, inputs)
    with progress.stage("拟合风险 fitting hazards"):
        plan = design(data)
        hazard = _fit(plan, settings)
        rival_plan = design(data, RIVAL)
        rival = _fit(rival_plan, settings)
    credit = credit_of(hazard, plan)
    with progress.stage(
        "自助法与安慰剂 bootstrap and placebos", settings.bootstrap + settings.placebos
    ) as stage:
        samples = _bootstrap([(plan, hazard), (rival_plan, rival)], settings, stage.advance)
        floor = _placebos(con, inputs, settings, stage.advance)
    shares = _shares(data, inputs, credit, credit_of(rival, rival_plan), samples, floor)
    shares["curve"] = _curve(hazard, plan)
    return Attribution(
        reversals_table(con, data, credit, inputs.comments),
        videos_effect(inputs.likes, data, credit),
        shares,
        falsification.checks(data, plan, shares, floor),
        inputs.rows,
    )


def write(attribution: Attribution, out: Path) -> None:
    """Write `reversals.parquet`, `videos_effect.parquet`, `shares.json` and `checks.json`, each whole."""
    write_table(out / "reversals.parquet", attribution.reversals)
    write_table(out / "videos_effect.parquet", attribution.videos_effect)
    write_json(out / "shares.json", attribution.shares)
    write_json(out / "checks.json", attribution.checks)


def _prepare(con, likes, videos, comments, exposures) -> _Inputs:
    good, counts = usable(likes, videos)
    good = good.cache()
    left_out = [
        {"column": name, "effect": effect}
        for name, there, effect in (
            ("videos", videos is not None, "tags of videos unseen: emotional manipulation only through comments"),
            ("comments", comments is not None, "no comments: nothing exposes, disputes or complains"),
            ("exposures", exposures is not None, "no exposures: correction of the recommender cannot be told from the rest"),
            ("likes.surface", "surface" in good.columns, "friends' surface unseen: social pressure only through controversy"),
            ("likes.gesture", "gesture" in good.columns, "gesture unseen: mis-taps are told by their delay alone"),
            ("likes.watch_ms", {"watch_ms", "video_duration_ms"} <= set(good.columns),
             "completion unseen: content quality is told by complaints and by time alone"),
            ("likes.observed_until", "observed_until" in good.columns, "observation taken to end with the table"),
        )
        if not there
    ]  # fmt: skip
    rows = {"likes": counts} if counts else {}
    clocks = None
    if comments is not None and "created_at" in comments.columns:
        clocks = video_clocks(comments).cache()
        undated = (
            comments.aggregate(n=comments.created_at.isnull().sum(), all=comments.count())
            .to_pyarrow()
            .to_pylist()[0]
        )
        if undated["n"]:
            rows["comments"] = {"without a date: no evidence": int(undated["n"])}
        unknown = _unknown_videos(comments, videos)
        if unknown:
            refuse_if_most(
                unknown,
                undated["all"],
                "comments",
                "video not in the videos table",
                "Check the ids of both tables",
            )
            rows.setdefault("comments", {})["video not in the videos table"] = unknown
    elif comments is not None:
        left_out.append({"column": "comments.created_at", "effect": "undated comments cannot be evidence"})
    text = packages(good, videos, clocks)
    flood = None
    if exposures is not None:
        by_like = _names_liked_video(exposures, good)
        flood = floods(exposures, by_like).cache()
    return _Inputs(
        good, comments, text, flood, {tag: levels(text, tag) for tag in tag_names("video")}, rows, left_out
    )


def _unknown_videos(comments: ir.Table, videos: ir.Table | None) -> int:
    if videos is None:
        return 0
    known = videos.select(known=videos.video_id.cast("string")).distinct()
    missing = comments.anti_join(known, comments.video_id.cast("string") == known.known)
    return int(missing.count().to_pyarrow().as_py())


def _names_liked_video(exposures: ir.Table, likes: ir.Table) -> bool:
    """Whether an impression's `video_id` is that of the like which brought it: so when most pairs are likes."""
    pairs = exposures.filter(exposures.kind == "similar_impression").select(
        u=exposures.user_id.cast("string"), v=exposures.video_id.cast("string")
    )
    liked = pairs.semi_join(likes, [pairs.u == likes.user_key, pairs.v == likes.key])
    return 2 * liked.count().to_pyarrow().as_py() > pairs.count().to_pyarrow().as_py()


def _aggregate(con: ibis.BaseBackend, inputs: _Inputs, text: pa.Table) -> AtRisk:
    name = ibis.util.gen_name("packages")
    table = con.create_table(
        name, text.select([c for c in text.column_names if c not in ("mark", "first")]), temp=True
    )
    try:
        return aggregate(joined(inputs.likes, table, inputs.floods, inputs.thresholds))
    finally:
        con.drop_table(name)


def _fit(plan: Design, settings: AttributionSettings) -> Hazard:
    totals = plan.totals()
    return fit(start(plan.group_of, GROUPS, totals), totals, settings.iterations)


def _bootstrap(
    fits: list[tuple[Design, Hazard]], settings: AttributionSettings, advance: Callable[[], None]
) -> list[dict[str, np.ndarray]]:
    """Shares under each account in each replicate; clusters of users and of videos are drawn independently.

    The pigeonhole bootstrap (Owen 2007) over groups of users and of videos: it covers both ways in which likes are alike.
    """
    rng = np.random.default_rng([settings.seed, 1])
    samples = []
    for _ in range(settings.bootstrap):
        draws = None
        for plan, hazard in fits:
            if draws is None:
                sizes = plan.clusters.max(axis=0) + 1
                draws = tuple(rng.multinomial(n, np.full(n, 1 / n)).astype(float) for n in sizes)
            totals = plan.totals(draws)
            if totals.event_weight.sum() == 0:
                continue
            again = fit(hazard, totals, 60)
            samples.append(credit_of(again, plan, totals).as_shares(totals.event_weight))
        advance()
    return samples


def _placebos(
    con: ibis.BaseBackend, inputs: _Inputs, settings: AttributionSettings, advance: Callable[[], None]
) -> dict[str, float]:
    """The largest share of each cause that moved packages still give."""
    rng = np.random.default_rng([settings.seed, 2])
    floor = dict.fromkeys((*cause_names(), *tag_names("video")), 0.0)
    for _ in range(settings.placebos):
        plan = design(_aggregate(con, inputs, moved(inputs.packages, rng)))
        found = credit_of(_fit(plan, settings), plan).as_shares()
        floor = {name: max(floor[name], float(found[name])) for name in floor}
        advance()
    return floor


def _shares(
    data: AtRisk,
    inputs: _Inputs,
    credit: Credit,
    rival: Credit,
    samples: list[dict[str, float]],
    floor: dict[str, float],
) -> dict[str, Any]:
    main, other = credit.as_shares(), rival.as_shares()
    by_text = ("emotional_manipulation", "social_pressure", *tag_names("video"))

    def entry(name: str, parts: tuple[str, ...]) -> dict[str, Any]:
        value = sum(main[p] for p in parts)
        drawn = [sum(s[p] for p in parts) for s in samples] + [value, sum(other[p] for p in parts)]
        low, high = np.quantile(drawn, [0.025, 0.975])
        low, high = min(low, value), max(high, value)
        limit = floor[name] if name in by_text else 0.005
        detected = bool(low > limit)
        if name in by_text and not detected:
            low = 0.0  # below the placebo floor nothing can be told from zero
        return {"estimate": float(value), "low": float(low), "high": float(high), "detected": detected}

    n = len(data.events)
    pooled = ("content_quality", "unexplained")
    return {
        "shares": {name: entry(name, (name,)) for name in cause_names()},
        "tags": {name: entry(name, (name,)) for name in tag_names("video")},
        "combined": {"+".join(pooled): entry("combined", pooled)},
        "n_likes": data.likes,
        "n_reversals": n,
        "level": 0.95,
        "point": n >= POINT_FROM,
        "placebo_floor": floor,
        "left_out": inputs.left_out,
        "rows": inputs.rows,
        "note": ""
        if n >= POINT_FROM
        else f"{n} reversals, fewer than {POINT_FROM}: read the intervals, not the estimates",
    }


def _curve(hazard: Hazard, plan: Design) -> list[dict[str, Any]]:
    """Mean hazard by age of the like and cause: the terms' expected events over all person-time of the bin."""
    totals = plan.totals()
    expected = hazard.level[:, None] * hazard.shape[hazard.group_of] * totals.person_time
    background = [k for k, term in enumerate(plan.terms) if term.group == "background"]
    everyone = totals.person_time[background].sum(axis=0)
    credit = credit_of(hazard, plan)
    cause = credit.cause_of_term
    flat = np.array([term.clock in ("flare", "flood") for term in plan.terms])
    rows = []
    for b in range(everyone.size):
        if everyone[b] <= 0:
            continue
        hazards = {
            name: float(expected[(cause == i) & ~flat, b].sum() / everyone[b])
            for i, name in enumerate(cause_names())
        }
        rows.append(
            {
                "from_s": float(AGE_EDGES[b]),
                "to_s": float(AGE_EDGES[b + 1]),
                "person_time_s": float(everyone[b]),
                "hazard": hazards,
            }
        )
    return rows


def _nothing(data: AtRisk, inputs: _Inputs) -> Attribution:
    """A valid result: no like was taken back."""
    unknown = {"estimate": None, "low": None, "high": None, "detected": False}
    shares = {
        "shares": {name: dict(unknown) for name in cause_names()},
        "tags": {name: dict(unknown) for name in tag_names("video")},
        "combined": {"content_quality+unexplained": dict(unknown)},
        "n_likes": data.likes,
        "n_reversals": 0,
        "level": 0.95,
        "point": False,
        "placebo_floor": {},
        "left_out": inputs.left_out,
        "rows": inputs.rows,
        "note": "no like was taken back: there is nothing to attribute",
        "curve": [],
    }
    empty = Credit.none()
    return Attribution(
        reversals_table(None, data, empty, None),
        videos_effect(inputs.likes, data, empty),
        shares,
        falsification.not_run("no like was taken back"),
        inputs.rows,
    )
