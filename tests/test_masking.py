import numpy as np
from huizan.model.vocabulary import CLS, MASK, SEP
from huizan.training.masking import IGNORED, mask_words

IDS = np.tile(np.array([CLS, 10, 11, 12, 13, SEP, CLS, 14, 15, SEP], dtype=np.uint16), (400, 1))
BEGINS = np.tile(np.array([1, 1, 0, 1, 0, 1, 1, 1, 1, 1], dtype=bool), (400, 1))


def test_words_are_hidden_whole_and_specials_never() -> None:
    batch = mask_words(IDS, BEGINS, 100, np.random.default_rng(0), share=0.3)
    hidden = batch.labels != IGNORED
    assert (hidden[:, 1] == hidden[:, 2]).all() and (hidden[:, 3] == hidden[:, 4]).all()
    assert not hidden[:, [0, 5, 6, 9]].any()
    assert 0.25 < hidden[:, 1].mean() < 0.35
    np.testing.assert_array_equal(batch.labels[hidden], IDS[hidden])
    np.testing.assert_array_equal(batch.ids[~hidden], IDS[~hidden])
    assert 0.75 < (batch.ids[hidden] == MASK).mean() < 0.85


def test_documents_are_numbered_along_the_row() -> None:
    batch = mask_words(IDS, BEGINS, 100, np.random.default_rng(0))
    assert batch.document[0].tolist() == [1] * 6 + [2] * 4


def test_the_same_generator_masks_the_same() -> None:
    once, again = (mask_words(IDS, BEGINS, 100, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(once.ids, again.ids)
