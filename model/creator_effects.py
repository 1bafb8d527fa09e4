"""Counts of cancelled likes as a rate that depends on a video's tags and on its creator.

    C_v ~ mean μ_v, variance μ_v + μ_v²/κ;   log μ_v = log E_v + x_v β + b_c,   b_c ~ N(0, σ²)

for video v of creator c, where E_v is what would be expected of it if all videos were alike. κ bounds what one much liked video
can say, σ² what one creator can say beside others. Beyond that no creator may hold more than a share `CAP` of what is known
about a coefficient: creators that do are weighed down, as in cluster-weighted estimating equations (Williamson, Datta and
Satten, Biometrics 2003). Fitted by penalised quasi-likelihood (Breslow and Clayton, JASA 1993; variances by Schall, Biometrika
1991); intervals are robust to how videos of one creator hang together (sandwich by creator), with Student's t on the effective
number of creators (Carter, Schnepel and Steigerwald, REStat 2017). It knows nothing of delays or users: the counts have none.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import root_scalar
from scipy.stats import t as student

CAP = 0.05
ITERATIONS, TOLERANCE = 200, 1e-9
ROUNDS = 8
LEAST = 1e-8  # σ² that is as good as none
MOST = 20.0  # |log rate ratio| beyond which the data do not bound it


@dataclass(frozen=True)
class Counts:
    """Per video: cancelled likes, those expected, design (videos, p), and its creator as 0 … n-1."""

    cancelled: np.ndarray
    expected: np.ndarray
    design: np.ndarray
    creator: np.ndarray

    @property
    def creators(self) -> int:
        """How many creators there are."""
        return int(self.creator.max()) + 1 if self.creator.size else 0


@dataclass(frozen=True)
class Effects:
    """What was found: coefficients with 95 % bounds, each (p,), and how it was weighed.

    `effective` is the number of creators that a coefficient amounts to, `largest` the share of its information that one creator
    holds after weighing, `weighed_down` how many creators were; `spread` is σ, `dispersion` 1/κ.
    """

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    effective: np.ndarray
    largest: np.ndarray
    weighed_down: int
    spread: float
    dispersion: float


def creator_effects(counts: Counts, capped: np.ndarray) -> Effects:
    """Fit the model.

    Parameters
    ----------
    counts
        Expected counts are above zero; the design has a column of ones and full rank.
    capped
        Which coefficients (p,) no creator may dominate.

    Raises
    ------
    ValueError
        If a count is below zero, an expected count is not above it, or the design has not full rank.
    """
    if (counts.cancelled < 0).any() or not (counts.expected > 0).all():
        raise ValueError("cancelled must be from zero on and expected above zero")
    if np.linalg.matrix_rank(counts.design) < counts.design.shape[1]:
        raise ValueError("design must have full rank")
    weight = np.ones(counts.creators)
    fit = _Fit.start(counts).run(counts, weight)
    for _ in range(
        ROUNDS
    ):  # what a creator tells depends on the fit, and the fit on how creators are weighed
        even = _evened(fit.information(counts)[:, capped])
        if np.abs(even - weight).max() < 1e-3:
            break
        weight = even
        fit = fit.run(counts, weight)
    information = fit.information(counts) * weight[:, None]
    total = information.sum(axis=0)
    effective = total**2 / np.maximum((information**2).sum(axis=0), 1e-300)
    width = student.ppf(0.975, np.maximum(effective - 1.0, 1.0)) * np.sqrt(fit.variance(counts, weight))
    return Effects(
        fit.beta,
        fit.beta - width,
        fit.beta + width,
        effective,
        information.max(axis=0) / np.maximum(total, 1e-300),
        int((weight < 1).sum()),
        float(np.sqrt(fit.between)),
        fit.dispersion,
    )


@dataclass(frozen=True)
class _Fit:
    """One state of the fit: coefficients, creators' effects, σ² and 1/κ."""

    beta: np.ndarray
    effect: np.ndarray
    between: float
    dispersion: float

    @classmethod
    def start(cls, counts: Counts) -> "_Fit":
        beta = np.zeros(counts.design.shape[1])
        return cls(beta, np.zeros(counts.creators), 0.25, 0.25)

    def run(self, counts: Counts, weight: np.ndarray) -> "_Fit":
        fit = self
        for _ in range(ITERATIONS):
            new = fit.step(counts, weight)
            moved = np.abs(new.beta - fit.beta).max() + abs(new.between - fit.between)
            fit = new
            if moved < TOLERANCE:
                break
        return fit

    def mean(self, counts: Counts) -> np.ndarray:
        rate = counts.design @ self.beta + self.effect[counts.creator]
        return counts.expected * np.exp(np.clip(rate, -MOST, MOST))

    def step(self, counts: Counts, weight: np.ndarray) -> "_Fit":
        mu = self.mean(counts)
        omega = mu / (1.0 + mu * self.dispersion)
        working = counts.design @ self.beta + self.effect[counts.creator] + (counts.cancelled - mu) / mu
        s = np.bincount(counts.creator, omega, counts.creators)
        sx, shrunk = self._sums(counts, omega), self.between / (1.0 + self.between * s)
        a = weight[counts.creator] * omega
        bread = counts.design.T @ (a[:, None] * counts.design) - (sx * (weight * shrunk)[:, None]).T @ sx
        sz = np.bincount(counts.creator, omega * working, counts.creators)
        right = counts.design.T @ (a * working) - sx.T @ (weight * shrunk * sz)
        beta = np.linalg.solve(bread, right)
        rest = sz - sx @ beta
        effect = shrunk * rest
        told = s * self.between / (1.0 + s * self.between)  # how much of each effect is data, not prior
        between = max(float((weight * effect**2).sum() / (weight * told).sum()), LEAST)
        fit = _Fit(beta, effect, between, self.dispersion)
        return _Fit(beta, effect, between, fit._moment(counts, s))

    def _moment(self, counts: Counts, s: np.ndarray) -> float:
        """The 1/κ at which squared residuals are as large as they should be."""
        mu = self.mean(counts)
        spent = self.beta.size + float((s * self.between / (1.0 + s * self.between)).sum())
        degrees = max(counts.cancelled.size - spent, 1.0)
        squares = (counts.cancelled - mu) ** 2

        def excess(inverse: float) -> float:
            return float((squares / (mu * (1.0 + mu * inverse))).sum()) - degrees

        if excess(0.0) <= 0:
            return 0.0
        top = 1.0
        while excess(top) > 0 and top < 1e6:
            top *= 4.0
        return root_scalar(excess, bracket=(0.0, top), xtol=1e-10).root if excess(top) <= 0 else top

    def _sums(self, counts: Counts, omega: np.ndarray) -> np.ndarray:
        """Weighted sums of the design by creator, (creators, p)."""
        columns = (np.bincount(counts.creator, omega * x, counts.creators) for x in counts.design.T)
        return np.column_stack(list(columns))

    def information(self, counts: Counts) -> np.ndarray:
        """What each creator tells of each coefficient, the others held, (creators, p)."""
        mu = self.mean(counts)
        omega = mu / (1.0 + mu * self.dispersion)
        s = np.bincount(counts.creator, omega, counts.creators)
        shrunk = self.between / (1.0 + self.between * s)
        squares = (np.bincount(counts.creator, omega * x * x, counts.creators) for x in counts.design.T)
        return np.maximum(
            np.column_stack(list(squares)) - shrunk[:, None] * self._sums(counts, omega) ** 2, 0.0
        )

    def variance(self, counts: Counts, weight: np.ndarray) -> np.ndarray:
        """Sandwich variances by creator, (p,)."""
        mu = self.mean(counts)
        omega = mu / (1.0 + mu * self.dispersion)
        residual = self.effect[counts.creator] + (counts.cancelled - mu) / mu
        s = np.bincount(counts.creator, omega, counts.creators)
        sx, shrunk = self._sums(counts, omega), self.between / (1.0 + self.between * s)
        a = weight[counts.creator] * omega
        bread = counts.design.T @ (a[:, None] * counts.design) - (sx * (weight * shrunk)[:, None]).T @ sx
        sr = np.bincount(counts.creator, omega * residual, counts.creators)
        score = self._sums(counts, omega * residual) - sx * (shrunk * sr)[:, None]
        score = score * weight[:, None]
        inverse = np.linalg.inv(bread)
        few = counts.creators / max(counts.creators - 1, 1)
        return np.diag(inverse @ (few * score.T @ score) @ inverse)


def _evened(information: np.ndarray) -> np.ndarray:
    """Weights in (0, 1] by creator under which none holds more than `CAP` of any column, or twice an equal share of it."""
    weight = np.ones(len(information))
    for _ in range(100):
        before = weight.copy()
        for column in information.T:
            total = float((weight * column).sum())
            most = min(max(CAP, 2.0 / max(int((column > 0).sum()), 1)), 1.0) * total
            over = weight * column > most
            weight[over] = most / column[over]
        if np.abs(weight - before).max() < 1e-9:
            break
    return weight
