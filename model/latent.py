"""Hidden traits of videos: what raises the hazard is what a video is, of which scores and comments are evidence.

Each video has hidden traits, each absent or present at one of a few strengths (`traits`); z is one combination. Given z the
hazard adds latent terms to the observed ones of `hazard`:

    h(t | z) = h_observed(t) + Σ_j λ_j z_c(j) x_j(t) f_{g(j)}(t)                           (1)

The chance of z is the video's own score, times what its comments say (`claims`), times the likelihood of all its un-likes
and of the likes it kept. For one un-like, only comments before it count. Expectation-maximisation over z and over which
term struck is exact (Dempster, Laird and Rubin 1977); a score's noise is thereby integrated out, not read as truth. The scores
enter as probabilities and are not refitted: un-likes alone must not make a trait.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from scipy.special import log_expit, logsumexp

from .claims import Claims
from .cores import processors
from .frailty import Frailty, leave_one_out, posterior_mean, spread
from .hazard import BINS, Hazard, Totals, shape_of, user_risk
from .traits import CARRIED, CARRIERS, EVEN, PRESENT, RUN, Evidence, Run

WARM = 20  # iterations in which texts alone say what a video is
_SUPPORT = 20.0  # pseudo-events that keep a latent level from dying early; fades to nothing
_FADES = 60  # iterations
_LEAST = 1.0  # seconds at risk without which a latent term has no level


@dataclass(frozen=True)
class Model:
    """A fitted hazard with latent terms: the observed part, the latent levels (terms,), and what comments mean."""

    observed: Hazard
    level: np.ndarray
    claims: Claims


@dataclass(frozen=True)
class Expectation:
    """Responsibilities of observed (events, terms) and latent (events, terms) terms, beliefs, and the log-likelihood.

    `belief` (videos, classes): what each video is. The log-likelihood leaves out what does not depend on the parameters.
    """

    observed: np.ndarray
    latent: np.ndarray
    belief: np.ndarray
    log_likelihood: float


def begin(observed: Hazard, totals: Totals, evidence: Evidence) -> Model:
    """Latent terms explain a fifth of the events before the first iteration."""
    shapes = observed.shape[evidence.group_of]
    at_risk = np.array([(t @ s).sum() for t, s in zip(evidence.person_time, shapes, strict=True)])
    events = 0.4 * totals.event_weight.sum() / max(evidence.carrier.size, 1)
    level = np.divide(events, at_risk, out=np.zeros(at_risk.size), where=at_risk > 0)
    return Model(observed, level, Claims.first(evidence.said))


def fit(
    model: Model,
    totals: Totals,
    evidence: Evidence,
    iterations: int = 120,
    cold: bool = True,
    tolerance: float = 1e-6,
    texts_alone: bool = False,
) -> Model:
    """Run expectation-maximisation from `model`.

    A `cold` fit lets texts alone say what each video is for the first `WARM` iterations, and keeps latent levels alive a
    while; a warm one continues a fit. With `texts_alone` un-likes never say what a video is: nothing then links texts that were
    moved elsewhere to what was taken back. Stops when no term's share of the events moves by more than `tolerance`.
    """
    before = np.zeros(model.observed.level.size + model.level.size)
    for i in range(iterations):
        warming = cold and i < WARM
        expected = expect(model, totals, evidence, texts_alone or warming, sharp=warming, judged=False)
        model = _maximise(
            model, totals, evidence, expected, i, _SUPPORT * max(0.0, 1 - i / _FADES) if cold else 0.0
        )
        weight = totals.event_weight
        now = np.concatenate([weight @ expected.observed, weight @ expected.latent]) / max(weight.sum(), 1e-9)
        if i > (_FADES if cold else 5) and np.abs(now - before).max(initial=0.0) < tolerance:
            break
        before = now
    return model


def with_events(model: Model, totals: Totals) -> Model:
    """A model fitted on some un-likes, made ready for others: users' multipliers at their means."""
    frailty = {
        name: replace(old, multiplier=old.mean[totals.event_user])
        for name, old in model.observed.frailty.items()
    }
    return replace(model, observed=replace(model.observed, frailty=frailty))


