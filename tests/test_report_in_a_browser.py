"""The page as people meet it: in a browser, from disk, with the network out of reach."""

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from huizan.inference.palette import PAPERS
from huizan.inference.report import write_report
from playwright.sync_api import Browser, Page, sync_playwright

from .made_outputs import make

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
EVIL = "<script>window.stolen=1</script>\"'><img src=https://evil.example/x onerror=window.stolen=1>"
FIGURES = 9

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed on this machine")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make(
        tmp_path_factory.mktemp("outputs"), surface=True, words=True, reversals=600, titles=("街头偶遇流浪老人", EVIL, "=cmd()"),
        texts=("演的吧，机位都架好了", EVIL), category=EVIL,
    )  # fmt: skip
    return write_report(folder, folder / "report.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@dataclass
class Reader:
    """Opens the page in tabs and keeps what they complained of or asked of the network."""

    browser: Browser
    page: Path
    said: list[str] = field(default_factory=list)

    def opens(self, address: str = "", width: int = 1280, **context) -> Page:
        view = {"width": width, "height": 900}
        tab = self.browser.new_context(viewport=view, reduced_motion="reduce", **context).new_page()
        tab.on("console", lambda message: self.said.append(message.text))
        tab.on("pageerror", lambda error: self.said.append(str(error)))
        tab.on("request", lambda asked: self.said.append(asked.url) if asked.url.startswith("http") else None)
        tab.goto(self.page.as_uri() + address)
        tab.wait_for_selector("html[data-ready=yes]")
        return tab


@pytest.fixture
def reader(browser: Browser, page: Path) -> Iterator[Reader]:
    """Nothing may be complained of, nothing asked for, nothing that a user wrote may run."""
    reader = Reader(browser, page)
    yield reader
    for context in browser.contexts:
        assert all(tab.evaluate("window.stolen === undefined") for tab in context.pages)
        context.close()
    assert reader.said == []


def _keys(tab: Page) -> list[str]:
    return tab.eval_on_selector_all(
        "tbody.video", "all => all.filter(b => !b.hidden).map(b => b.dataset.key)"
    )


def _colour(hexadecimal: str) -> str:
    return "rgb({}, {}, {})".format(*(int(hexadecimal[i : i + 2], 16) for i in (1, 3, 5)))


def test_opens_with_every_figure_drawn(reader: Reader) -> None:
    tab = reader.opens()
    assert tab.locator("[data-chart] svg").count() == FIGURES
    assert tab.evaluate("document.documentElement.scrollWidth") == 1280
    assert tab.locator("figure details").first.evaluate("d => d.querySelectorAll('td').length") > 0
    assert tab.locator("tbody.video").first.locator("mark").count() > 0


def test_speaks_both_languages_and_remembers(reader: Reader) -> None:
    tab = reader.opens()
    assert (
        tab.get_by_text("这些数能信几分？").is_visible() and not tab.get_by_text("How far can").is_visible()
    )
    assert "情绪操纵" in (tab.locator("#figure-causes svg").text_content() or "")
    tab.click("[data-language=en]")
    assert tab.get_by_text("How far can this be trusted?").is_visible()
    assert not tab.get_by_text("这些数能信几分？").is_visible()
    tab.wait_for_function("document.querySelector('#figure-causes svg').textContent.includes('manipulation')")
    assert tab.locator("html").get_attribute("lang") == "en" and "why likes" in tab.title()
    assert tab.locator("#category option").first.inner_text() == "all categories"
    assert "lang=en" in tab.url
    tab.keyboard.press("l")
    assert tab.get_by_text("这些数能信几分？").is_visible()


def test_filters_by_words_tags_and_category(reader: Reader) -> None:
    tab = reader.opens()
    every = len(_keys(tab))
    tab.keyboard.press("/")
    tab.keyboard.type("街头")
    some = _keys(tab)
    assert 0 < len(some) < every and f"{len(some)} / {every}" in tab.locator("#shown").inner_text()
    tab.fill("#filter", "没有这样的视频")
    assert tab.locator("#none").is_visible()
    tab.keyboard.press("Escape")
    assert len(_keys(tab)) == every and not tab.locator("#none").is_visible()
    tab.check("input[name=tag][value=staged]")
    tagged = tab.eval_on_selector_all("tbody.video:not([hidden])", "all => all.map(b => b.dataset.tags)")
    assert 0 < len(tagged) < every and all("staged" in tags for tags in tagged)
    tab.uncheck("input[name=tag][value=staged]")
    tab.select_option("#category", EVIL)
    assert 0 < len(_keys(tab)) < every


def test_a_bar_chooses_its_videos(reader: Reader) -> None:
    tab = reader.opens()
    bar = tab.locator("#figure-by_tag svg .mark-rect.role-mark path").first
    bar.click(force=True)
    assert tab.locator("input[name=tag]:checked").count() == 1
    bar.click(force=True)
    assert tab.locator("input[name=tag]:checked").count() == 0


def test_sorts_both_ways_by_every_column(reader: Reader) -> None:
    tab = reader.opens()
    for name in (
        "likes",
        "reversals",
        "rate",
        "excess",
        "emotional_manipulation",
        "content_quality",
        "social_pressure",
    ):
        for way in ("descending", "ascending"):
            tab.click(f"[data-sort={name}]")
            if tab.locator(f"th:has([data-sort={name}])").get_attribute("aria-sort") != way:
                tab.click(f"[data-sort={name}]")
            values = tab.eval_on_selector_all("tbody.video", f"all => all.map(b => +b.dataset.{name})")
            assert values == sorted(values, reverse=way == "descending"), (name, way)
    assert tab.locator("th[aria-sort]").count() == 1


def test_a_link_brings_another_reader_to_the_same_view(reader: Reader) -> None:
    tab = reader.opens()
    tab.fill("#filter", "街头")
    tab.click("[data-sort=rate]")
    tab.click("[data-language=en]")
    tab.locator("tbody.video:not([hidden]) .open").nth(1).click()
    tab.wait_for_selector("tbody[data-open] .chart svg")
    key = tab.locator("tbody[data-open]").get_attribute("data-key")
    assert f"video={key}" in tab.url and "sort=rate" in tab.url
    other = reader.opens(tab.url.removeprefix(reader.page.as_uri()))
    assert _keys(other) == _keys(tab) and other.input_value("#filter") == "街头"
    opened = other.locator("tbody[data-open]")
    assert opened.get_attribute("data-key") == key and opened.locator(".chart svg").count() == 1
    assert 0 <= opened.bounding_box()["y"] < 700
    assert other.locator("html").get_attribute("data-lang") == "en" and other.url == tab.url


def test_a_link_is_stronger_than_the_filter_and_a_wrong_one_harms_nothing(reader: Reader) -> None:
    assert reader.opens("#video=v0&q=没有这样的视频").locator("#video-v0 .chart svg").count() == 1
    tab = reader.opens("#video=nobody&sort=nothing&tag=x&lang=fr&at=nowhere")
    assert len(_keys(tab)) > 1 and tab.locator("tbody[data-open]").count() == 0
    checks = reader.opens("#at=checks").locator("#checks").bounding_box()
    assert checks is not None and checks["y"] < 900


def test_a_video_shows_its_words_its_comments_and_their_moment(reader: Reader) -> None:
    tab = reader.opens("#video=v6")
    video = tab.locator("#video-v6")
    assert video.locator(".said").is_visible() and "蹲下来" in video.locator(".said").inner_text()
    assert video.locator(".said mark").all_inner_texts() == ["沉默"]
    listed = video.locator(".evidence li")
    assert listed.count() > 0 and all("2026-01-01" in text for text in listed.all_inner_texts())
    assert {"演", "机位"} <= set(video.locator(".evidence mark").all_inner_texts())
    assert video.locator(".chart svg .mark-rule.role-mark line").count() == listed.count()
    assert video.locator("details table tr").count() > 1


def test_can_be_used_by_the_keyboard_alone(reader: Reader) -> None:
    tab = reader.opens()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    for key in "jjk":
        tab.keyboard.press(key)
    first = _keys(tab)[0]
    assert tab.evaluate("document.activeElement.closest('tbody').dataset.key") == first
    tab.keyboard.press("Enter")
    tab.wait_for_selector("tbody[data-open] .chart svg")
    assert tab.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    tab.keyboard.press("Enter")
    assert tab.locator("tbody[data-open]").count() == 0 and "video=" not in tab.url


def test_follows_a_dark_system_and_the_button(reader: Reader) -> None:
    tab = reader.opens(color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    ink = "getComputedStyle(document.querySelector('#figure-ages .role-axis-label text')).fill"
    assert (tab.evaluate(paper), tab.evaluate(ink)) == (
        _colour(PAPERS["paper"][1]),
        _colour(PAPERS["soft"][1]),
    )
    tab.click("#theme")
    assert (tab.evaluate(paper), tab.evaluate(ink)) == (
        _colour(PAPERS["paper"][0]),
        _colour(PAPERS["soft"][0]),
    )
    tab.wait_for_timeout(1_000)  # a busy browser keeps what it stores a little later
    tab.reload()
    tab.wait_for_selector("html[data-ready=yes]")
    assert tab.evaluate(paper) == _colour(PAPERS["paper"][0])


def test_a_bar_says_its_numbers_under_the_pointer(reader: Reader) -> None:
    tab = reader.opens("#lang=en")
    tab.locator("#figure-by_surface svg .mark-rect.role-mark path").first.hover(force=True)
    tip = tab.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    assert "attributed to" in tip.inner_text() and "content quality" in tip.inner_text()


@pytest.mark.parametrize("reversals", [0, 1])
def test_little_or_nothing_to_show_is_no_error(browser: Browser, tmp_path: Path, reversals: int) -> None:
    made = make(tmp_path, reversals=reversals, videos=1, tables=(), curve=False, point=False)
    bare = Reader(browser, write_report(made, tmp_path / "report.html"))
    tab = bare.opens("#video=v0&lang=en&q=x")
    for key in "jkld/":
        tab.keyboard.press(key)
    tab.click(".bar nav a >> nth=-1")
    assert "at=limits" in tab.url and tab.locator("[data-chart] svg").count() == 5 * reversals
    tab.context.close()
    assert bare.said == []


def test_prints_dark_ink_on_white(reader: Reader) -> None:
    tab = reader.opens(color_scheme="dark")
    tab.emulate_media(media="print", color_scheme="dark")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.evaluate("getComputedStyle(document.body).color") == _colour(PAPERS["ink"][0])
    assert not tab.locator("#filter").is_visible() and not tab.locator(".save").first.is_visible()
    assert tab.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_fits_a_narrow_screen(reader: Reader, lang: str) -> None:
    tab = reader.opens(f"#video=v0&lang={lang}", width=360)
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    for box in tab.eval_on_selector_all(".chart svg", "all => all.map(s => s.getBoundingClientRect().right)"):
        assert box <= 360
    assert tab.locator("#video-v0 .chart svg").is_visible()


def test_figures_leave_as_pictures_and_tables(reader: Reader) -> None:
    tab = reader.opens(color_scheme="dark")
    with tab.expect_download() as download:
        tab.click("#figure-ages [data-save=svg]")
    drawn = Path(download.value.path()).read_text(encoding="utf-8")
    assert drawn.startswith("<svg") and "var(" not in drawn and PAPERS["soft"][0] in drawn
    with tab.expect_download() as download:
        tab.click("#figure-by_tag [data-save=csv]")
    assert download.value.suggested_filename == "huizan-by_tag.csv"
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig"))))
    assert rows[0][:2] == ["组", "取消数"] and len(rows) == 5 and len({len(row) for row in rows}) == 1
    with tab.expect_download() as download:
        tab.click("#videos-csv")
    assert "'=cmd()" in Path(download.value.path()).read_text(encoding="utf-8-sig")
