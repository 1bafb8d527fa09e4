import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from huizan.inference.report import embedded, write_report
from huizan.model.errors import InputError
from huizan.model.taxonomy import CAUSES

from .made_outputs import make

EVIL = "<script>window.stolen=1</script>\"'><img src=https://evil.example/x onerror=window.stolen=1>"


class Elements(HTMLParser):
    """Every element with its attributes, and the ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.all if name == tag]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make(
        tmp_path_factory.mktemp("outputs"),
        surface=True,
        titles=("街头偶遇", EVIL, "=cmd()"),
        texts=("演的吧", EVIL),
        category=EVIL,
    )
    write_report(made, made / "report.html")
    return made


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def test_says_everything_in_both_languages(page: str) -> None:
    elements = Elements(page)
    sections = {attributes.get("id") for attributes in elements.of("section")}
    assert sections == {"split", "when", "where", "videos", "checks", "limits"}
    for cause in CAUSES:
        assert cause.chinese in page and cause.english in page
    spoken = [attributes.get("class") for attributes in elements.of("span") if attributes.get("lang")]
    assert spoken.count("zh") == spoken.count("en") > 100
    assert "归因于" in page and "attributed to" in page and "caused by" not in page.lower()


def test_figures_have_tables_names_and_downloads(page: str) -> None:
    elements = Elements(page)
    figures = [a["data-figure"] for a in elements.of("figure")]
    assert figures == [
        "causes",
        "tags",
        "ages",
        "ages_share",
        "by_tag",
        "by_category",
        "by_creator_id",
        "by_surface",
        "by_week",
    ]
    charts = [a for a in elements.of("div") if a.get("role") == "img" and a.get("data-chart")]
    assert [a["data-chart"] for a in charts] == figures and all(a["aria-label"] for a in charts)
    assert len(elements.of("details")) >= len(figures)
    assert len([a for a in elements.of("button") if a.get("data-save") == "svg"]) >= len(figures)


def test_asks_nothing_of_the_network(page: str) -> None:
    elements = Elements(page)
    for _, attributes in elements.all:
        for name in ("src", "srcset", "action", "data"):
            assert name not in attributes
        assert not (attributes.get("href") or "#").startswith(("http", "//"))
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style and "@import" not in style
    policy = next(a["content"] for a in elements.of("meta") if a.get("http-equiv"))
    assert policy is not None and "default-src 'none'" in policy and "unsafe-eval" not in policy


def test_policy_names_the_scripts_by_their_hashes(page: str) -> None:
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    assert len(scripts) == 2
    for script in scripts:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in page[:5000]


def test_texts_of_users_stay_texts(page: str) -> None:
    assert len(Elements(page).of("script")) == 3
    assert not Elements(page).of("img")
    assert "&lt;script&gt;window.stolen=1&lt;/script&gt;" in page
    assert "</script" not in embedded({"title": EVIL}) and "<" not in embedded([EVIL])


def test_same_folder_gives_same_bytes(folder: Path, page: str, tmp_path: Path) -> None:
    again = write_report(folder, tmp_path / "again.html")
    assert again.read_text(encoding="utf-8") == page


def test_no_reversals(tmp_path: Path) -> None:
    page = write_report(make(tmp_path, reversals=0), tmp_path / "report.html").read_text(encoding="utf-8")
    assert "没有一个赞被取消" in page and "No like was taken back" in page
    assert not Elements(page).of("figure")


def test_one_like_taken_back_without_texts(tmp_path: Path) -> None:
    made = make(tmp_path, reversals=1, videos=1, tables=(), curve=False, point=False)
    page = write_report(made, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "取消的赞太少" in page and "区间也不可靠" in page and "counts, not rates" in page
    assert 'id="video-v0"' in page


def test_unknown_checks_and_reasons_are_shown_as_written(page: str) -> None:
    for words in ("明天的检验", "a reason of tomorrow", "the moon is unseen", "没有结论", "这项检验尚未实现"):
        assert words in page


def test_a_hundred_thousand_reversals_stay_under_three_megabytes(tmp_path: Path) -> None:
    made = make(
        tmp_path,
        reversals=100_000,
        videos=5000,
        titles=("震惊全网看完沉默了" * 30,),
        texts=("机位都架好了你跟我说偶遇，" * 40,),
        surface=True,
        words=True,
    )
    assert write_report(made, tmp_path / "report.html").stat().st_size < 3_000_000


@pytest.mark.parametrize("name", ["reversals.parquet", "videos_effect.parquet", "shares.json", "checks.json"])
def test_a_missing_output_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    for file in folder.iterdir():
        if file.name != name:
            shutil.copy(file, tmp_path)
    with pytest.raises(InputError, match=re.escape(name)):
        write_report(tmp_path, tmp_path / "out" / "report.html")
    assert not (tmp_path / "out").exists()


def test_words_are_marked_where_they_are_known(tmp_path: Path) -> None:
    plain = write_report(make(tmp_path / "plain"), tmp_path / "plain.html").read_text(encoding="utf-8")
    assert not Elements(plain).of("mark") and "画线的词" not in plain
    page = write_report(make(tmp_path / "words", words=True), tmp_path / "words.html").read_text(
        encoding="utf-8"
    )
    marks = Elements(page).of("mark")
    assert {mark["title"] for mark in marks} == {"标题党 / clickbait", "摆拍 / staged"}
    assert ">机位</mark>" in page and "画线的词" in page and "他走过去蹲下来" in page


def test_small_creators_are_not_named(tmp_path: Path) -> None:
    page = write_report(make(tmp_path, reversals=150, videos=40), tmp_path / "r.html").read_text(
        encoding="utf-8"
    )
    spans = re.findall(r'<span class="creator">(c[0-9]+)</span>', page)
    assert spans and set(spans) == {"c0"}
    assert "取消不足 20 个的创作者不具名" in page
