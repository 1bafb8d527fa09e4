"""Users differ: a gamma frailty of mean one on a group of hazard terms.

With a gamma(α, α) prior on a user's multiplier m, R events credited to the user and E expected at m = 1, the posterior mean
of m is (α + R) / (α + E). An event's own responsibility must not feed its own multiplier: in the E-step each
event sees the mean without itself, (α + R − r) / (α + E). A leaf beside `hazard`; see Therneau and Grambsch, Modeling
Survival Data, 2000, chapter 9.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

ALPHAS = np.geomspace(0.05, 50.0, 40)


@dataclass(frozen=True)
class Frailty:
    """The multiplier of one group: prior shape α, posterior mean (users,), leave-one-out mean at each event (events,)."""

    alpha: float
    mean: np.ndarray
    multiplier: np.ndarray

    @classmethod
    def none(cls, users: int, events: int) -> "Frailty":
        """Every user alike, before the first iteration."""
        return cls(1.0, np.ones(users), np.ones(events))


def posterior_mean(credits: np.ndarray, risk: np.ndarray, alpha: float) -> np.ndarray:
    """Posterior mean of the multiplier of each user; `credits` and `risk` are (users,)."""
    return (alpha + credits) / (alpha + risk)


def leave_one_out(
    credits: np.ndarray, risk: np.ndarray, alpha: float, user: np.ndarray, own: np.ndarray
) -> np.ndarray:
    """Posterior mean that each event sees: its user's, without the event's own credit; (events,)."""
    return (alpha + np.maximum(credits[user] - own, 0.0)) / (alpha + risk[user])


def spread(credits: np.ndarray, risk: np.ndarray, weight: np.ndarray, alpha: float) -> float:
    """The α of greatest marginal likelihood on a grid, moved half-way (in logarithms) from the old one.

    log L(α) = Σ_u [ log Γ(α + R) − log Γ(α) + α log α − (α + R) log(α + E) ], the negative binomial of R given E.
    """
    if credits.sum() <= 0:
        return alpha
    # Users with like numbers are counted together, so that the grid costs as much as there are distinct pairs.
    thousandths = np.round(np.stack([credits, risk]) * 1000).astype(np.int64)
    # One number stands for a pair: sorting numbers is ten times faster than sorting pairs.
    width = int(thousandths[1].max()) + 1
    pairs, of_user = np.unique(thousandths[0] * width + thousandths[1], return_inverse=True)
    counts = np.bincount(of_user, weights=weight)
    r, e = pairs[:, None] // width / 1000, pairs[:, None] % width / 1000
    a = ALPHAS[None, :]
    likelihood = gammaln(a + r) - gammaln(a) + a * np.log(a) - (a + r) * np.log(a + e)
    best = ALPHAS[int(np.argmax((counts[:, None] * likelihood).sum(axis=0)))]
    return float(np.sqrt(alpha * best))
