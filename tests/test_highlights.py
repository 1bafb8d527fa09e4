from pathlib import Path

import pyarrow as pa
import pytest
from huizan.inference.digest import shown_videos
from huizan.inference.engines import connect
from huizan.inference.highlights import TAGS, find, marked, words
from huizan.inference.outcome import open_tables
from huizan.inference.scorer import Scorer

from .made_outputs import make


@pytest.mark.parametrize(
    ("text", "why", "marks"),
    [
        ("演的吧，机位都架好了", {"staged": ["机位", "演"]}, ["演", "机位"]),
        ("這是擺拍吧！ＯＫ", {"staged": ["摆拍", "ok"]}, ["擺拍", "ＯＫ"]),
        ("假 的 剧本", {"staged": ["假的"]}, ["假 的"]),
        ("笑死，笑死我了", {"staged": ["笑死", "笑"]}, ["笑死", "笑死"]),
        ("不在里面", {"staged": ["剧本", ""]}, []),
        ("演员演的", {}, []),
    ],
)
def test_words_are_found_in_the_text_as_written(
    text: str, why: dict[str, list[str]], marks: list[str]
) -> None:
    pieces = marked(text, why)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.tag] == marks


def test_the_stronger_word_wins_and_is_marked_stronger() -> None:
    pieces = marked("千万别看最后", {"clickbait": ["千万别", "最后"], "staged": ["万别"]})
    assert [(p.text, p.tag, p.strength) for p in pieces] == [
        ("千万别", "clickbait", 2),
        ("看", None, 0),
        ("最后", "clickbait", 1),
    ]


def test_nothing_is_made_of_nothing() -> None:
    assert marked("", {"staged": ["演"]}) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(
        tmp_path_factory.mktemp("outputs"),
        videos=6,
        titles=("千万别划走，看到最后我沉默了",),
        texts=("剧本，演员演的",),
    )


@pytest.mark.filterwarnings("ignore:pkg_resources")  # jieba's own
def test_the_tagger_is_asked_about_what_was_given_a_tag(folder: Path) -> None:
    con = connect()
    tables = open_tables(con, folder)
    texts = {
        "video_id": [f"v{i}" for i in range(6)],
        "title": ["千万别划走"] * 6,
        "transcript": ["他沉默了" * 90] * 6,
    }
    found = find(tables, con.create_table("texts", pa.table(texts)), Scorer.load()).to_pylist()
    videos = {row["id"]: row for row in found if row["kind"] == "video"}
    given = {row["key"]: [t for t in TAGS if row.get(f"is_{t}")] for row in shown_videos(tables)}
    assert set(videos) == set(given)
    for key, row in videos.items():
        assert row["body"].endswith("…") and len(row["body"]) < 230
        assert {tag for tag in TAGS if row[f"why_{tag}"] is not None} == set(given[key])
    staged = [
        row["why_staged"] for row in found if row["kind"] == "comment" and row["why_staged"] is not None
    ]
    assert staged and all({"剧本", "演员"} & set(named) for named in staged)


def test_columns_of_a_tagged_table_serve_too(folder: Path) -> None:
    tables = open_tables(connect(), folder)
    assert words(tables, "video", ["v0"]) == {}
    assert tables.videos is not None
    import ibis

    why = ibis.array(["沉默"])
    known = type(tables)(tables.reversals, tables.effects, tables.videos.mutate(why_clickbait=why), None)
    assert words(known, "video", ["v0"])["v0"].by_tag == {"clickbait": ["沉默"]}
    assert words(known, "comment", ["m0-0"]) == {}
