from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.model.errors import InputError
from huizan.model.tagger import Tagger
from huizan.model.taxonomy import tag_names
from huizan.model.units import comment_units
from huizan.training.sampling import Sample, SampleSettings, draw

from tests.tables import csv, jsonl


def tagged(path: Path, order: np.ndarray) -> Path:
    """600 comments: number i is called staged with probability i / 600, number 7 surely a quarrel or surely none."""
    p = order / 600
    columns = {
        "comment_id": order + 9_007_199_254_740_993,  # beyond what a float can hold
        "text": [f"评论{i}" for i in order],
        "p_clickbait": np.full(600, 0.01), "p_staged": p, "p_controversy": np.where(order == 7, 0.5, 0.999),
        "p_low_quality": np.full(600, 0.02),
    }  # fmt: skip
    pq.write_table(pa.table(columns), path, row_group_size=100)
    return path


def settings(path: Path, **changes: object) -> SampleSettings:
    given = {"comments": str(path), "videos": None, "tool": "doccano", "by": "uncertainty", "n": 20} | changes
    return SampleSettings(**given)  # pyright: ignore[reportArgumentType]


def numbers(sample: Sample) -> list[int]:
    return [int(drawn.columns["comment_id"]) - 9_007_199_254_740_993 for drawn in sample.drawn]


def test_the_least_certain_of_each_tag_are_drawn_in_any_order(tmp_path: Path) -> None:
    path = tagged(tmp_path / "c.parquet", np.arange(600))
    found = draw(settings(path, tags=("staged",), n=21))
    assert sorted(numbers(found)) == list(range(290, 311)) and numbers(found)[0] == 300
    assert all(drawn.drawn_with is None for drawn in found.drawn)
    shuffled = tagged(tmp_path / "s.parquet", np.random.default_rng(0).permutation(600))
    assert numbers(draw(settings(shuffled, tags=("staged",), n=21))) == numbers(found)
    first = numbers(draw(settings(path, n=4)))  # one of each tag: a rare tag is not crowded out
    assert 300 in first and 7 in first and len(set(first)) == 4


def test_a_random_sample_gives_every_row_the_same_chance(tmp_path: Path) -> None:
    path = tagged(tmp_path / "c.parquet", np.arange(600))
    often = np.zeros(600)
    for seed in range(60):
        found = draw(settings(path, by="random", n=150, seed=seed))
        assert found.drawn[0].drawn_with == 150 / 600 and len(set(numbers(found))) == 150
        often[numbers(found)] += 1
    # Each is drawn 15 times of 60 on average; the variance of a hypergeometric draw is 60 * 1/4 * 3/4.
    assert abs(often.mean() - 15) < 1e-9 and abs(often.var() - 11.25) < 2.5
    shuffled = tagged(tmp_path / "s.parquet", np.random.default_rng(0).permutation(600))
    assert numbers(draw(settings(shuffled, by="random"))) == numbers(draw(settings(path, by="random")))


def test_raw_texts_are_scored_by_the_tagger_with_their_titles(tmp_path: Path, tiny_checkpoint: Path) -> None:
    tagger = Tagger.load(tiny_checkpoint, "cpu")
    comments = csv(
        tmp_path / "c.csv", "comment_id,video_id,text", "007,1,演的吧", "8,1,好看", "9,2,演的吧", "10,3,"
    )
    videos = jsonl(tmp_path / "v.jsonl", {"video_id": 1, "title": "街头"}, {"video_id": 2, "title": "标题"})
    found = draw(settings(comments, videos=str(videos)), lambda: tagger)
    assert found.counts == {"rows": 4, "no text": 1, "drawn": 3}
    by_id = {drawn.columns["comment_id"]: drawn for drawn in found.drawn}
    assert by_id.keys() == {"007", "8", "9"} and by_id["9"].columns["title"] == "标题"
    expected = tagger.score(comment_units(["演的吧"], ["标题"]))[0]
    np.testing.assert_allclose([by_id["9"].probability[t] for t in tag_names("comment")], expected, atol=1e-4)


def test_a_text_that_comes_again_is_labelled_once_unless_it_is_an_audit(
    tmp_path: Path, tiny_checkpoint: Path
) -> None:
    path = jsonl(tmp_path / "c.jsonl", *({"text": text} for text in ["好看", "好看！", "好看!", "演的吧"]))
    found = draw(settings(path), lambda: Tagger.load(tiny_checkpoint, "cpu"))
    assert sorted(drawn.columns["text"][:2] for drawn in found.drawn) == ["好看", "好看", "演的"]
    assert len(draw(settings(path, by="random")).drawn) == 4


def test_hashtags_and_other_texts_of_videos_come_along(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path / "v.jsonl",
        {"video_id": "a", "title": "标题", "hashtags": ["摆拍", "#街头"], "transcript": "这个", "creator_id": 5},
        {"video_id": "b", "title": None, "hashtags": "#好看", "transcript": ""},
    )  # fmt: skip
    found = draw(settings(path, comments=None, videos=str(path), by="random"))
    by_id = {drawn.columns["video_id"]: drawn.columns for drawn in found.drawn}
    assert by_id["a"]["hashtags"] == "#摆拍 #街头" and by_id["a"]["creator_id"] == "5"
    assert by_id["b"]["hashtags"] == "#好看" and "title" not in by_id["b"]


def test_what_cannot_be_drawn_from_is_refused(tmp_path: Path) -> None:
    twice = csv(tmp_path / "t.csv", "comment_id,text", "1,好", "2,好", "1,坏")
    with pytest.raises(InputError, match="1 ids come again, one is 1"):
        draw(settings(twice, by="random"))
    with pytest.raises(InputError, match=r"has text.*has comment_id, words"):
        draw(settings(csv(tmp_path / "w.csv", "comment_id,words", "1,好"), by="random"))
    with pytest.raises(InputError, match="no such file"):
        draw(settings(tmp_path / "gone.csv", by="random"))
    with pytest.raises(InputError, match="none of 1 rows"):
        draw(settings(jsonl(tmp_path / "e.jsonl", {"text": " "}), by="random"))
    with pytest.raises(InputError, match="fake"):
        draw(settings(twice, tags=("fake",)))
    gbk = csv(tmp_path / "g.csv", "comment_id,text", "1,演的", encoding="gbk")
    with pytest.raises(InputError, match="UTF-8"):
        draw(settings(gbk, by="random"))
