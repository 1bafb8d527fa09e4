from huizan.training import fragments
from huizan.training.cast import TRUTH


def test_fragments_for_every_truth_without_repeats():
    assert set(fragments.COMMENTS) == {*TRUTH, "plain"}
    assert set(fragments.TITLES) == {*TRUTH[:3], "plain"}
    for group in (
        *fragments.COMMENTS.values(),
        *fragments.TITLES.values(),
        fragments.PLACES,
        fragments.THINGS,
    ):
        assert len(set(group)) == len(group) >= 10


def test_places_can_be_filled():
    for group in (*fragments.COMMENTS.values(), *fragments.TITLES.values()):
        for text in group:
            assert "{" not in text.format(thing="鱼", place="海边", person="二舅")
