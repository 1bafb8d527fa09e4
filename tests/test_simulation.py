import filecmp
import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from huizan.model.records import COMMENTS, EXPOSURES, LIKES, TAGGED_COMMENTS, TAGGED_VIDEOS
from huizan.training.commands import main
from huizan.training.simulation import simulate
from huizan.training.worlds import world_named

from .worlds import made


def test_same_seed_same_bytes(tmp_path):
    world = world_named("base", likes=3_000)
    for name in ("a", "b"):
        simulate(world, 4).write(tmp_path / name)
    simulate(world, 5).write(tmp_path / "c")
    files = [
        "videos.parquet",
        "comments.parquet",
        "likes.parquet",
        "exposures.parquet",
        "truth.parquet",
        "world.json",
    ]
    assert filecmp.cmpfiles(tmp_path / "a", tmp_path / "b", files, shallow=False)[0] == files
    assert not filecmp.cmp(tmp_path / "a/likes.parquet", tmp_path / "c/likes.parquet", shallow=False)


def test_tables_follow_the_contract():
    world = made("base")
    for table, record in (
        (world.videos, TAGGED_VIDEOS), (world.comments, TAGGED_COMMENTS), (world.comments, COMMENTS),
        (world.likes, LIKES), (world.exposures, EXPOSURES),
    ):  # fmt: skip
        assert set(record.required) <= set(table.column_names), record.name
        for column in record.columns:
            if column.name in table.column_names and column.sort == "time":
                assert table.schema.field(column.name).type == pa.timestamp("us", tz="UTC")
            if column.name in table.column_names and column.words:
                assert set(table[column.name].to_pylist()) <= set(column.words)
    assert set(LIKES.names) == set(world.likes.column_names)
    assert pc.all(
        pc.is_in(world.comments["video_id"], value_set=world.videos["video_id"].combine_chunks())
    ).as_py()
    assert pc.min(pc.utf8_length(world.comments["text"])).as_py() > 0
    assert not any(
        "{" in text for text in world.videos["title"].to_pylist() + world.comments["text"].to_pylist()
    )


def test_truth_names_every_unlike_once():
    world = made("base")
    taken = world.likes.filter(pc.is_valid(world.likes["unliked_at"]))
    assert taken.select(world.truth.column_names[:4]).equals(world.truth.select(world.truth.column_names[:4]))
    pairs = set(zip(world.likes["user_id"].to_pylist(), world.likes["video_id"].to_pylist(), strict=True))
    assert len(pairs) == len(world.likes)
    for row in world.truth.to_pylist():
        assert (row["emotional_channel"] is not None) == (row["cause"] == "emotional_manipulation")
        assert row["tag"] is None or row["cause"] in ("emotional_manipulation", "social_pressure")


def test_unlikes_lie_between_like_and_end_of_observation():
    likes = made("base").likes
    taken = likes.filter(pc.is_valid(likes["unliked_at"]))
    assert pc.all(pc.less_equal(taken["liked_at"], taken["unliked_at"])).as_py()
    assert pc.all(pc.less_equal(taken["unliked_at"], taken["observed_until"])).as_py()
    assert pc.all(pc.less(likes["liked_at"], likes["observed_until"])).as_py()
    published = dict(
        zip(*made("base").videos.select(["video_id", "published_at"]).to_pydict().values(), strict=True)
    )
    assert all(
        published[v] <= at
        for v, at in zip(likes["video_id"].to_pylist(), likes["liked_at"].to_pylist(), strict=True)
    )


def test_no_evidence_follows_from_an_unlike():
    """Worlds that differ only in why likes are taken back have the same evidence, byte for byte."""
    base, calm, nothing = made("base"), made("no_manipulation"), made("nothing")
    for other in (calm, nothing):
        assert other.videos.equals(base.videos)
        assert other.comments.equals(base.comments)
        assert other.exposures.equals(base.exposures)
        assert other.likes.drop_columns("unliked_at").equals(base.likes.drop_columns("unliked_at"))


