from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
from huizan.inference.engines import connect
from huizan.inference.tables import read
from huizan.model.errors import InputError
from huizan.model.records import LIKES, TAGGED_VIDEOS, VIDEOS

from tests.tables import LIKE_COLUMNS, csv, jsonl, parquet

TAGGED = {"video_id": ["a", "b", "c"], "p_staged": [0.0, 1.0, 0.5], "p_controversy": [0.1, 0.2, 0.3]}


@pytest.fixture(scope="module")
def con() -> ibis.BaseBackend:
    return connect()


def column(table: Any, name: str) -> list:
    return table[name].to_pyarrow().to_pylist()


def test_nan_is_nothing_whatever_the_statistics_of_the_file_say(
    con: ibis.BaseBackend, tmp_path: Path
) -> None:
    path = parquet(tmp_path / "v.parquet", **TAGGED, p_clickbait=[0.25, 0.75, float("nan")])
    assert column(read(con, path, TAGGED_VIDEOS), "p_clickbait") == [0.25, 0.75, None]


@pytest.mark.parametrize(
    "values", [[0.5, 1.5, 0.0], [0.5, -0.1, 0.0], ["0.5", "high", "0"], [0.5, float("inf"), 0.0]]
)
def test_probabilities_lie_between_zero_and_one(
    con: ibis.BaseBackend, tmp_path: Path, values: list[Any]
) -> None:
    path = parquet(tmp_path / "v.parquet", **TAGGED, p_clickbait=values)
    with pytest.raises(InputError, match=r"p_clickbait must be a probability between 0 and 1.*row 2: "):
        read(con, path, TAGGED_VIDEOS)


def test_verdicts_are_true_or_false(con: ibis.BaseBackend, tmp_path: Path) -> None:
    for given in ([True, None, False], ["True", "", "0"], [1, None, 0]):
        path = parquet(tmp_path / "v.parquet", **TAGGED, p_clickbait=[0.1, 0.2, 0.3], is_staged=given)
        assert column(read(con, path, TAGGED_VIDEOS), "is_staged") == [True, None, False]
    path = parquet(
        tmp_path / "w.parquet", **TAGGED, p_clickbait=[0.1, 0.2, 0.3], is_staged=["yes", "是", "no"]
    )
    with pytest.raises(InputError, match=r"is_staged must be true or false.*row 2: '是'"):
        read(con, path, TAGGED_VIDEOS)


def test_categories_are_words_of_the_contract(con: ibis.BaseBackend, tmp_path: Path) -> None:
    lines = [f"{LIKE_COLUMNS},surface,gesture", "1,2,2024-06-01,,for_you,", "1,3,2024-06-01,,,button"]
    table = read(con, csv(tmp_path / "a.csv", *lines), LIKES)
    assert (column(table, "surface"), column(table, "gesture")) == (["for_you", None], [None, "button"])
    with pytest.raises(
        InputError, match=r"surface must be one of for_you, following, search, friends.*row 3: '推荐'"
    ):
        read(con, csv(tmp_path / "b.csv", *lines, "1,4,2024-06-01,,推荐,"), LIKES)


def test_numbers(con: ibis.BaseBackend, tmp_path: Path) -> None:
    lines = [f"{LIKE_COLUMNS},watch_ms", "1,2,2024-06-01,,1500.5", "1,3,2024-06-01,,", "1,4,2024-06-01,,NaN"]
    assert column(read(con, csv(tmp_path / "a.csv", *lines), LIKES), "watch_ms") == [1500.5, None, None]
    with pytest.raises(InputError, match=r"watch_ms must be a number.*row 4: '3s'"):
        read(con, csv(tmp_path / "b.csv", *lines, "1,5,2024-06-01,,3s"), LIKES)


def test_texts_without_words_are_nothing(con: ibis.BaseBackend, tmp_path: Path) -> None:
    words = ["街头", "nan", "NaN", "None", "", "再见", "好", "的", "吧"]
    path = csv(tmp_path / "v.csv", "video_id,title", *(f'{i},"{word}"' for i, word in enumerate(words)))
    expected = ["街头", None, None, None, None, "再见", "好", "的", "吧"]
    assert column(read(con, path, VIDEOS), "title") == expected
    path = jsonl(tmp_path / "v.jsonl", *({"video_id": i, "title": word} for i, word in enumerate(words)))
    assert column(read(con, path, VIDEOS), "title") == expected


def test_texts_keep_commas_quotes_and_line_breaks(con: ibis.BaseBackend, tmp_path: Path) -> None:
    path = csv(tmp_path / "v.csv", "video_id,title", '1,"他说：""演的"", 对吧?\n第二行 😂[doge]"')
    assert column(read(con, path, VIDEOS), "title") == ['他说："演的", 对吧?\n第二行 😂[doge]']


def test_hashtags_are_a_list_or_one_text(con: ibis.BaseBackend, tmp_path: Path) -> None:
    path = jsonl(
        tmp_path / "a.jsonl",
        {"video_id": 1, "title": "t", "hashtags": ["剧情", "搞笑"]},
        {"video_id": 2, "title": "t"},
    )
    assert column(read(con, path, VIDEOS), "hashtags") == [["剧情", "搞笑"], None]
    path = csv(tmp_path / "a.csv", "video_id,title,hashtags", "1,t,#剧情 #搞笑")
    assert column(read(con, path, VIDEOS), "hashtags") == ["#剧情 #搞笑"]
    path = parquet(tmp_path / "a.parquet", video_id=[1], title=["t"], hashtags=pa.array([["剧情", None]]))
    assert column(read(con, path, VIDEOS), "hashtags") == [["剧情", None]]
