from huizan.inference import wording
from huizan.model.taxonomy import cause_names


def test_every_cause_has_its_words() -> None:
    assert set(wording.MECHANISM) == set(wording.CAUSE) == set(cause_names())


def test_the_unknown_is_said_as_written() -> None:
    assert wording.reason("a new reason") == ("a new reason", "a new reason")
    assert wording.left_out("likes.moon", "unseen").zh == "unseen"
