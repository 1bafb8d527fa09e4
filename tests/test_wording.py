from huizan.inference import wording
from huizan.inference.checks import not_run
from huizan.model.taxonomy import cause_names


def test_every_cause_and_every_check_has_its_words() -> None:
    assert set(wording.MECHANISM) == set(wording.CAUSE) == set(cause_names())
    assert {check["name"] for check in not_run("")["checks"]} <= set(wording.CHECK)


def test_the_unknown_is_said_as_written() -> None:
    assert wording.reason("a new reason") == ("a new reason", "a new reason")
    assert wording.left_out("likes.moon", "unseen").zh == "unseen"
    assert wording.why_not("too few un-likes in the first two seconds (3)").zh == "头两秒的取消太少 (3)"
