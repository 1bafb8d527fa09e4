from pathlib import Path

import numpy as np
import pytest
from huizan.model import wide
from huizan.model.errors import InputError
from huizan.model.taxonomy import KINDS, head_names, heads_of
from huizan.model.units import comment_units, video_units
from huizan.model.vocabulary import SPECIALS, Vocabulary
from huizan.model.wide import BUCKETS, Lexicon, Wide, ngrams
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


def model_of(used: int, seed: int) -> Wide:
    """A wide part with random weights on `used` random buckets of each kind, and on those of a few texts."""
    rng, heads = np.random.default_rng(seed), len(head_names())
    lexicons = {}
    for kind in KINDS:
        common = grams(["演的", "剧本!?", "吧" * 3, "的演"], kind).bucket
        bucket = np.union1d(rng.choice(BUCKETS, used, replace=False), common)
        weight = rng.normal(size=(bucket.size, len(head_names()[heads_of(kind)])))
        lexicons[kind] = Lexicon(
            kind,
            bucket.astype(np.int32),
            rng.uniform(1, 9, bucket.size).astype(np.float32),
            weight.astype(np.float32),
        )
    return Wide(
        lexicons,
        rng.normal(size=heads).astype(np.float32),
        rng.uniform(size=(heads, 3)).astype(np.float32),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_logits_are_the_normalised_sum_of_weights_and_the_mix_is_linear(kind) -> None:
    model = model_of(100, 0)
    lexicon = model.lexicons[kind]
    units = comment_units(["演的!"]) if kind == "comment" else video_units([{"title": "演的!"}])
    rows = units.encode(VOCABULARY)
    found = grams(["演的!"], kind)
    value, weight = [], []
    for bucket, count in zip(found.bucket, found.value, strict=True):
        if bucket in lexicon.bucket:
            at = int(np.searchsorted(lexicon.bucket, bucket))
            value.append(count * lexicon.idf[at])
            weight.append(lexicon.weight[at])
    assert 0 < len(value) < found.bucket.size  # some n-grams are used, some are not
    expected = model.bias.astype(float)
    expected[heads_of(kind)] += np.array(value) @ np.array(weight) / np.linalg.norm(value)
    np.testing.assert_allclose(model.logits(rows, kind)[0], expected, rtol=1e-5)
    mixed = model.mixed(np.full((1, len(head_names())), 2.0), rows, kind)
    np.testing.assert_allclose(
        mixed[0], 2 * model.mix[:, 0] + model.mix[:, 1] * expected + model.mix[:, 2], rtol=1e-5
    )


def test_a_text_of_which_no_ngram_is_used_has_the_bias() -> None:
    model = Wide({kind: Lexicon.empty(kind) for kind in KINDS}, np.arange(7.0), np.ones((7, 3)))
    rows = comment_units(["演的", ""]).encode(VOCABULARY)
    np.testing.assert_array_equal(model.logits(rows, "comment"), [np.arange(7.0)] * 2)


def test_what_is_written_is_read_back_as_rounded(tmp_path: Path) -> None:
    model = model_of(1000, 1)
    model.write(tmp_path / "wide.npz")
    back, rounded = Wide.read(tmp_path / "wide.npz"), model.rounded()
    for kind in KINDS:
        for name in ("bucket", "idf", "weight"):
            found = getattr(back.lexicons[kind], name)
            np.testing.assert_array_equal(found, getattr(rounded.lexicons[kind], name))
            assert found.dtype == getattr(model.lexicons[kind], name).dtype
    np.testing.assert_array_equal(back.bias, rounded.bias)
    np.testing.assert_array_equal(back.mix, rounded.mix)


def test_a_wide_part_of_another_version_is_refused_in_words(tmp_path: Path) -> None:
    np.savez(tmp_path / "wide.npz", idf=np.ones(3), weight=np.ones((3, 7)))
    with pytest.raises(InputError, match="without video_steps, comment_steps"):
        Wide.read(tmp_path / "wide.npz")


def test_blocks_of_rows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(100, 2)
    rows = comment_units(["演的", "", "剧本!?", "吧" * 3, "的演"]).encode(VOCABULARY)
    whole = model.logits(rows, "comment")
    monkeypatch.setattr(wide, "BLOCK", 2)
    np.testing.assert_array_equal(model.logits(rows, "comment"), whole)
    assert model.logits(comment_units([]).encode(VOCABULARY), "comment").shape == (0, len(head_names()))
