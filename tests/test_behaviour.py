"""The machinery, on taggers made by hand: never how well the shipped one does."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from huizan.model.errors import InputError
from huizan.model.taxonomy import tag_names
from huizan.model.text import normalise
from huizan.model.units import Units
from huizan.training.behaviour import MEANS, Pair, behaviour_table, ordered, read_pairs
from huizan.training.commands import main

PAIRS = [
    Pair("length", "comment", "staged", "三个字", "两字", title="标题"),
    Pair("length", "comment", "clickbait", "短", "长一点"),
    Pair("length", "comment", "staged", "一样", "一样"),
    Pair("titles", "video", "controversy", "长的标题", "短"),
    Pair("bodies", "video", "controversy", "正文", "更长的正文", title="标题"),
]


def by_length(units: Units) -> np.ndarray:
    """The longer the first part, the likelier every tag; the last tag of a kind never."""
    p = np.array([[len(text) / 100] * len(tag_names(units.kind)) for text in units.first])
    return p


def test_pairs_are_counted_by_behaviour_and_equal_ones_are_not_right() -> None:
    found = ordered(by_length, PAIRS)
    assert {name: (line.pairs, line.right) for name, line in found.items()} == {
        "length": (3, 1),
        "titles": (1, 1),
        "bodies": (1, 0),
    }
    assert found["length"].share == pytest.approx(1 / 3)
    # Wilson's interval of 1 in 3 at z = 1.96, by hand: (1/3 + z²/6 ∓ z √(2/27 + z²/36)) / (1 + z²/3)
    z = 1.959963984540054
    middle, half = 1 / 3 + z**2 / 6, z * (2 / 27 + z**2 / 36) ** 0.5
    assert found["length"].low == pytest.approx((middle - half) / (1 + z**2 / 3))
    assert found["length"].high == pytest.approx((middle + half) / (1 + z**2 / 3))
    assert behaviour_table(found).row_count == 3


def test_only_the_tag_of_a_pair_decides_and_what_a_pair_shares_is_read_with_it() -> None:
    seen: list[Units] = []

    def score(units: Units) -> np.ndarray:
        seen.append(units)
        p = np.zeros((len(units), len(tag_names(units.kind))))
        p[:, tag_names(units.kind).index("staged")] = [len(text) for text in units.first]
        return p

    found = ordered(score, PAIRS)
    assert (found["length"].right, found["titles"].right) == (1, 0)
    assert [(units.kind, units.second) for units in seen] == [
        ("video", ["", "正文"]), ("video", ["", "更长的正文"]), ("comment", ["标题", "", ""]), ("comment", ["标题", "", ""]),
    ]  # fmt: skip


def test_there_are_enough_pairs_of_every_behaviour_and_each_says_two_things() -> None:
    pairs = read_pairs()
    counts = Counter(pair.behaviour for pair in pairs)
    assert counts.keys() == MEANS.keys() and min(counts.values()) >= 12
    assert all(normalise(pair.more) != normalise(pair.less) for pair in pairs)
    assert len({pair.more for pair in pairs}) == len(pairs) == len({pair.less for pair in pairs})
    assert {pair.kind for pair in pairs} == {"comment", "video"}


@pytest.mark.parametrize(
    "line",
    [
        '{"behaviour": "x", "kind": "video", "tag": "low_quality", "more": "a", "less": "b"}',
        '{"behaviour": "x", "kind": "comment", "tag": "staged", "more": "a"}',
        '{"behaviour": "x", "kind": "comment", "tag": "staged", "more": "", "less": "b"}',
        "no json",
    ],
)
def test_a_line_that_is_no_pair_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "pairs.jsonl"
    good = '{"behaviour": "x", "kind": "video", "tag": "staged", "more": "a", "less": "b"}'
    path.write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        read_pairs(path)


def test_evaluate_prints_the_share_of_each_behaviour(tiny_checkpoint: Path) -> None:
    result = CliRunner().invoke(main, ["evaluate", "--behaviour", "--model", str(tiny_checkpoint)])
    assert result.exit_code == 0, result.output
    assert all(name in result.stdout for name in MEANS)
    result = CliRunner().invoke(main, ["evaluate", "--behaviour", "--json", "--model", str(tiny_checkpoint)])
    assert '"negation": {' in result.stdout and '"pairs"' in result.stdout
    result = CliRunner().invoke(main, ["evaluate", "--behaviour", "--encoder-alone"])
    assert result.exit_code == 0, result.output
