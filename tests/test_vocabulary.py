from pathlib import Path

import numpy as np
import pytest
from huizan.model.errors import InputError
from huizan.model.text import normalise
from huizan.model.vocabulary import CLS, MASKS, SEP, SPECIALS, UNK, Vocabulary, pair
from hypothesis import given
from hypothesis import strategies as st

VOCABULARY = Vocabulary([*SPECIALS, "<url>", "@用户", "[doge]", "[捂脸]", *"演的吧!? [do", "😂", "é"])
TEXTS = st.text(alphabet="演的吧剧本!? []dogex捂脸@用户<url>😂é\n", max_size=40)


def test_codes_are_one_token_and_unknown_codes_are_spelled_out() -> None:
    encoded = VOCABULARY.encode(["演的[doge]", "[dx]", "", "剧"])
    tokens = [VOCABULARY.tokens[i] for i in encoded.ids]
    assert tokens == ["演", "的", "[doge]", "[", "d", "[UNK]", "[UNK]", "[UNK]"]
    assert encoded.lengths.tolist() == [3, 4, 0, 1]


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_table_and_tokenizers_file_give_identical_ids(texts: list[str]) -> None:
    tokenizer = VOCABULARY.to_tokenizers()
    normal = [normalise(text) for text in texts]
    ours = VOCABULARY.encode(normal)
    for i, text in enumerate(normal):
        theirs = tokenizer.encode(text, add_special_tokens=False).ids
        assert ours.ids[ours.offsets[i] : ours.offsets[i + 1]].tolist() == theirs


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_pairs_equal_the_tokenizers_template(pairs: list[tuple[str, str]]) -> None:
    tokenizer = VOCABULARY.to_tokenizers()
    first = [normalise(a) for a, _ in pairs]
    second = [normalise(b) for _, b in pairs]
    ours = pair(VOCABULARY.encode(first), VOCABULARY.encode(second), (99, 99))
    for i, (a, b) in enumerate(zip(first, second, strict=True)):
        assert ours.ids[ours.offsets[i] : ours.offsets[i + 1]].tolist() == tokenizer.encode(a, b).ids


def test_pairs_are_cut_to_their_longest() -> None:
    encoded = VOCABULARY.encode(["演的吧!", "演"])
    rows = pair(encoded, encoded, (2, 1))
    yan, de = VOCABULARY.encode(["演的"]).ids
    assert rows.ids.tolist() == [CLS, yan, de, SEP, yan, SEP, CLS, yan, SEP, yan, SEP]
    assert rows.offsets.tolist() == [0, 6, 11]


def test_take_reorders_texts() -> None:
    encoded = VOCABULARY.encode(["演", "的吧", ""])
    taken = encoded.take(np.array([1, 2, 0, 1]))
    assert taken.lengths.tolist() == [2, 0, 1, 2]
    assert taken.ids[:2].tolist() == encoded.ids[1:3].tolist()


def test_learning_keeps_the_most_frequent_characters_and_common_codes() -> None:
    learned = Vocabulary.learn(["演演的[doge]\n演吧[x]"] * 30 + ["[笑]剧的的"] * 4, size=11, least=5)
    # "[doge]" and "[x]" stand 30 times, fewer than the 50 that a code needs; "剧" stands 4 times, fewer than 5.
    assert learned.tokens == (*SPECIALS, *MASKS, "演", "的", "吧")
    assert Vocabulary.learn(["演的"], size=100).encode(["演"]).ids.tolist() == [UNK]


def test_a_saved_vocabulary_reads_back_equal(tmp_path: Path) -> None:
    VOCABULARY.write(tmp_path / "vocab.txt")
    assert Vocabulary.read(tmp_path / "vocab.txt").tokens == VOCABULARY.tokens


def test_a_vocabulary_without_its_specials_is_refused() -> None:
    with pytest.raises(InputError, match="starts with"):
        Vocabulary(["演", "的"])