def test_exposed_channel_needs_a_claim_posted_before():
    world = made("base")
    first: dict[str, int] = {}
    said = world.comments.select(["video_id", "created_at"]).to_pydict()
    for video, at in zip(said["video_id"], said["created_at"], strict=True):
        first[video] = min(first.get(video, at), at)
    exposed = world.truth.filter(pc.equal(world.truth["emotional_channel"], "exposed")).to_pylist()
    assert len(exposed) > 30
    assert all(first[row["video_id"]] <= row["unliked_at"] for row in exposed)


def test_corrections_follow_six_similar_impressions():
    world = made("base")
    assert world.exposures is not None
    moments: dict[tuple, list] = {}
    for row in world.exposures.filter(pc.equal(world.exposures["kind"], "similar_impression")).to_pylist():
        moments.setdefault((row["user_id"], row["video_id"]), []).append(row["exposed_at"])
    corrected = world.truth.filter(pc.equal(world.truth["cause"], "recommender_correction")).to_pylist()
    assert corrected
    for row in corrected:
        before = [
            at
            for at in moments[row["user_id"], row["video_id"]]
            if row["liked_at"] <= at <= row["unliked_at"]
        ]
        assert len(before) >= 6


def test_what_a_world_does_not_hand_out():
    missing, four = made("missing_optional"), made("four_columns")
    assert missing.likes.column_names == ["user_id", "video_id", "liked_at", "unliked_at", "observed_until"]
    assert four.likes.column_names == ["user_id", "video_id", "liked_at", "unliked_at"]
    assert missing.exposures is None and four.exposures is None
    assert four.truth.equals(made("base").truth)


def test_coarse_clock_ticks_every_five_seconds():
    world = made("coarse_clock")
    for table, name in (
        (world.likes, "liked_at"),
        (world.likes, "unliked_at"),
        (world.comments, "created_at"),
    ):
        micros = pc.drop_null(table[name].cast(pa.int64())).to_numpy()
        assert (micros % 5_000_000 == 0).all()
    assert pc.any(pc.equal(world.likes["liked_at"], world.likes["unliked_at"])).as_py()


def test_mistaps_take_seconds_and_cleaning_takes_days():
    truth = made("base").truth
    delay = (
        truth["unliked_at"].cast(pa.int64()).to_numpy() - truth["liked_at"].cast(pa.int64()).to_numpy()
    ) / 1e6
    cause = np.array(truth["cause"].to_pylist())
    assert np.quantile(delay[cause == "accidental_tap"], 0.97) < 30
    assert np.median(delay[cause == "content_quality"]) < np.median(delay[cause == "emotional_manipulation"])
    assert np.median(delay[cause == "unexplained"]) > 86_400


@pytest.fixture
def texts(tmp_path):
    videos = [
        {
            "video_id": f"a{i}",
            "creator_id": f"c{i % 3}",
            "title": f"第{i}个",
            "tags": ["staged"] if i % 2 else [],
        }
        for i in range(8)
    ]
    said = {"text": "演的吧", "like_count": 1, "tags": ["staged"]}
    comments = [
        {"comment_id": f"a{i}-{k}", "video_id": f"a{i}", "after_minutes": 10 * k, **said}
        for i in (1, 3)
        for k in range(7)
    ]
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, rows in (("videos_x", videos), ("comments_x", comments)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def test_likes_over_given_texts(texts, tmp_path):
    out = tmp_path / "out"
    arguments = ["simulate", "--likes", "2000", "--texts", str(texts), "--out", str(out)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0 and "2,000 likes" in result.output
    videos = pq.read_table(out / "videos.parquet")
    assert videos["title"].to_pylist() == [f"第{i}个" for i in range(8)]
    comments = pq.read_table(out / "comments.parquet")
    assert comments["text"].to_pylist() == ["演的吧"] * 14
    assert "tags" not in videos.column_names and "after_minutes" not in comments.column_names
    asked = json.loads((out / "world.json").read_text(encoding="utf-8"))
    assert asked["seed"] == 0 and asked["asked"]["likes"] == 2_000


def test_list_of_worlds():
    result = CliRunner().invoke(main, ["simulate", "--list"])
    assert result.exit_code == 0
    assert "five seconds" in result.output