def expect(
    model: Model,
    totals: Totals,
    evidence: Evidence,
    texts_alone: bool = False,
    sharp: bool = False,
    judged: bool = True,
) -> Expectation:
    """The E-step: what each video is, and which term struck at each un-like.

    With `texts_alone` and not `judged` the log-likelihood is left out (nan): un-likes then need not be weighed at all. Runs
    of videos are worked on side by side, and give the same numbers on any number of processors.
    """
    observed = model.observed.terms(totals)
    shape = model.observed.shape[evidence.group_of]
    latent = evidence.acts * model.level * shape[:, totals.event_bin].T
    plain = observed.sum(axis=1)
    carried = latent @ np.eye(len(CARRIERS))[evidence.carrier]  # (events, carriers)
    expected = np.zeros((len(evidence.score), len(CARRIERS)))
    for j, time in enumerate(evidence.person_time):
        expected[:, evidence.carrier[j]] += model.level[j] * (time @ shape[j])
    logit_ = evidence.sharp if sharp else evidence.score
    # A video's own weight multiplies its whole likelihood; within it un-likes count by their users' weights.
    user_weight = totals.event_weight / np.maximum(evidence.video_weight[evidence.event_video], 1e-12)

    scale = np.empty(plain.size)  # Σ_z P(z) / h(z)
    by_event = np.empty_like(carried)  # Σ_z P(z) z_c / h(z)
    belief = np.empty((len(evidence.score), len(CARRIED)))

    def weigh(run: Run) -> float:
        """Beliefs in a run of videos and in their un-likes; returns the log-likelihood of the run."""
        videos, place = run
        events = evidence.by_video[place]
        of_video = evidence.event_video[events] - videos.start
        hazard, over = _scratch(events.size)
        np.matmul(carried[events], CARRIED.T, out=hazard)
        hazard += plain[events, None]
        np.maximum(hazard, 1e-300, out=hazard)
        prior = log_expit(logit_[videos]) @ PRESENT.T + log_expit(-logit_[videos]) @ (1 - PRESENT).T + EVEN
        said = prior + model.claims.log_ratio(evidence.said[:, videos]) @ PRESENT.T
        known, joint, likelihood = prior, said, np.nan
        if judged or not texts_alone:
            # The log-likelihood of a video's likes, kept and taken back, given each class.
            lived = -expected[videos] @ CARRIED.T
            struck, first = np.unique(of_video, return_index=True)
            if struck.size:
                np.log(hazard, out=over)
                over *= user_weight[events, None]
                lived[struck] += np.add.reduceat(over, first)
            likelihood = float(evidence.video_weight[videos] @ logsumexp(said + lived, axis=1))
            if not texts_alone:
                known, joint = prior + lived, said + lived
        belief[videos] = joint
        _normalise(belief[videos])
        np.matmul(model.claims.log_ratio(evidence.said_before[:, events]), PRESENT.T, out=over)
        over += known[of_video]
        _normalise(over)
        over /= hazard
        scale[events], by_event[events] = over.sum(axis=1), over @ CARRIED
        return likelihood

    likelihood = sum(_side_by_side(weigh, evidence.runs))
    observed *= scale[:, None]
    latent *= by_event[:, evidence.carrier]
    return Expectation(
        observed, latent, belief, likelihood - float(totals.event_weight @ observed.sum(axis=1))
    )


