"""Simple attributions to be beaten, and two that were shown the truth of another seed.

- rules: seconds mean a mis-tap, then the largest tag decides
- cox: attributable fractions of a proportional-hazards model (needs `lifelines`)
- constant: the shares of the other seed, whatever the un-like
- logistic, trees: multinomial regression and gradient boosting trained on the other seed's true causes, which no real log
  has; what they reach is about what the evidence allows

Cox attributable fraction: Chen, Hu and Wang, Statistics in Medicine 2006.
"""

import json
import warnings
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..model.taxonomy import cause_names
from .attribution_features import (
    DATED,
    HOUR,
    SECOND,
    STATIC,
    Tables,
    dated_features,
    micros,
    read_world,
    static_features,
)
from .attribution_metrics import AttributionMetrics, judge, keys_of
from .simulation import simulate
from .worlds import WORLDS, World

ANOTHER_SEED = 7_919
EDGES = np.log10([2, 4, 8, 16, 30, 120, 600, 3_600, 14_400, 43_200, 129_600, 432_000])  # of delays, seconds
QUICK = 15.0  # seconds
WEEK = 168.0  # hours
OWNER = {
    "clickbait": "emotional_manipulation", "staged": "emotional_manipulation", "controversy": "social_pressure",
    "friend": "social_pressure", "unwatched": "content_quality",
}  # fmt: skip


def baselines(folder: Path, say: Callable[[str], None] = lambda line: None) -> dict[str, AttributionMetrics]:
    """Judge every baseline on the simulated world in `folder`; Cox is left out, and said so, without lifelines."""
    tables = read_world(folder)
    other, seed = _another_seed(folder)
    made = simulate(other, seed)
    taught = {name: getattr(made, name) for name in ("videos", "comments", "likes", "exposures", "truth")}
    x, y, rows = examples(tables)
    x_taught, y_taught, _ = examples(taught)
    found = {
        "rules": rules(x),
        "logistic": logistic(x_taught, y_taught, x),
        "constant": np.tile(_one_hot(y_taught).mean(axis=0), (len(y), 1)),
        "trees": trees(x_taught, y_taught, x),
    }
    try:
        found["cox"] = cox(tables, rows, x)
    except ImportError:
        say("cox left out: pip install 'huizan[baselines]'")
    return {name: judge(p, y) for name, p in found.items()}


