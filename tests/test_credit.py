import numpy as np
import pytest
from huizan.inference.credit import DOUBT, UNSEEN_FLOODS, Credit, _hedged, mixed
from huizan.model.hazard import AGE_EDGES
from huizan.model.taxonomy import cause_names

NAMES = cause_names()


def one(cause: str) -> Credit:
    causes = np.zeros((2, len(NAMES)))
    causes[:, NAMES.index(cause)] = 1
    return Credit(causes, np.zeros((2, 3)))


BINS = np.searchsorted(AGE_EDGES, [1.0, 4_000.0], side="right") - 1  # a second, an hour


def test_doubt_falls_on_causes_that_the_age_allows() -> None:
    found = _hedged(one("unexplained"), BINS, floods_seen=True)
    np.testing.assert_allclose(found.causes.sum(axis=1), 1)
    early, late = (dict(zip(NAMES, row, strict=True)) for row in found.causes)
    assert early["content_quality"] == 0 < early["accidental_tap"]
    assert late["accidental_tap"] == 0 < late["content_quality"]
    assert min(early["unexplained"], late["unexplained"]) > 1 - DOUBT


def test_unseen_floods_keep_a_stated_share_of_slow_unlikes_only() -> None:
    at = NAMES.index("recommender_correction")
    seen, unseen = (_hedged(one("content_quality"), BINS, s).causes[:, at] for s in (True, False))
    assert unseen[0] == seen[0]
    assert unseen[1] - seen[1] == pytest.approx(UNSEEN_FLOODS * (1 - DOUBT))


def test_a_mixture_weighs_its_parts() -> None:
    found = mixed([(0.25, one("unexplained")), (0.75, one("accidental_tap"))]).as_shares()
    assert found["unexplained"] == 0.25 and found["accidental_tap"] == 0.75
