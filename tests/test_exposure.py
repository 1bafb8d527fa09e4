from pathlib import Path

import pytest
from huizan.inference.engines import connect
from huizan.inference.exposure import BINS, COMMENTS_SHOWN, exposing_comments, time_lines
from huizan.inference.outcome import Tables, open_tables

from .made_outputs import TEXTS, make


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return open_tables(connect(), make(tmp_path_factory.mktemp("outputs"), reversals=400, videos=5))


def test_comments_come_in_the_order_in_which_they_were_posted(tables: Tables) -> None:
    found = exposing_comments(tables, ["v0", "v1"])
    assert set(found) <= {"v0", "v1"} and found["v0"]
    for listed in found.values():
        assert len(listed) <= COMMENTS_SHOWN
        assert [c["created_at"] for c in listed] == sorted(c["created_at"] for c in listed)
        assert all(c["text"] in TEXTS and c["cited"] > 0 for c in listed)


def test_without_comments_their_ids_are_left(tmp_path: Path) -> None:
    tables = open_tables(connect(), make(tmp_path, tables=()))
    listed = exposing_comments(tables, ["v0"])["v0"]
    assert all(c["text"] is None and c["id"].startswith("m0-") for c in listed)


def test_time_lines_hold_every_reversal(tables: Tables) -> None:
    (line,) = time_lines(tables, ["v0"]).values()
    n = tables.reversals.filter(tables.reversals.key == "v0").count().to_pyarrow().as_py()
    assert sum(map(sum, line["masses"])) + line["later"] == pytest.approx(n, abs=2)
    assert max(line["bins"]) <= BINS + 1


def test_no_videos(tables: Tables) -> None:
    assert exposing_comments(tables, []) == {} and time_lines(tables, []) == {}
