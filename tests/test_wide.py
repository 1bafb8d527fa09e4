from pathlib import Path

import numpy as np
import pytest
from huizan.model import wide
from huizan.model.taxonomy import head_names
from huizan.model.units import comment_units, video_units
from huizan.model.vocabulary import SPECIALS, Vocabulary
from huizan.model.wide import BUCKETS, Wide, ngrams
from hypothesis import given
from hypothesis import strategies as st

VOCABULARY = Vocabulary([*SPECIALS, *"演的吧剧本!?"])
TEXTS = st.lists(st.text(alphabet="演的吧剧本!?", max_size=12), min_size=1, max_size=6)


def grams(texts: list[str], kind="comment"):
    units = (
        comment_units(texts, ["剧本"] * len(texts))
        if kind == "comment"
        else video_units([{"title": t} for t in texts])
    )
    return ngrams(units.encode(VOCABULARY), kind)


@given(TEXTS)
def test_every_ngram_of_the_comment_and_none_of_the_title_is_counted(texts: list[str]) -> None:
    found = grams(texts)
    for i, text in enumerate(comment_units(texts).first):
        marked = f"^{text}$"
        expected = {marked[a : a + n] for n in (1, 2, 3) for a in range(len(marked) - n + 1)} - {"^", "$"}
        assert (found.row == i).sum() == len(expected)


@given(TEXTS)
def test_rows_do_not_see_their_neighbours(texts: list[str]) -> None:
    together = grams(texts)
    for i, text in enumerate(texts):
        alone = grams([text])
        mine = together.row == i
        np.testing.assert_array_equal(together.bucket[mine], alone.bucket)
        np.testing.assert_array_equal(together.value[mine], alone.value)


def test_a_repeated_ngram_counts_by_its_logarithm() -> None:
    found = grams(["演的演"])
    assert sorted(found.value.tolist()) == [1.0] * 8 + [1 + np.log(2)]


def test_logits_are_the_normalised_sum_of_weights_and_the_mix_is_linear() -> None:
    heads = len(head_names())
    rng = np.random.default_rng(0)
    model = Wide(
        np.ones((2, BUCKETS), dtype=np.float32), rng.normal(size=(BUCKETS, heads)).astype(np.float32),
        np.arange(heads, dtype=np.float32), np.tile(np.array([2, 3, 1], dtype=np.float32), (heads, 1)),
    )  # fmt: skip
    rows = comment_units(["演"]).encode(VOCABULARY)
    bucket = ngrams(rows, "comment").bucket
    assert bucket.size == 4  # itself, with its beginning, with its end, with both
    np.testing.assert_allclose(
        model.logits(rows, "comment")[0], model.weight[bucket].sum(axis=0) / 2 + model.bias, rtol=1e-5
    )
    mixed = model.mixed(np.ones((1, heads)), rows, "comment")
    np.testing.assert_allclose(mixed, 2 + 3 * model.logits(rows, "comment") + 1)


def test_what_is_written_is_read_back_as_rounded(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    heads = len(head_names())
    model = Wide(
        *(
            rng.normal(size=s).astype(np.float32)
            for s in ((2, BUCKETS), (BUCKETS, heads), (heads,), (heads, 3))
        )
    )
    model.write(tmp_path / "wide.npz")
    back, rounded = Wide.read(tmp_path / "wide.npz"), model.rounded()
    for name in ("idf", "weight", "bias", "mix"):
        np.testing.assert_array_equal(getattr(back, name), getattr(rounded, name))


def test_blocks_of_rows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, heads = np.random.default_rng(2), len(head_names())
    shapes = ((2, BUCKETS), (BUCKETS, heads), (heads,), (heads, 3))
    model = Wide(*(rng.normal(size=shape).astype(np.float32) for shape in shapes))
    rows = comment_units(["演的", "", "剧本!?", "吧" * 3, "的演"]).encode(VOCABULARY)
    whole = model.logits(rows, "comment")
    monkeypatch.setattr(wide, "BLOCK", 2)
    np.testing.assert_array_equal(model.logits(rows, "comment"), whole)
    assert model.logits(comment_units([]).encode(VOCABULARY), "comment").shape == (0, heads)
