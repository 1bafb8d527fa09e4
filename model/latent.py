"""Hidden traits of videos: what raises the hazard is what a video is, of which scores and comments are evidence.

Each video has hidden traits (clickbait, staged, controversy), each absent or present at one of a few strengths; z is one
combination. Given z the hazard adds latent terms to the observed ones of `hazard`:

    h(t | z) = h_observed(t) + Σ_j λ_j z_c(j) x_j(t) f_{g(j)}(t)                           (1)

The chance of z is the video's own score, times what its comments say (`claims`), times the likelihood of all its un-likes
and of the likes it kept. For one un-like, only comments before it count. Expectation-maximisation over z and over which
term struck is exact (Dempster, Laird and Rubin 1977); a score's noise is thereby integrated out, not read as truth. The scores
enter as probabilities and are not refitted: un-likes alone must not make a trait.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import log_expit, logsumexp

from .claims import Claims
from .frailty import Frailty, leave_one_out, posterior_mean, spread
from .hazard import BINS, Hazard, Totals, shape_of, user_risk

TRAITS = ("clickbait", "staged", "controversy", "low_quality")
CARRIERS = (
    *TRAITS,
    "either",
)  # what a latent term may act through; "either": the stronger of clickbait and staged
STRENGTHS = {name: (0.0, 0.65, 1.4) for name in TRAITS[:3]} | {"low_quality": (0.0, 1.0)}
WARM = 20  # iterations in which texts alone say what a video is
_CHUNK = 50_000  # events whose classes are in memory at a time
_SUPPORT = 20.0  # pseudo-events that keep a latent level from dying early; fades to nothing
_FADES = 60  # iterations
_LEAST = 1.0  # seconds at risk without which a latent term has no level


def _classes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    strengths = np.array(list(product(*(STRENGTHS[name] for name in TRAITS))))
    present = (strengths > 0).astype(float)
    carried = np.column_stack([strengths, strengths[:, :2].max(axis=1)])
    ways = np.array([np.log(len(STRENGTHS[name]) - 1) for name in TRAITS])
    return carried, present, -present @ ways


CARRIED, PRESENT, _EVEN = _classes()  # (classes, carriers), (classes, traits), (classes,)


@dataclass(frozen=True)
class Evidence:
    """All that latent terms need of the data.

    `carrier` (terms,): column of `CARRIED`; `group_of` (terms,): the shape; `acts` (events, terms): x_j at the un-like;
    `person_time` one (videos, BINS) per term, seconds; `event_video` (events,); `video_weight` (videos,); `score` and
    `sharp` (videos, traits): logits of the videos' own scores, and the same spread out for the beginning; `said_before`
    (traits, events, SCORE_BINS) and `said` (traits, videos, SCORE_BINS): comments by score, before each un-like and before each
    video's last one.
    """

    carrier: np.ndarray
    group_of: np.ndarray
    acts: np.ndarray
    person_time: tuple[np.ndarray, ...]
    event_video: np.ndarray
    video_weight: np.ndarray
    score: np.ndarray
    sharp: np.ndarray
    said_before: np.ndarray
    said: np.ndarray


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
        expected = expect(model, totals, evidence, texts_alone or warming, sharp=warming)
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
    model: Model, totals: Totals, evidence: Evidence, texts_alone: bool = False, sharp: bool = False
) -> Expectation:
    """The E-step: what each video is, and which term struck at each un-like."""
    observed = model.observed.terms(totals)
    shape = model.observed.shape[evidence.group_of]
    latent = evidence.acts * model.level * shape[:, totals.event_bin].T
    by_carrier = np.eye(len(CARRIERS))[evidence.carrier]  # (terms, carriers)
    plain, carried = observed.sum(axis=1), latent @ by_carrier
    of_video, n_videos = evidence.event_video, len(evidence.score)

    logit_ = evidence.sharp if sharp else evidence.score
    prior = log_expit(logit_) @ PRESENT.T + log_expit(-logit_) @ (1 - PRESENT).T + _EVEN
    expected = np.zeros((n_videos, len(CARRIERS)))
    for j, time in enumerate(evidence.person_time):
        expected[:, evidence.carrier[j]] += model.level[j] * (time @ shape[j])
    lived = -expected @ CARRIED.T  # log-likelihood of a video's likes, kept and taken back, given each class
    # A video's own weight multiplies its whole likelihood; within it un-likes count by their users' weights.
    video_weight = evidence.video_weight
    user_weight = totals.event_weight / np.maximum(video_weight[of_video], 1e-12)
    for part in _chunks(plain.size):
        log_hazard = np.log(np.maximum(plain[part, None] + carried[part] @ CARRIED.T, 1e-300))
        at = (of_video[part], np.arange(log_hazard.shape[0]))
        lived += csr_matrix((user_weight[part], at), shape=(n_videos, log_hazard.shape[0])) @ log_hazard

    joint = prior + model.claims.log_ratio(evidence.said) @ PRESENT.T + lived
    likelihood = float(video_weight @ logsumexp(joint, axis=1))
    known = prior if texts_alone else prior + lived
    said_before = model.claims.log_ratio(evidence.said_before)
    scale = np.empty(plain.size)  # Σ_z P(z) / h(z)
    by_event = np.empty_like(carried)  # Σ_z P(z) z_c / h(z)
    for part in _chunks(plain.size):
        belief = _normalised(known[of_video[part]] + said_before[part] @ PRESENT.T)
        over = belief / np.maximum(plain[part, None] + carried[part] @ CARRIED.T, 1e-300)
        scale[part], by_event[part] = over.sum(axis=1), over @ CARRIED
    observed *= scale[:, None]
    latent *= by_event[:, evidence.carrier]
    belief = _normalised(prior + model.claims.log_ratio(evidence.said) @ PRESENT.T if texts_alone else joint)
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


def _normalised(log_weight: np.ndarray) -> np.ndarray:
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return weight / weight.sum(axis=1, keepdims=True)


def _chunks(n: int):
    return (slice(a, min(a + _CHUNK, n)) for a in range(0, n, _CHUNK))
