import numpy as np
import pytest
from huizan.model import text
from huizan.model.text import DISGUISES, normalise, normalise_all
from hypothesis import given
from hypothesis import strategies as st

LIFELIKE = st.text(
    alphabet="演的吧剧本摆拍裏著名乾隆後來擺ＡBc１２3456789!！?。，,@#[]<>:：/.doge 　\n\r\t\u200b\ufe0f😂🐶é\u0301ﬁ㈠½www",
    max_size=60,
)


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("擺拍無疑", "摆拍无疑"),
        ("著名的乾隆皇帝", "著名的乾隆皇帝"),
        ("ＡＢＣ１２３", "abc123"),
        ("哈哈哈哈哈哈哈", "哈哈哈"),
        ("[doge][捂脸]", "[doge][捂脸]"),
        ("😂😂", "😂😂"),
        ("摆pai", "摆拍"),
        ("剧\u200bben", "剧本"),
        ("标题裆一生黑", "标题党一生黑"),
        ("paint摆pair", "paint摆pair"),
        ("@小明 你看 @用户你好", "@用户 你看 @用户你好"),
        ("加微信12345678901", "加微信<num>"),
        ("看 https://v.douyin.com/iAbC/ 这个", "看 <url> 这个"),
        ("第一行\r\n第二行\u2028第三行", "第一行 第二行 第三行"),
        ("薴", "苎"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_each_step_does_what_it_says(raw: str, normal: str) -> None:
    assert normalise(raw) == normal


@given(st.lists(st.text(max_size=40) | LIFELIKE, min_size=1, max_size=8))
def test_many_texts_at_once_equal_each_alone(texts: list[str]) -> None:
    assert normalise_all(texts) == [normalise(text) for text in texts]


@given(LIFELIKE | st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(max_size=60))
def test_the_result_is_one_line_without_private_use_characters(text: str) -> None:
    result = normalise(text)
    assert "\n" not in result
    assert not any(0xE000 <= ord(c) <= 0xF8FF for c in result)


def test_every_disguise_is_written_out() -> None:
    for disguised, word in DISGUISES.items():
        assert normalise(f"这{disguised}!") == f"这{word}!"


@given(st.lists(st.text(max_size=40) | LIFELIKE, min_size=1, max_size=8))
def test_the_table_composes_as_unicode_does(texts: list[str]) -> None:
    lines = "\n".join(map(text.one_line, texts)).replace("\0", "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "_TABLE_PAYS", 0)
        assert text._composed(lines) == text._compose_slowly(lines)


def test_plain_characters_compose_alone_whatever_stands_beside_them() -> None:
    table = text._plain()
    plain = [chr(point) for point in np.flatnonzero(table)]
    order = np.random.default_rng(0).permutation(np.repeat(np.arange(len(plain)), 3))
    lines = "".join(plain[i] for i in order)
    assert text._compose_slowly(lines) == "".join(chr(table[ord(c)]) for c in lines)
    assert not any(table[ord(c)] for c in "\u0301\u3099Σĳㄱﾞᄀİ")
    assert [chr(table[ord(c)]) for c in "Ａ,,中a😂é"] == ["a", ",", ",", "中", "a", "😂", "é"]
