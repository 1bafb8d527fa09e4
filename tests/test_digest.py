from pathlib import Path

import pytest
from huizan.inference.creators import LEAST
from huizan.inference.digest import GROUPS_SHOWN, MONDAY, OF_THE_VIDEO, WEEK, Digest, digest
from huizan.inference.engines import connect
from huizan.inference.outcome import document, open_tables
from huizan.model.taxonomy import cause_names

from .made_outputs import make


def _digest(folder: Path) -> Digest:
    tables = open_tables(connect(), folder)
    return digest(
        tables, document(folder, "shares.json", "shares"), document(folder, "checks.json", "checks")["checks"]
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Digest:
    return _digest(make(tmp_path_factory.mktemp("outputs"), surface=True, reversals=500, videos=30))


def test_groups_lose_nothing(found: Digest) -> None:
    assert set(found.groups) == {"tag", "category", "creator_id", "surface", "week"}
    for dimension, rows in found.groups.items():
        if dimension != "tag":  # a video may carry several
            assert sum(row["n"] for row in rows) == 500
        for row in rows:
            assert sum(row[c] for c in cause_names()) == pytest.approx(row["n"])


def test_small_groups_are_added_up(found: Digest) -> None:
    rows = found.groups["creator_id"]
    assert len(rows) <= GROUPS_SHOWN + 1
    alone = [row["n"] for row in rows if not row["others"]]
    assert alone == sorted(alone, reverse=True) and not any(row["others"] for row in rows[:-1])


def test_creators_with_few_unlikes_have_neither_a_name_nor_a_group(tmp_path: Path) -> None:
    """Of fifteen creators those with fewer un-likes than the least are added up, and left out where even that is few."""
    few = _digest(make(tmp_path / "few", reversals=150, videos=40))
    rows = few.groups["creator_id"]
    assert all(row["n"] >= LEAST for row in rows) and rows[-1]["others"] > 1
    named = {row["name"] for row in rows if not row["others"]}
    assert {row["creator_id"] for row in few.videos} == named | {None}
    assert _digest(make(tmp_path / "none", reversals=LEAST - 1)).groups.get("creator_id", []) == []


def test_unlikes_without_a_leading_cause_are_counted(found: Digest) -> None:
    assert 0 < found.undetermined < 500


def test_weeks_begin_on_monday(found: Digest) -> None:
    assert all((row["name"] - MONDAY) % WEEK == 0 for row in found.groups["week"])


def test_videos_are_ordered_by_what_they_lost(found: Digest) -> None:
    excess = [row["excess"] for row in found.videos]
    assert excess == sorted(excess, reverse=True)
    for row in found.videos:
        assert row["excess"] == pytest.approx(sum(row[c] for c in OF_THE_VIDEO))
        assert row["reversals"] == pytest.approx(sum(row[c] for c in cause_names()))
        assert row["content_quality_low"] <= row["content_quality"] <= row["content_quality_high"]


def test_without_texts(tmp_path: Path) -> None:
    found = _digest(make(tmp_path, tables=()))
    assert set(found.groups) == {"week"} and "title" not in found.videos[0]


def test_nothing_was_taken_back(tmp_path: Path) -> None:
    found = _digest(make(tmp_path, reversals=0))
    assert (found.period, found.groups, found.videos, found.ages) == (None, {}, [], [])
