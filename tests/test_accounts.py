"""What the accounts find in small worlds whose truth is known; large ones are for `huizan-train evaluate --attribution`."""

from pathlib import Path

import numpy as np
import pytest
from huizan.inference.attribution import Attribution, AttributionSettings, attribute
from huizan.inference.credit import credit_of
from huizan.inference.engines import connect
from huizan.inference.scorer import Scorer
from huizan.inference.tables import read, read_likes
from huizan.inference.tagging import tag_comments, tag_videos
from huizan.model.records import EXPOSURES, TAGGED_COMMENTS, TAGGED_VIDEOS
from huizan.training.simulation import Simulated, simulate
from huizan.training.worlds import world_named

from .worlds import share

EXAMPLES = Path(__file__).parents[1] / "examples"


def attributed(world: Simulated, folder: Path) -> Attribution:
    world.write(folder)
    con = connect()
    records = {"videos": TAGGED_VIDEOS, "comments": TAGGED_COMMENTS, "exposures": EXPOSURES}
    others = [
        read(con, folder / f"{n}.parquet", r) if (folder / f"{n}.parquet").exists() else None
        for n, r in records.items()
    ]
    return attribute(
        con, read_likes(con, folder / "likes.parquet"), *others, AttributionSettings(bootstrap=2, placebos=0)
    )


@pytest.mark.parametrize("name", ["base", "four_columns"])
def test_manipulation_is_told_from_poor_content(name: str, tmp_path: Path) -> None:
    world = simulate(world_named(name, likes=40_000), 5)
    found = attributed(world, tmp_path).shares["shares"]
    for cause in ("emotional_manipulation", "content_quality", "social_pressure", "accidental_tap"):
        assert found[cause]["estimate"] == pytest.approx(share(world, cause), abs=0.09), cause
        assert found[cause]["low"] <= share(world, cause) <= found[cause]["high"], cause


# Three thousand un-likes of hollow videos hardly tell the accounts apart: the mixture keeps a part of the wrong one.
@pytest.mark.parametrize(
    ("name", "most"), [("no_manipulation", 0.03), ("hollow_tags", 0.14), ("nothing", 0.03)]
)
def test_no_manipulation_is_found_where_there_is_none(name: str, most: float, tmp_path: Path) -> None:
    found = attributed(simulate(world_named(name, likes=40_000), 5), tmp_path).shares
    emotional = found["shares"]["emotional_manipulation"]
    assert emotional["estimate"] < most
    assert emotional["low"] == 0 and emotional["detected"] is False


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the source is out of reach")
def test_two_modes_that_are_next_to_equal_both_count(tmp_path: Path) -> None:
    """Which of the examples' two is the higher one is a matter of a score's third digit."""
    con, scorer = connect(), Scorer.load(device="cpu")
    tables = tmp_path / "videos.parquet", tmp_path / "comments.parquet"
    tag_videos(con, EXAMPLES / "videos.jsonl", tables[0], scorer)
    tag_comments(con, EXAMPLES / "comments.jsonl", EXAMPLES / "videos.jsonl", tables[1], scorer)
    found = attribute(
        con,
        read_likes(con, EXAMPLES / "likes.parquet"),
        read(con, tables[0], TAGGED_VIDEOS),
        read(con, tables[1], TAGGED_COMMENTS),
        read(con, EXAMPLES / "exposures.parquet", EXPOSURES),
        AttributionSettings(bootstrap=0, placebos=0),
    )
    assert found.fit is not None
    accounts, plan = found.fit.accounts, found.fit.plan
    assert sum(weight for weight, _ in accounts.modes) == pytest.approx(1)
    account = accounts.manipulation.account
    mine = [(w, mode) for w, mode in accounts.modes if mode.account == account]
    assert sum(weight for weight, _ in mine) == pytest.approx(accounts.weight)
    (first, high), (second, low) = mine
    assert first / second == pytest.approx(np.exp((high.evidence - low.evidence) / 5))
    emotional = [
        credit_of(plan, mode.terms, mode.model, floods_seen=True).as_shares()["emotional_manipulation"]
        for _, mode in accounts.modes
    ]
    told = found.shares["shares"]["emotional_manipulation"]["estimate"]
    assert told == pytest.approx(np.dot([weight for weight, _ in accounts.modes], emotional), abs=1e-9)
    both = [
        share for share, (_, mode) in zip(emotional, accounts.modes, strict=True) if mode.account == account
    ]
    assert min(both) < told < max(both)