def examples(tables: Tables) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (n, 1 + STATIC + DATED; the first is log10 of the delay), index of the true cause, row among the likes."""
    likes, truth = _likes(tables), tables["truth"]
    if truth is None:
        raise ValueError("a world must have its truth, had none")
    rows = np.flatnonzero(micros(likes, "unliked_at") < np.iinfo(np.int64).max)
    cause = dict(zip(keys_of(truth), truth["cause"].to_pylist(), strict=True))
    taken = likes.take(pa.array(rows))
    names = cause_names()
    y = np.array([names.index(cause[key]) for key in keys_of(taken)])
    delay = np.log10(np.maximum((micros(taken, "unliked_at") - micros(taken, "liked_at")) / SECOND, 0.5))
    return np.column_stack([delay, static_features(tables, rows), dated_features(tables, rows)]), y, rows


def rules(x: np.ndarray) -> np.ndarray:
    """Seconds: mis-tap; a flood: correction; else the largest tag from one half; else quality within hours; else unexplained."""
    k = {name: i for i, name in enumerate(cause_names())}
    column = {name: x[:, 1 + i] for i, name in enumerate((*STATIC, *DATED))}
    emotional = np.maximum(column["clickbait"], column["staged"])
    tagged = np.where(emotional >= column["controversy"], k["emotional_manipulation"], k["social_pressure"])
    plain = np.where(10 ** x[:, 0] < 6 * 3_600, k["content_quality"], k["unexplained"])
    choice = np.where(np.maximum(emotional, column["controversy"]) >= 0.5, tagged, plain)
    choice = np.where(column["flooded"] > 0, k["recommender_correction"], choice)
    choice = np.where(10 ** x[:, 0] < QUICK, k["accidental_tap"], choice)
    return 0.76 * _one_hot(choice) + 0.04


def logistic(x: np.ndarray, y: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Multinomial regression on binned delays and features, (wanted, causes)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=500))
    return _learned(model, _binned(x), y, _binned(wanted))


def trees(x: np.ndarray, y: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Gradient-boosted trees on the same features, (wanted, causes)."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.06,
        max_leaf_nodes=12,
        min_samples_leaf=40,
        l2_regularization=5.0,
        random_state=0,
    )
    return _learned(model, x, y, wanted)


def cox(tables: Tables, rows: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Attributable fractions: what part of a like's relative hazard its tags, surface and watching carry.

    The model speaks of un-likes after `QUICK` seconds and within a week; its baseline is called unexplained. Earlier ones are
    called mis-taps, and un-likes in a flood corrections, for fixed covariates can show neither.
    """
    from lifelines import CoxPHFitter  # pyright: ignore[reportMissingImports]

    names = cause_names()
    static = static_features(tables, np.arange(len(_likes(tables))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines' own, of pandas and of slow convergence
        fit = CoxPHFitter(penalizer=0.01).fit(_slow(tables, static), "hours", "taken")
    p = np.zeros((len(rows), len(names)))
    p[:, names.index("unexplained")] = 1.0
    for name, beta in fit.params_.items():
        added = np.expm1(beta * static[rows, STATIC.index(str(name))])
        p[:, names.index(OWNER[str(name)])] += np.maximum(added, 0.0)
    flooded = x[:, 1 + len(STATIC) + DATED.index("flooded")] > 0
    p[flooded] = _one_hot(np.array(names.index("recommender_correction")))
    p[10 ** x[:, 0] < QUICK] = _one_hot(np.array(names.index("accidental_tap")))
    return 0.94 * p / p.sum(axis=1, keepdims=True) + 0.01


def _slow(tables: Tables, static: np.ndarray):
    """Likes that outlived `QUICK` as lifelines wants them: covariates that vary, hours up to a week, whether taken back."""
    import pandas as pd

    likes = _likes(tables)
    liked, unliked = micros(likes, "liked_at"), micros(likes, "unliked_at")
    taken = unliked < np.iinfo(np.int64).max
    end = np.full_like(liked, max(liked.max(), unliked[taken].max(initial=0)))
    last = micros(likes, "observed_until") if "observed_until" in likes.column_names else end
    hours = np.maximum((np.where(taken, unliked, last) - liked) / HOUR, 1e-4)
    frame = pd.DataFrame({name: static[:, STATIC.index(name)] for name in OWNER})
    frame = frame.loc[:, frame.std() > 1e-9]
    frame = frame.assign(hours=np.minimum(hours, WEEK), taken=taken & (hours <= WEEK))
    return frame[hours > QUICK / 3_600]


def _likes(tables: Tables) -> pa.Table:
    likes = tables["likes"]
    if likes is None:
        raise ValueError("a world must have likes, had none")
    return likes


def _another_seed(folder: Path) -> tuple[World, int]:
    """The world that was asked for in `folder` (base if it does not say), and a seed that is not its own."""
    path = folder / "world.json"
    if not path.exists():
        return WORLDS["base"], ANOTHER_SEED
    told = json.loads(path.read_text(encoding="utf-8"))
    known = {field.name for field in fields(World)}
    return World(**{name: value for name, value in told["asked"].items() if name in known}), told[
        "seed"
    ] + ANOTHER_SEED


def _binned(x: np.ndarray) -> np.ndarray:
    bins = np.eye(len(EDGES) + 1)[np.searchsorted(EDGES, x[:, 0])]
    counts = np.log1p(x[:, 1:])
    tags = x[:, 1:4]
    slow = (x[:, :1] > np.log10(30)) * tags
    return np.column_stack([bins, counts, slow, slow * x[:, :1]])


def _learned(model: Any, x: np.ndarray, y: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Probabilities of all causes, never zero, from a classifier that may be shown only some of them."""
    p = np.zeros((len(wanted), len(cause_names())))
    causes = np.unique(y)
    p[:, causes] = model.fit(x, y).predict_proba(wanted) if causes.size > 1 else 1.0
    return (p + 1e-4) / (1 + 1e-4 * p.shape[1])


def _one_hot(y: np.ndarray) -> np.ndarray:
    return np.eye(len(cause_names()))[y]
