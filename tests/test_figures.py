from pathlib import Path

import pytest
from huizan.inference import figures
from huizan.inference.digest import digest
from huizan.inference.engines import connect
from huizan.inference.outcome import document, open_tables

from .made_outputs import make


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, figures.Figure]:
    folder: Path = make(tmp_path_factory.mktemp("outputs"), category="<b>")
    return figures.of(digest(open_tables(connect(), folder), document(folder, "shares.json", "shares"), []))


def test_each_figure_has_both_languages_and_a_table(made: dict[str, figures.Figure]) -> None:
    for figure in made.values():
        assert set(figure.specs) == {"zh", "en"}
        assert figure.rows and all(len(row) == len(figure.head) for row in figure.rows)


def test_empty_values_are_named(made: dict[str, figures.Figure]) -> None:
    assert ("（空）", "(empty)") in [row[0] for row in made["by_category"].rows]


def test_what_the_curve_leaves_out_is_said(made: dict[str, figures.Figure]) -> None:
    assert "曲线不含纠正推荐" in made["ages"].note.zh and "recommender correction" in made["ages"].note.en