def _maximise(
    model: Model, totals: Totals, evidence: Evidence, expected: Expectation, iteration: int, support: float
) -> Model:
    observed, weight = model.observed, totals.event_weight
    shape, level, latent_level = observed.shape.copy(), observed.level.copy(), model.level.copy()
    time, frailty = _user_effects(observed, totals, expected.observed, learn_spread=iteration % 10 == 9)
    carried = (expected.belief @ CARRIED) * evidence.video_weight[:, None]
    latent_time = [carried[:, evidence.carrier[j]] @ t for j, t in enumerate(evidence.person_time)]
    credit, latent_credit = weight @ expected.observed, weight @ expected.latent
    names = [group.name for group in observed.groups]
    for g, group in enumerate(observed.groups):
        plain, latent = np.flatnonzero(observed.group_of == g), np.flatnonzero(evidence.group_of == g)
        if plain.size + latent.size == 0:
            continue
        if not group.flat:
            at_risk = (level[plain, None] * time[plain]).sum(axis=0)
            at_risk = at_risk + sum((latent_level[j] * latent_time[j] for j in latent), np.zeros(BINS))
            struck = expected.observed[:, plain].sum(axis=1) + expected.latent[:, latent].sum(axis=1)
            events = np.bincount(totals.event_bin, weights=struck * weight, minlength=BINS)
            like = shape[names.index(group.like)] if group.like in names else None
            shape[g] = shape_of(events, at_risk, shape[g], group.support, like)
        at_risk = (time[plain] * shape[g]).sum(axis=1)
        level[plain] = np.divide(credit[plain], at_risk, out=np.zeros(plain.size), where=at_risk > 0)
        for j in latent:
            exposed = float((latent_time[j] * shape[g]).sum())
            latent_level[j] = (latent_credit[j] + support) / exposed if exposed > _LEAST else 0.0
    claims = model.claims.updated(expected.belief @ PRESENT, evidence.said, evidence.video_weight)
    return Model(replace(observed, level=level, shape=shape, frailty=frailty), latent_level, claims)


def _user_effects(
    hazard: Hazard, totals: Totals, each: np.ndarray, learn_spread: bool
) -> tuple[np.ndarray, dict[str, Frailty]]:
    """Users' multipliers, and the terms' person-time scaled by them."""
    time, frailty = totals.person_time.copy(), dict(hazard.frailty)
    for name, old in hazard.frailty.items():
        mine = hazard.members(name)
        shape = hazard.shape[hazard.group_of[mine[0]]] if mine.size else np.zeros(BINS)
        expected = hazard.level[mine] * (time[mine] * shape).sum(axis=1)
        risk = user_risk(totals, name, expected, time[mine].sum(axis=1))
        own = each[:, mine].sum(axis=1)
        credits = np.bincount(totals.event_user, weights=own, minlength=risk.size)
        alpha = spread(credits, risk, totals.user_weight, old.alpha) if learn_spread else old.alpha
        mean = posterior_mean(credits, risk, alpha)
        frailty[name] = Frailty(alpha, mean, leave_one_out(credits, risk, alpha, totals.event_user, own))
        plain = totals.user_weight @ totals.user_person_time[name]
        scaled = (totals.user_weight * mean) @ totals.user_person_time[name]
        time[mine] *= np.divide(scaled, plain, out=np.ones_like(plain), where=plain > 0)[:, None]
    return time, frailty


def _normalise(log_weight: np.ndarray) -> None:
    """Turn each row of log-weights into chances, in place."""
    log_weight -= log_weight.max(axis=1, keepdims=True)
    np.exp(log_weight, out=log_weight)
    log_weight /= log_weight.sum(axis=1, keepdims=True)


_LOCAL = threading.local()


def _scratch(rows: int) -> np.ndarray:
    """Two arrays (rows, classes) of this thread, kept: taking memory anew costs more than what is done in it."""
    held = getattr(_LOCAL, "held", None)
    if held is None or held.shape[1] < rows:
        held = _LOCAL.held = np.empty((2, max(rows, 2 * RUN), len(CARRIED)))
    return held[:, :rows]


def _side_by_side(work: Callable[[Run], float], runs: list[Run]) -> Iterable[float]:
    """The results of each run in their order; several at a time where there are several."""
    return map(work, runs) if len(runs) == 1 else _threads().map(work, runs)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(processors(), "latent")
