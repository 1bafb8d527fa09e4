import pytest
from huizan.model.units import LONGEST, comment_units, video_units
from huizan.model.vocabulary import SPECIALS, Vocabulary


def test_a_comment_is_read_with_its_title() -> None:
    units = comment_units(["演的\n吧", "擺拍"], ["街頭", ""])
    assert (units.kind, units.first, units.second) == ("comment", ["演的 吧", "摆拍"], ["街头", ""])


def test_titles_must_be_as_many_as_comments() -> None:
    with pytest.raises(ValueError, match=r"one entry per comment \(2\), was: 1"):
        comment_units(["a", "b"], ["c"])


def test_a_video_is_its_title_and_whatever_else_there_is() -> None:
    videos = [
        {"title": "标题", "hashtags": ["剧情", "#短剧"], "transcript": "说话", "description": None},
        {"description": float("nan"), "ocr_text": "字幕", "hashtags": "#一 #二"},
        {},
    ]
    units = video_units(videos)
    assert units.first == ["标题", "", ""]
    assert units.second == ["#剧情 #短剧 说话", "#一 #二 字幕", ""]


def test_nothing_is_no_units() -> None:
    assert len(comment_units([])) == len(video_units([])) == 0


def test_long_parts_are_cut() -> None:
    vocabulary = Vocabulary([*SPECIALS, *"abc", "d"])
    rows = video_units([{"title": "abcd" * 50, "transcript": "abcd" * 100}]).encode(vocabulary)
    assert rows.lengths.tolist() == [sum(LONGEST["video"]) + 3]
