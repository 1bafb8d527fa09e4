from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from huizan.inference.accounts import leading
from huizan.inference.attribution import Attribution, AttributionSettings, attribute, write
from huizan.inference.design import place
from huizan.inference.engines import connect
from huizan.inference.tables import read, read_likes
from huizan.model import latent
from huizan.model.errors import InputError
from huizan.model.records import EXPOSURES, TAGGED_COMMENTS, TAGGED_VIDEOS
from huizan.model.taxonomy import cause_names
from huizan.training.simulation import simulate
from huizan.training.worlds import world_named

QUICK = AttributionSettings(bootstrap=3, placebos=1, iterations=60)
NAMES = ("likes", "videos", "comments", "exposures")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    simulate(world_named("base", likes=12_000), 3).write(folder)
    return folder


def attributed(folder: Path, without: tuple[str, ...] = ()) -> Attribution:
    con = connect()
    records = {"videos": TAGGED_VIDEOS, "comments": TAGGED_COMMENTS, "exposures": EXPOSURES}
    others = [
        None if name in without else read(con, folder / f"{name}.parquet", r) for name, r in records.items()
    ]
    return attribute(con, read_likes(con, folder / "likes.parquet"), *others, QUICK)


@pytest.fixture(scope="module")
def found(world: Path) -> Attribution:
    return attributed(world)


def changed(world: Path, target: Path, **tables) -> Path:
    target.mkdir()
    for name in NAMES:
        table = pq.read_table(world / f"{name}.parquet")
        pq.write_table(tables.get(name, lambda t: t)(table), target / f"{name}.parquet")
    return target


def shuffled(table: pa.Table) -> pa.Table:
    return table.take(pa.array(np.random.default_rng(5).permutation(len(table))))


def causes_of(found: Attribution) -> dict[tuple, list[float]]:
    rows = found.reversals.select(["liked_at", "unliked_at", *cause_names()]).to_pylist()
    result: dict[tuple, list[float]] = {}
    for row in rows:
        result.setdefault((row["liked_at"], row["unliked_at"]), []).extend(
            row[name] for name in cause_names()
        )
    return {key: sorted(values) for key, values in result.items()}


def same(one: Attribution, two: Attribution) -> None:
    a, b = causes_of(one), causes_of(two)
    assert a.keys() == b.keys()
    for key in a:
        np.testing.assert_allclose(a[key], b[key], atol=1e-6)
    for name in cause_names():
        for limit in ("estimate", "low", "high"):
            assert one.shares["shares"][name][limit] == pytest.approx(
                two.shares["shares"][name][limit], abs=1e-6
            )


def test_every_unlike_has_causes_that_sum_to_one(found: Attribution, world: Path) -> None:
    table = found.reversals
    causes = np.column_stack([table[name].to_numpy() for name in cause_names()])
    assert len(table) == len(pq.read_table(world / "truth.parquet"))
    assert (causes >= 0).all()
    np.testing.assert_allclose(causes.sum(axis=1), 1.0)
    tags = np.column_stack([table[f"tag_{t}"].to_numpy() for t in ("clickbait", "staged", "controversy")])
    assert (tags >= 0).all() and (tags.sum(axis=1) <= 1 + 1e-9).all()


def test_evidence_was_posted_before_the_unlike_under_that_video(found: Attribution, world: Path) -> None:
    comments = {r["comment_id"]: r for r in pq.read_table(world / "comments.parquet").to_pylist()}
    named = [(row, i) for row in found.reversals.to_pylist() for i in row["evidence_comment_ids"]]
    assert len(named) > 100
    for row, i in named:
        assert comments[i]["video_id"] == row["video_id"]
        assert comments[i]["created_at"] < row["unliked_at"]


def test_shuffled_rows_change_nothing(found: Attribution, world: Path, tmp_path: Path) -> None:
    same(found, attributed(changed(world, tmp_path / "w", **dict.fromkeys(NAMES, shuffled))))


def test_relabelled_ids_change_nothing(found: Attribution, world: Path, tmp_path: Path) -> None:
    def relabel(table: pa.Table) -> pa.Table:
        for name in ("user_id", "video_id", "comment_id"):
            if name in table.column_names:
                reverse = pc.utf8_reverse(table[name].cast(pa.string()))
                table = table.set_column(table.column_names.index(name), name, reverse)
        return table

    same(found, attributed(changed(world, tmp_path / "w", **dict.fromkeys(NAMES, relabel))))


