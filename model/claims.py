"""What comments claim about a video: how much more often such comments stand under videos that have a trait.

A comment's score falls into one of a few bins. `Claims` holds how often each bin occurs under videos that have the trait and
under others; the log-likelihood ratio of a video's comments so far is

    LLR(n) = Σ_b n_b log(claimed_b / unclaimed_b) / (1 + n / κ)                            (1)

Both rows are learned without labels of videos, by expectation-maximisation beside whatever else speaks for the trait, as
sensitivity and false-claim rate are in Dawid and Skene, JRSS C 1979. Comments of one thread echo one another, so that n of
them count as n / (1 + n / κ), the effective number under a beta-binomial of concentration κ. A higher score never speaks
less for the trait: the ratio is isotonic in the bin. No score has to be calibrated. A leaf: it knows arrays.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit, logit

# Bins of a comment's score: these quantiles of all comments. Claims are rare, so bins are fine at the top.
QUANTILES = (0.5, 0.75, 0.88, 0.94, 0.97, 0.985, 0.994)
SCORE_BINS = len(QUANTILES) + 1
CONCENTRATION = 200.0  # κ, comments
TRUNCATED = (
    0.3  # weight of comments of a truncated thread: the most liked come first, and they echo one another more
)
_CAUTION = 20.0  # pseudo-comments that say nothing
_FIRST = np.exp(
    np.linspace(-0.1, 1.2, SCORE_BINS)
)  # a first guess of the ratio: the top bin speaks for the trait


def edges(score: np.ndarray) -> np.ndarray:
    """Edges of the score bins; equal ones are one edge, so that there may be fewer."""
    score = score[np.isfinite(score)]
    return np.unique(np.quantile(score, QUANTILES)) if score.size else np.empty(0)


@dataclass(frozen=True)
class Claims:
    """Chance of each score bin under videos with a trait and under others; both (traits, SCORE_BINS), rows sum to one."""

    claimed: np.ndarray
    unclaimed: np.ndarray

    @classmethod
    def first(cls, counts: np.ndarray) -> "Claims":
        """A first guess from `counts` (traits, videos, SCORE_BINS)."""
        common = counts.sum(axis=1) + 0.5
        common = common / common.sum(axis=1, keepdims=True)
        tilted = common * _FIRST
        return cls(tilted / tilted.sum(axis=1, keepdims=True), common)

    def log_ratio(self, counts: np.ndarray) -> np.ndarray:
        """Equation (1) for `counts` (traits, n, SCORE_BINS); (n, traits)."""
        ratio = np.log(self.claimed / self.unclaimed)
        number = counts.sum(axis=2)
        return (np.einsum("tnb,tb->tn", counts, ratio) / (1 + number / CONCENTRATION)).T

    def updated(self, belief: np.ndarray, counts: np.ndarray, weight: np.ndarray) -> "Claims":
        """The M-step: `belief` (videos, traits) that a video has the trait, `weight` (videos,)."""
        common = np.einsum("tvb,v->tb", counts, weight) + 0.5
        common = common / common.sum(axis=1, keepdims=True)
        claimed, unclaimed = np.empty_like(common), np.empty_like(common)
        for t in range(len(common)):
            has, has_not = (belief[:, t] * weight) @ counts[t], ((1 - belief[:, t]) * weight) @ counts[t]
            base = has_not + _CAUTION * common[t]
            base = base / base.sum()
            ratio = (has + _CAUTION * base) / (has.sum() + _CAUTION) / base
            ratio = isotonic_regression(ratio, weights=has + has_not + 1e-9).x
            claimed[t] = base * ratio / (base * ratio).sum()
            unclaimed[t] = base
        return Claims(claimed, unclaimed)

    def probability(self, prior: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Chance of each trait given the video's own text and its comments so far.

        Parameters
        ----------
        prior
            Probabilities from the video's own text, (n, traits).
        counts
            Its comments so far by score bin, (traits, n, SCORE_BINS).
        """
        return expit(logit(np.clip(prior, 1e-4, 1 - 1e-4)) + self.log_ratio(counts))


def learn(prior: np.ndarray, counts: np.ndarray, iterations: int = 50) -> Claims:
    """Learn `Claims` from comments and the videos' own scores alone, without labels and without un-likes.

    `prior` (videos, traits) probabilities, `counts` (traits, videos, SCORE_BINS).
    """
    claims, weight = Claims.first(counts), np.ones(len(prior))
    for _ in range(iterations):
        claims = claims.updated(claims.probability(prior, counts), counts, weight)
    return claims
