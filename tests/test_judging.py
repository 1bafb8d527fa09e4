from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from huizan.inference import Scorer, judging
from huizan.inference.judging import judge, schema
from huizan.model.taxonomy import tag_names
from huizan.model.units import Units


@pytest.fixture(scope="module")
def scorer(tiny_checkpoint: Path) -> Scorer:
    return Scorer.load(tiny_checkpoint, device="cpu")


def test_comments_get_what_the_scorer_says_and_nothing_without_text(scorer: Scorer) -> None:
    texts = ["演的吧", None, "好看", "\u200b", "演的吧"]
    titles = ["街头", "街头", None, "街头", "街头"]
    judged = judge(scorer, "comment", pa.table({"text": texts, "title": titles}))
    assert judged.schema == schema("comment")
    expected = scorer.score_comments(
        ["演的吧", "", "好看", "", "演的吧"], ["街头", "街头", "", "街头", "街头"]
    )
    for column, tag in enumerate(tag_names("comment")):
        values, verdicts = judged[f"p_{tag}"].to_pylist(), judged[f"is_{tag}"].to_pylist()
        assert (
            [v is None for v in values] == [v is None for v in verdicts] == [False, True, False, True, False]
        )
        np.testing.assert_allclose([values[i] for i in (0, 2, 4)], expected[[0, 2, 4], column], atol=1e-6)
        assert verdicts[0] == (values[0] >= 0.5)


def test_a_video_without_title_is_read_by_its_body(scorer: Scorer) -> None:
    judged = judge(scorer, "video", pa.table({"title": [None, ""], "transcript": ["这个好看", None]}))
    assert [v is None for v in judged["p_staged"].to_pylist()] == [False, True]
    assert set(judged["model"].to_pylist()) == {scorer.name}


def test_a_repeated_text_is_scored_once(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    score = Scorer.score

    def counted(self: Scorer, units: Units) -> np.ndarray:
        seen.append(len(units))
        return score(self, units)

    monkeypatch.setattr(Scorer, "score", counted)
    judge(scorer, "comment", pa.table({"text": ["演的吧", "演 的吧", "演的吧", "演的吧 "] * 5}))
    assert seen == [2]


def test_reasons_are_words_of_rows_that_are_given_a_tag(scorer: Scorer) -> None:
    judged = judge(scorer, "comment", pa.table({"text": ["演的吧", None, "这个好看"]}), why=True)
    assert judged.schema == schema("comment", why=True)
    for tag in tag_names("comment"):
        for given, words in zip(
            judged[f"is_{tag}"].to_pylist(), judged[f"why_{tag}"].to_pylist(), strict=True
        ):
            assert words == [] or given


def test_no_rows_are_no_judgements(scorer: Scorer) -> None:
    empty = pa.table({"text": pa.array([], pa.string())})
    assert judge(scorer, "comment", empty).num_rows == 0


def test_pieces_of_a_batch_change_nothing(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.table(
        {
            "title": ["标题", None, "演的", "", "好看"],
            "transcript": ["演的吧" * 200, "好看", None, None, "剧本"],
        }
    )
    whole = judge(scorer, "video", texts)
    monkeypatch.setattr(judging, "AT_ONCE", 300)
    assert judge(scorer, "video", texts).equals(whole)
