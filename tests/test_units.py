import numpy as np
import pytest
from huizan.model.units import LONGEST, MOST, comment_units, video_units
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


def test_long_parts_are_read_whole_in_windows() -> None:
    vocabulary = Vocabulary([*SPECIALS, *"abcdefghijklmnopqrstuvwxyz"])
    letters = "abcdefghijklmnopqrstuvwxyz"
    body = "".join(letters[i % 26] for i in range(1000))
    units = video_units([{"title": "xy"}, {"title": "zyx", "transcript": body}, {"transcript": "ab"}])
    rows, unit = units.windows(vocabulary)
    assert unit.tolist() == [0] + [1] * 6 + [2]
    read = np.zeros(1000, dtype=bool)
    ids = vocabulary.encode([body]).ids
    for i in np.flatnonzero(unit == 1):
        window = rows.ids[rows.offsets[i] : rows.offsets[i + 1]]
        assert window[1:4].tolist() == vocabulary.encode(["zyx"]).ids.tolist() and window.size == 190 + 6
        at = [a for a in range(811) if (ids[a : a + 190] == window[5:-1]).all()]
        for a in at:
            read[a : a + 190] = True
    assert read.all()
    cut = units.encode(vocabulary)
    for i, j in ((0, 0), (2, 7)):
        assert cut.take(np.array([i])).ids.tolist() == rows.take(np.array([j])).ids.tolist()


def test_a_long_comment_keeps_its_title_in_every_window_and_ends_somewhere() -> None:
    vocabulary = Vocabulary([*SPECIALS, *"abc"])
    rows, unit = comment_units(["abc" * 100, "b", "abc" * MOST], ["b", "", "a"]).windows(vocabulary)
    assert np.bincount(unit).tolist() == [3, 1, -(-MOST // LONGEST["comment"][0])]
    assert rows.lengths.max() == LONGEST["comment"][0] + 4
