"""Credit: what part of each un-like each cause and each tag is given.

Responsibilities of a fitted account's terms (`model.latent`), summed by cause and by tag. Two things are added that no fit
can say: every cause that is possible at the un-like's age keeps a small part, since the model is not the world; and
where a column that would show a cause was not given, a stated part of the plainest disappointment is called unexplained, or
the recommender's, and nothing here can confirm it.
"""

from dataclasses import dataclass

import numpy as np

from ..model import latent
from ..model.hazard import AGE_EDGES
from ..model.latent import Model
from ..model.taxonomy import cause_names, tag_names
from ..model.traits import CARRIED
from .design import Design, Weights
from .terms import CAUSE_OF, GROUP_NAMES, GROUPS, PLAIN_DISAPPOINTMENT, Latent

DOUBT = 0.02  # of every un-like, spread over the causes that its age allows
# Stated priors: what part of the un-likes that all videos lose alike, and that nothing marks as disappointment, is something
# else that could not be seen for want of a column. Where exposures are unknown a part corrects the recommender.
UNSEEN_FLOODS = 0.20
UNSEEN_SURFACE = 0.12
UNSEEN_COMPLETION = 0.12


@dataclass(frozen=True)
class Credit:
    """Credit of each event: `causes` (events, causes) sums to one, `tags` (events, video tags) is part of it."""

    causes: np.ndarray
    tags: np.ndarray

    @classmethod
    def none(cls) -> "Credit":
        """No event, no credit."""
        return cls(np.zeros((0, len(cause_names()))), np.zeros((0, len(tag_names("video")))))

    def as_shares(self, weight: np.ndarray | None = None) -> dict[str, float]:
        """Mean credit of every cause and every tag over all events."""
        weight = np.ones(len(self.causes)) if weight is None else weight
        total = max(float(weight.sum()), 1e-12)
        values = np.concatenate([weight @ self.causes, weight @ self.tags]) / total
        return dict(zip((*cause_names(), *tag_names("video")), values.tolist(), strict=True))


def credit_of(
    plan: Design,
    terms: tuple[Latent, ...],
    model: Model,
    floods_seen: bool,
    weights: Weights | None = None,
    texts_alone: bool = False,
) -> Credit:
    """Credit under one account; `texts_alone`: see `latent.fit`."""
    expected = latent.expect(model, plan.totals(weights), plan.evidence(terms, weights), texts_alone)
    names, tags = cause_names(), tag_names("video")
    causes = np.zeros((len(expected.observed), len(names)))
    by_tag = np.zeros((len(causes), len(tags)))
    for k, term in enumerate(plan.terms):
        given = expected.observed[:, k]
        if term == PLAIN_DISAPPOINTMENT:
            for cause, part in _unseen(plan, floods_seen):
                causes[:, names.index(cause)] += part * given
                given = (1 - part) * given
        causes[:, names.index(CAUSE_OF[term.group])] += given
        if term.tag:
            by_tag[:, tags.index(term.tag)] += expected.observed[:, k]
    shared = np.zeros(len(causes))
    for j, term in enumerate(terms):
        cause = CAUSE_OF[term.group]
        causes[:, names.index(cause)] += expected.latent[:, j]
        if cause == "content_quality":  # the tag marks poor content there, and carries nothing
            continue
        if term.carrier == "either":
            shared += expected.latent[:, j]
        else:
            by_tag[:, tags.index(term.carrier)] += expected.latent[:, j]
    # What clickbait and staging carry together is split by what the video is believed to be.
    pair = [tags.index("clickbait"), tags.index("staged")]
    believed = (expected.belief @ CARRIED[:, :2])[plan.event_video] + 1e-9
    by_tag[:, pair] += shared[:, None] * believed / believed.sum(axis=1, keepdims=True)
    causes[:, names.index("unexplained")] += np.clip(1 - causes.sum(axis=1), 0, None)
    causes /= causes.sum(axis=1, keepdims=True)
    return _hedged(Credit(causes, by_tag), plan.event_bin)


def mixed(parts: list[tuple[float, Credit]]) -> Credit:
    """A weighted mean of credits; the weights sum to one."""
    return Credit(sum(w * c.causes for w, c in parts), sum(w * c.tags for w, c in parts))  # pyright: ignore[reportArgumentType]


def _unseen(plan: Design, floods_seen: bool) -> list[tuple[str, float]]:
    """To which causes which parts of the plainest disappointment go, since no column shows what else it could be."""
    surface = any(term.group == "dispute" for term in plan.terms)
    completion = sum(term.group == "disappointment" and term.clock == "all" for term in plan.terms) > 1
    return [
        *([] if floods_seen else [("recommender_correction", UNSEEN_FLOODS)]),
        *([] if surface else [("unexplained", UNSEEN_SURFACE)]),
        *([] if completion else [("unexplained", UNSEEN_COMPLETION)]),
    ]


def _hedged(credit: Credit, event_bin: np.ndarray) -> Credit:
    names = cause_names()
    possible = np.zeros((len(names), AGE_EDGES.size - 1), dtype=bool)
    for group, cause in CAUSE_OF.items():
        possible[names.index(cause)] |= GROUPS[GROUP_NAMES.index(group)].support
    allowed = possible[:, event_bin].T
    even = allowed / allowed.sum(axis=1, keepdims=True)
    return Credit((1 - DOUBT) * credit.causes + DOUBT * even, (1 - DOUBT) * credit.tags)