def test_comments_dated_after_every_unlike_change_nothing(
    found: Attribution, world: Path, tmp_path: Path
) -> None:
    last = pc.max(pq.read_table(world / "likes.parquet")["observed_until"]).value

    def more(table: pa.Table) -> pa.Table:
        late = table.set_column(
            table.column_names.index("created_at"), "created_at",
            pa.array([last + 3_600_000_000] * len(table), type=pa.int64()).cast(table.schema.field("created_at").type),
        )  # fmt: skip
        for name in ("p_staged", "p_controversy", "p_low_quality"):
            late = late.set_column(
                late.column_names.index(name),
                name,
                pa.array([0.99] * len(late)).cast(late.schema.field(name).type),
            )
        ids = pc.binary_join_element_wise(pa.scalar("late-"), table["comment_id"].cast(pa.string()), "")
        late = late.set_column(late.column_names.index("comment_id"), "comment_id", ids)
        return pa.concat_tables([table, late])

    same(found, attributed(changed(world, tmp_path / "w", comments=more)))


def test_without_optional_tables_it_says_what_was_left_out(world: Path) -> None:
    alone = attributed(world, without=("videos", "comments", "exposures"))
    assert {"videos", "comments", "exposures"} <= {item["column"] for item in alone.shares["left_out"]}
    recommender = alone.shares["shares"]["recommender_correction"]
    assert recommender["low"] == 0 and recommender["detected"] is False  # a stated share, not a finding
    assert alone.shares["shares"]["emotional_manipulation"]["estimate"] < 0.01
    assert alone.shares["shares"]["social_pressure"]["detected"] is False
    checks = {check["name"]: check["passed"] for check in alone.checks["checks"]}
    assert checks["placebo_tags"] is None


def test_no_reversals_is_a_valid_result(world: Path, tmp_path: Path) -> None:
    def kept(table: pa.Table) -> pa.Table:
        none = pa.nulls(len(table), table.schema.field("unliked_at").type)
        return table.set_column(table.column_names.index("unliked_at"), "unliked_at", none)

    nothing = attributed(changed(world, tmp_path / "w", likes=kept))
    assert nothing.shares["n_reversals"] == 0 and len(nothing.reversals) == 0
    assert "nothing to attribute" in nothing.shares["note"]
    assert len(nothing.videos_effect) > 0
    write(nothing, tmp_path / "out")
    assert sorted(f.name for f in (tmp_path / "out").iterdir()) == [
        "checks.json", "reversals.parquet", "shares.json", "videos_effect.parquet",
    ]  # fmt: skip


def test_one_like_only(world: Path, tmp_path: Path) -> None:
    def first(table: pa.Table) -> pa.Table:
        return table.filter(pc.is_valid(table["unliked_at"])).slice(0, 1)

    one = attributed(changed(world, tmp_path / "w", likes=first))
    assert (one.shares["n_likes"], one.shares["n_reversals"]) == (1, 1)
    assert sum(one.shares["shares"][name]["estimate"] for name in cause_names()) == pytest.approx(1)
    assert one.shares["point"] is False


def test_likes_that_cannot_be_used_are_counted_and_most_of_them_refused(world: Path, tmp_path: Path) -> None:
    def backwards(share: float):
        def change(table: pa.Table) -> pa.Table:
            early = pc.subtract(table["liked_at"], pa.scalar(3_600_000_000, pa.duration("us")))
            chosen = pa.array(np.arange(len(table)) < share * len(table))
            return table.set_column(
                table.column_names.index("unliked_at"),
                "unliked_at",
                pc.if_else(chosen, early, table["unliked_at"]),
            )

        return change

    some = attributed(changed(world, tmp_path / "some", likes=backwards(0.01)))
    assert some.summary["likes"] == {"un-liked before the like": 120}
    with pytest.raises(InputError, match="un-liked before the like"):
        attributed(changed(world, tmp_path / "most", likes=backwards(0.6)))


def test_videos_lose_no_more_than_they_lost(found: Attribution) -> None:
    table = found.videos_effect
    reversals = table["reversals"].to_numpy()
    for name in cause_names():
        low, mid, high = (table[f"expected_without_{name}{end}"].to_numpy() for end in ("_low", "", "_high"))
        assert (low <= mid + 1e-9).all() and (mid <= high + 1e-9).all() and (high <= reversals + 1e-9).all()


def test_some_groups_of_videos_alone_say_what_they_say_where_the_others_weigh_nothing(
    found: Attribution,
) -> None:
    assert found.fit is not None
    plan, account = found.fit.plan, found.fit.accounts.manipulation
    weights, part = leading(plan, 7), plan.part(7)
    assert 0 < part.event_bin.size < plan.event_bin.size and len(part.score) < len(plan.score)
    likelihoods = []
    for laid_out in (plan, part):
        totals, evidence = laid_out.totals(weights), laid_out.evidence(account.terms, weights)
        model = latent.with_events(account.model, totals)
        likelihoods.append(latent.expect(model, totals, evidence).log_likelihood)
    assert likelihoods[0] == pytest.approx(likelihoods[1], rel=1e-9)


def test_a_key_is_placed_among_others_or_nowhere() -> None:
    among = pa.chunked_array([["c", "a"], ["b"]])
    np.testing.assert_array_equal(place(pa.chunked_array([["a", "x"], ["b", "c"]]), among), [1, -1, 2, 0])
