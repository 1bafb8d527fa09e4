"""The benchmarks' own arithmetic; what they measure is not for tests."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from huizan.model.shortcut import Shortcut

FOLDER = Path(__file__).parents[1] / "benchmarks"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the source is out of reach")


@pytest.fixture(autouse=True)
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))


def test_comments_are_as_many_as_asked_for_and_equal_for_equal_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    import material

    monkeypatch.setattr(material, "ROWS", 400)
    one, again, other = (pa.concat_tables(material.comments(1_000, seed)) for seed in (0, 0, 1))
    assert one.equals(again) and not one.equals(other)
    assert one["comment_id"].to_pylist() == list(range(1_000))
    known = {row["video_id"] for row in material.example("videos")}
    assert set(one["video_id"].to_pylist()) <= known
    distinct = len(set(one["text"].to_pylist()))
    assert 800 < distinct < 1_000  # varied, and some come again


def test_operations_are_those_of_the_products(tmp_path: Path) -> None:
    import cpu

    config = {"hidden_size": 2, "intermediate_size": 3, "num_hidden_layers": 3, "num_attention_heads": 2}
    (tmp_path / "config.json").write_text(json.dumps(config))
    # Two rows of 5 and 7 tokens. A token of a full layer: query, key, value, out 4 x 2 x 2, up, gate, down 3 x 2 x 3; each of
    # its neighbours 2 x 2. The first layer's query, key and value are looked up. The last layer: the key of all tokens and
    # their scores and weights of 2 heads; once a row the query, out 2 x 2 for each head, up, gate and down.
    full = 12 * (16 + 18) + (25 + 49) * 4
    first = full - 12 * 12
    last = 12 * (4 + 2 * 2 * 2) + 2 * (4 + 2 * 4 + 18)
    assert cpu.operations(np.array([5, 7]), tmp_path) == 2 * (first + full + last)
    # A shortcut of 4 heads: no layer but the first is whole; the last two are the one above, and once a row the query and out
    # 2 x 2 for each head, up, gate and down, with what the heads ask and weigh of all tokens.
    Shortcut(*np.zeros((2, 4, 2, 2), dtype=np.float32)).write(tmp_path)
    far = 12 * 2 * 4 * 2 + 2 * (2 * 4 * 4 + 18)
    assert cpu.operations(np.array([5, 7]), tmp_path) == 2 * (first + last + far)


def test_a_card_computes_every_layer_at_every_position(tmp_path: Path) -> None:
    import gpu

    (tmp_path / "config.json").write_text(
        json.dumps({"hidden_size": 2, "intermediate_size": 3, "num_hidden_layers": 3})
    )
    assert gpu.operations(np.array([5, 7]), tmp_path) == 2 * 3 * (12 * (16 + 18) + (25 + 49) * 4)


def test_a_family_is_a_process_and_all_below() -> None:
    import growth

    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    with child:
        assert child.pid in growth.family(os.getpid()) and growth.held(child.pid) > 0
    assert growth.held(child.pid) == 0


def test_what_ships_loses_less_than_the_bounds_by_int8() -> None:
    """Average precision and probabilities on the seed's held texts; the program exits with 1 where a bound is broken."""
    held = FOLDER.parent / "data_cards" / "seed"
    command = [sys.executable, str(FOLDER / "precision.py")]
    for kind in ("comments", "videos"):
        command += [f"--{kind}", str(held / f"{kind}_held.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    head, *rows = done.stdout.splitlines()
    assert "int8" in head.split() and len(rows) == 7
