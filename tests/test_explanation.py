import numpy as np
import pytest
from huizan.inference.explanation import explain
from huizan.inference.scorer import Scorer
from huizan.model.units import comment_units
from scipy.special import logit

pytestmark = pytest.mark.filterwarnings("ignore:pkg_resources")  # jieba's own


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load()


def test_words_sum_to_the_logit_above_that_of_an_empty_text(scorer: Scorer) -> None:
    found = scorer.explain("这也太假了吧，一看就是请的演员", "街头偶遇前女友")
    total = np.sum([word.carries for word in found.words], axis=0)
    np.testing.assert_allclose(total, logit(found.probability) - logit(found.empty), atol=1e-3)


def test_the_word_that_says_it_carries_the_tag(scorer: Scorer) -> None:
    found = scorer.explain("别看了，剧本，都是演员演的")
    assert {"剧本", "演员", "演"} & set(found.top("staged"))
    word = found.words[0]
    assert found.first[word.start : word.end] == word.text


def test_many_at_once_are_as_each_alone(scorer: Scorer) -> None:
    texts = ["标题党，浪费时间", "", "好看", "摆拍的吧"]
    together = explain(scorer, comment_units(texts))
    for text, one in zip(texts, together, strict=True):
        alone = scorer.explain(text)
        assert [w.text for w in alone.words] == [w.text for w in one.words]
        np.testing.assert_allclose(alone.probability, one.probability, atol=1e-4)
    assert together[1].words == ()


def test_a_video_is_explained_with_its_body(scorer: Scorer) -> None:
    found = scorer.explain({"title": "震惊！最后一幕看哭所有人", "description": "一定要看到最后"})
    assert found.tags == ("clickbait", "staged", "controversy")
    assert {word.part for word in found.words} == {0, 1}
