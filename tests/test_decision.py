import numpy as np
import pytest
from huizan.inference.decision import Decision, parse
from huizan.inference.scorer import Scorer
from huizan.model.errors import InputError
from huizan.model.taxonomy import tag_names

OWN = np.array([0.5, 0.6, 0.7, 0.8], dtype=np.float32)


def test_given_thresholds_replace_those_of_the_checkpoint_and_the_kind_counts_more() -> None:
    decision = Decision({"staged": 0.3, "comment_clickbait": 0.9, "video_clickbait": 0.1}).checked()
    np.testing.assert_allclose(decision.thresholds("comment", OWN), [0.9, 0.3, 0.7, 0.8])
    np.testing.assert_allclose(decision.thresholds("video", OWN[:3]), [0.1, 0.3, 0.7])
    assert Decision({"staged": 0.3, "video_staged": 0.2}).thresholds("video", OWN[:3])[1] == np.float32(0.2)


def test_a_verdict_needs_distance_from_the_threshold() -> None:
    scores = np.array([[0.5, 0.55, 0.65, np.nan], [0.3, 0.75, 0.9, 0.8]], dtype=np.float32)
    given, known = Decision(abstain=0.1).verdicts(scores, OWN)
    assert known.tolist() == [[False, False, False, False], [True, True, True, False]]
    assert given.tolist() == [[False, False, False, False], [False, True, True, False]]
    given, known = Decision().verdicts(scores, OWN)
    assert known.tolist() == [[True, True, True, False], [True] * 4]
    assert given.tolist() == [[True, False, False, False], [False, True, True, True]]


def test_thresholds_as_a_command_line_gives_them() -> None:
    assert parse(("staged=0.6", " clickbait = .25")) == {"staged": 0.6, "clickbait": 0.25}
    for bad in ("staged", "staged=", "staged=high"):
        with pytest.raises(InputError, match=r"--threshold staged=0\.6"):
            parse((bad,))


@pytest.mark.parametrize(
    ("given", "abstain", "said"),
    [
        ({"fake": 0.5}, 0, "fake; tags are clickbait, controversy, low_quality, staged"),
        ({"video_low_quality": 0.5}, 0, "video_low_quality"),
        ({"staged": 1.5}, 0, "staged=1.5"),
        ({"staged": float("nan")}, 0, "staged=nan"),
        ({}, -0.1, "-0.1"),
    ],
)
def test_what_is_no_decision_is_refused_before_anything_is_loaded(
    given: dict[str, float], abstain: float, said: str, tmp_path
) -> None:
    with pytest.raises(InputError, match=said):
        Scorer.load(tmp_path, thresholds=given, abstain=abstain)


def test_a_scorer_decides_as_it_was_told(tiny_checkpoint) -> None:
    plain = Scorer.load(tiny_checkpoint, "cpu")
    scores = plain.score_comments(["演的吧", "好看"])
    told = {tag: float(scores[0, i]) for i, tag in enumerate(tag_names("comment"))}
    scorer = Scorer.load(tiny_checkpoint, "cpu", thresholds=told)
    np.testing.assert_allclose(scorer.thresholds("comment"), scores[0])
    given, known = scorer.verdicts(scores, "comment")
    assert given[0].all() and known.all()
    assert given[1].tolist() == (scores[1] >= scores[0]).tolist()
    assert plain.thresholds("comment").tolist() == [0.5] * 4  # one scorer's decision is not another's
    doubtful = Scorer.load(tiny_checkpoint, "cpu", thresholds=told, abstain=0.99)
    assert not doubtful.verdicts(scores, "comment")[1].any()
