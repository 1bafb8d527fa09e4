"""The attribution run: likes and dated evidence in, responsibilities, shares with intervals and checks out.

Likes are made usable (`usable`), texts become packages (`packages`) with dated clocks (`evidence`), likes at risk are
aggregated (`atrisk`) and laid out by terms (`design`), the accounts of them are fitted and weighed (`accounts`), again on
bootstrapped clusters and on moved packages, and what comes out is laid into tables (`effects`, `checks`). The words are
"attributed to", never "caused by".
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from ..model.hazard import AGE_EDGES
from ..model.taxonomy import cause_names, tag_names
from . import checks as falsification
from .accounts import LARGE, Accounts, bound, fitted, resampled, weigh
from .atrisk import AtRisk, aggregate, joined
from .credit import Credit, credit_of
from .design import Design, design
from .effects import reversals_table, videos_effect
from .evidence import CLOCKS
from .finished import Fit
from .inputs import Inputs, prepare
from .outputs import write_json, write_table
from .packages import every, moved
from .progress import Silent
from .terms import MANIPULATION

POINT_FROM = 2_000  # reversals below which only the interval should be read
_AGAIN = 8  # iterations that a replicate goes on from the fit
MODEL_ERROR = (
    0.03  # share: what the model itself is off by in simulated worlds; added to both ends of every interval
)
_BLIND_ERROR = 0.01  # more of it for each kind of evidence that was left out


@dataclass(frozen=True)
class AttributionSettings:
    """Everything that decides an attribution; saved beside its outputs."""

    seed: int = 0
    bootstrap: int = 40
    placebos: int = 3
    iterations: int = 120


@dataclass(frozen=True)
class Attribution:
    """What an attribution found; `write` lays it down. `fit` is None where no like was taken back."""

    reversals: pa.Table
    videos_effect: pa.Table
    shares: dict[str, Any]
    checks: dict[str, Any]
    summary: dict[str, dict[str, int]]
    fit: Fit | None = None


# Fits share the processors out themselves, and products of matrices by one thread are the same on any machine.
@threadpool_limits.wrap(limits=1, user_api="blas")
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
        inputs = prepare(likes, videos, comments, exposures)
        data = _aggregate(inputs, inputs.packages)
    if len(data.events) == 0:
        return _nothing(data, inputs)
    with progress.stage("拟合风险 fitting hazards"):
        plan = design(data, inputs.packages, inputs.claimed)
        floods_seen = inputs.floods is not None
        accounts = weigh(plan, floods_seen, settings.iterations)
        both = bound(plan, floods_seen, settings.iterations)
    with progress.stage(
        "自助法与安慰剂 bootstrap and placebos", settings.bootstrap + settings.placebos
    ) as stage:
        samples = _bootstrap(plan, accounts, floods_seen, settings, stage.advance)
        floor = _placebos(inputs, len(data.events), settings, stage.advance)
    shares = _shares(data, inputs, accounts, both, samples, floor)
    shares["curve"] = _curve(accounts.credit, plan)
    return Attribution(
        reversals_table(con, data, accounts.credit, inputs.comments),
        videos_effect(inputs.likes, data, accounts.credit),
        shares,
        falsification.checks(inputs, data, plan, accounts, shares, floor, settings.seed, settings.iterations),
        inputs.rows,
        Fit(inputs, data, plan, accounts),
    )


def write(attribution: Attribution, out: Path) -> None:
    """Write `reversals.parquet`, `videos_effect.parquet`, `shares.json` and `checks.json`, each whole."""
    write_table(out / "reversals.parquet", attribution.reversals)
    write_table(out / "videos_effect.parquet", attribution.videos_effect)
    write_json(out / "shares.json", attribution.shares)
    write_json(out / "checks.json", attribution.checks)


def _aggregate(inputs: Inputs, text: pa.Table) -> AtRisk:
    known = ibis.memtable(text.select(["key", "video", *CLOCKS]))
    return aggregate(joined(inputs.likes, known, inputs.floods))


def _bootstrap(
    plan: Design,
    accounts: Accounts,
    floods_seen: bool,
    settings: AttributionSettings,
    advance: Callable[[], None],
) -> list[dict[str, float]]:
    """Shares in each replicate; clusters of users and of videos are drawn independently.

    The pigeonhole bootstrap (Owen 2007) over groups of users and of videos: it covers both ways in which likes are alike.
    """
    rng = np.random.default_rng([settings.seed, 1])
    samples = []
    for _ in range(settings.bootstrap):
        users, videos = (rng.multinomial(n.size, n / n.size).astype(float) for n in plan.even)
        if users[plan.event_groups[:, 0]] @ videos[plan.event_groups[:, 1]] > 0:
            samples.append(resampled(plan, accounts, (users, videos), floods_seen, _AGAIN))
        advance()
    return samples


def _placebos(
    inputs: Inputs, reversals: int, settings: AttributionSettings, advance: Callable[[], None]
) -> dict[str, float]:
    """The largest share of each cause that moved packages still give, where texts alone say what a video is.

    Of large data some videos are taken: with fewer un-likes chance gives more, so that the floor lies rather too high.
    """
    rng = np.random.default_rng([settings.seed, 2])
    few = every(inputs.packages, -(-reversals // LARGE))
    floor = dict.fromkeys((*cause_names(), *tag_names("video")), 0.0)
    for _ in range(settings.placebos):
        text = moved(few, rng)
        plan = design(_aggregate(inputs, text), text, inputs.claimed)
        account = fitted(plan, MANIPULATION, settings.iterations, texts_alone=True)
        floods_seen = inputs.floods is not None
        found = credit_of(plan, account.terms, account.model, floods_seen, texts_alone=True).as_shares()
        floor = {name: max(floor[name], float(found[name])) for name in floor}
        advance()
    return floor


def _shares(
    data: AtRisk,
    inputs: Inputs,
    accounts: Accounts,
    both: Credit,
    samples: list[dict[str, float]],
    floor: dict[str, float],
) -> dict[str, Any]:
    main = accounts.credit.as_shares()
    bounds = [credit.as_shares() for credit in (both, *accounts.possible)]
    off = MODEL_ERROR + _BLIND_ERROR * len(inputs.left_out)
    by_text = ("emotional_manipulation", "social_pressure", *tag_names("video"))

    def entry(name: str, parts: tuple[str, ...]) -> dict[str, Any]:
        value = sum(main[p] for p in parts)
        drawn = [sum(s[p] for p in parts) for s in samples] or [value]
        ends = [value, *(sum(s[p] for p in parts) for s in bounds), *np.quantile(drawn, [0.025, 0.975])]
        low, high = max(min(ends) - off, 0.0), min(max(ends) + off, 1.0)
        limit = floor[name] if name in by_text else 0.005
        detected = bool(low > limit)
        if name == "recommender_correction" and inputs.floods is None:
            low, detected = 0.0, False  # a stated share that nothing confirms
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
        "weight_of_manipulation": accounts.weight,
        "placebo_floor": floor,
        "left_out": inputs.left_out,
        "rows": inputs.rows,
        "note": ""
        if n >= POINT_FROM
        else f"{n} reversals, fewer than {POINT_FROM}: read the intervals, not the estimates",
    }


def _curve(credit: Credit, plan: Design) -> list[dict[str, Any]]:
    """Mean hazard by age of the like and cause: credited un-likes over person-time in each bin, per second."""
    everyone = plan.video_time["all"].sum(axis=0)
    rows = []
    for b in np.flatnonzero(everyone > 0):
        credits = credit.causes[plan.event_bin == b].sum(axis=0) / everyone[b]
        rows.append(
            {
                "from_s": float(AGE_EDGES[b]),
                "to_s": float(AGE_EDGES[b + 1]),
                "person_time_s": float(everyone[b]),
                "hazard": dict(zip(cause_names(), credits.tolist(), strict=True)),
            }
        )
    return rows


def _nothing(data: AtRisk, inputs: Inputs) -> Attribution:
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
