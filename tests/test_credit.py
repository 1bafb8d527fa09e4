from types import SimpleNamespace

import numpy as np
from huizan.inference.credit import (
    DOUBT,
    UNSEEN_COMPLETION,
    UNSEEN_FLOODS,
    UNSEEN_SURFACE,
    Credit,
    _hedged,
    _unseen,
    mixed,
)
from huizan.inference.terms import OBSERVED, PLAIN_DISAPPOINTMENT
from huizan.model.hazard import AGE_EDGES
from huizan.model.taxonomy import cause_names

NAMES = cause_names()


def one(cause: str) -> Credit:
    causes = np.zeros((2, len(NAMES)))
    causes[:, NAMES.index(cause)] = 1
    return Credit(causes, np.zeros((2, 3)))


BINS = np.searchsorted(AGE_EDGES, [1.0, 4_000.0], side="right") - 1  # a second, an hour


def test_doubt_falls_on_causes_that_the_age_allows() -> None:
    found = _hedged(one("unexplained"), BINS)
    np.testing.assert_allclose(found.causes.sum(axis=1), 1)
    early, late = (dict(zip(NAMES, row, strict=True)) for row in found.causes)
    assert early["content_quality"] == 0 < early["accidental_tap"]
    assert late["accidental_tap"] == 0 < late["content_quality"]
    assert min(early["unexplained"], late["unexplained"]) > 1 - DOUBT


def test_what_no_column_shows_takes_stated_parts_of_the_plainest_disappointment() -> None:
    every = SimpleNamespace(terms=OBSERVED)
    assert _unseen(every, floods_seen=True) == []  # pyright: ignore[reportArgumentType]
    bare = SimpleNamespace(terms=(PLAIN_DISAPPOINTMENT, OBSERVED[-1]))
    assert _unseen(bare, floods_seen=False) == [  # pyright: ignore[reportArgumentType]
        ("recommender_correction", UNSEEN_FLOODS),
        ("unexplained", UNSEEN_SURFACE),
        ("unexplained", UNSEEN_COMPLETION),
    ]


def test_a_mixture_weighs_its_parts() -> None:
    found = mixed([(0.25, one("unexplained")), (0.75, one("accidental_tap"))]).as_shares()
    assert found["unexplained"] == 0.25 and found["accidental_tap"] == 0.75
