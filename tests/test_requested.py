from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from huizan.inference import requested
from huizan.inference.attribution import Attribution, AttributionSettings, attribute
from huizan.inference.audit import audited
from huizan.inference.creators import creators
from huizan.inference.engines import connect
from huizan.inference.tables import read, read_likes
from huizan.model.errors import InputError
from huizan.model.records import AUDITED, EXPOSURES, TAGGED_COMMENTS, TAGGED_VIDEOS
from huizan.model.taxonomy import cause_names, tag_names
from huizan.training.simulation import simulate
from huizan.training.worlds import world_named

LIKES = 15_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    simulate(world_named("base", likes=LIKES, likes_per_video=60.0), 4).write(folder)
    return folder


@pytest.fixture(scope="module")
def found(world: Path) -> Attribution:
    con = connect()
    records = {"videos": TAGGED_VIDEOS, "comments": TAGGED_COMMENTS, "exposures": EXPOSURES}
    tables = [read(con, world / f"{name}.parquet", record) for name, record in records.items()]
    settings = AttributionSettings(bootstrap=2, placebos=1, iterations=60)
    return attribute(con, read_likes(con, world / "likes.parquet"), *tables, settings)


def test_every_like_gets_a_label_and_a_weight(found: Attribution, tmp_path: Path) -> None:
    requested.write_labels(found, tmp_path / "labels.parquet")
    table = pq.read_table(tmp_path / "labels.parquet")
    assert len(table) == LIKES
    back = np.array(pc.is_valid(table["unliked_at"]))
    label = table["label"].to_numpy()
    assert (label == ~back).all()
    for name in ("weight", "lasting", "dropped", "out_of_taste", "topic_cooldown"):
        values = table[name].to_numpy()
        assert ((values >= 0) & (values <= 1 + 1e-9)).all(), name
    assert not table["dropped"].to_numpy()[~back].any()
    names = ("weight", "dropped", "out_of_taste", "topic_cooldown")
    assert (sum(table[name].to_numpy()[back] for name in names) <= 1 + 1e-9).all()


def test_a_like_that_has_stood_for_long_is_likelier_to_last(found: Attribution, tmp_path: Path) -> None:
    requested.write_labels(found, tmp_path / "labels.parquet")
    table = pq.read_table(tmp_path / "labels.parquet").filter(pc.field("label") == 1)
    liked = table["liked_at"].cast(pa.int64()).to_numpy()
    lasting = table["lasting"].to_numpy()
    old = liked < np.quantile(liked, 0.2)  # all are observed until about the same moment
    young = liked > np.quantile(liked, 0.995)
    assert lasting[old].mean() > lasting[young].mean()


def test_the_ledger_sums_to_the_likes_and_to_the_tags(found: Attribution, tmp_path: Path) -> None:
    requested.write_ledger(found, tmp_path / "ledger.parquet")
    table = pq.read_table(tmp_path / "ledger.parquet")
    assert pc.sum(table["likes"]).as_py() == LIKES
    assert pc.sum(table["reversals"]).as_py() == len(found.reversals)
    for tag in tag_names("video"):
        total = pc.sum(found.reversals[f"tag_{tag}"]).as_py()
        assert pc.sum(table[f"rejected_{tag}"]).as_py() == pytest.approx(total)
        assert (table[f"approved_{tag}"].to_numpy() <= table["likes"].to_numpy() + 1e-9).all()


def test_creators_below_the_least_cell_show_nothing(found: Attribution, world: Path) -> None:
    videos = read(connect(), world / "videos.parquet", TAGGED_VIDEOS)
    table = creators(found.videos_effect, videos, least=40)
    reversals = table["reversals"].to_numpy()
    assert reversals.sum() == len(found.reversals) and (np.diff(reversals) <= 0).all()
    shown = np.array(pc.is_valid(table["content_quality"]))
    assert (shown == (reversals >= 40)).all() and shown.any() and not shown.all()
    rows = table.filter(pa.array(shown)).to_pylist()
    for row in rows:
        total = sum(row[name] for name in cause_names())
        assert total == pytest.approx(1, abs=0.2)  # each is shrunk by itself
        for name in cause_names():
            assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]


def test_creators_need_videos_that_name_them(world: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="creator_id"):
        requested.check_creators(None)
    bare = pq.read_table(world / "videos.parquet").drop_columns(["creator_id"])
    pq.write_table(bare, tmp_path / "videos.parquet")
    with pytest.raises(InputError, match="creator_id"):
        requested.check_creators(read(connect(), tmp_path / "videos.parquet", TAGGED_VIDEOS))


def sample(found: Attribution, tmp_path: Path, truth: np.ndarray, drawn: np.ndarray):
    assert found.fit is not None
    keys = found.fit.inputs.packages["key"].take(pa.array(drawn))
    checked = pa.table(
        {
            "video_id": keys,
            "is_staged": truth[drawn],
            "drawn_with": np.full(drawn.size, drawn.size / len(truth)),
        }
    )
    pq.write_table(checked, tmp_path / "checked.parquet")
    return read(connect(), tmp_path / "checked.parquet", AUDITED)


def test_an_audit_corrects_the_share_towards_the_truth(found: Attribution, tmp_path: Path) -> None:
    """Were no video staged, the corrected share would be about zero, however sure the tagger was."""
    assert found.fit is not None
    n = len(found.fit.inputs.packages)
    every = np.arange(n)
    none = audited(found.fit, sample(found, tmp_path, np.zeros(n, dtype=bool), every), found.shares)["staged"]
    assert none["estimate"] == pytest.approx(0, abs=1e-9) and none["uncorrected"] > 0.02
    some = np.random.default_rng(0).choice(n, n // 3, replace=False)
    drawn = audited(found.fit, sample(found, tmp_path, np.zeros(n, dtype=bool), some), found.shares)["staged"]
    assert drawn["low"] <= 0.02 <= drawn["high"]
    assert (
        drawn["high"] - drawn["low"]
        > found.shares["tags"]["staged"]["high"] - found.shares["tags"]["staged"]["low"] - 1e-9
        or drawn["low"] == 0
    )


def test_a_video_not_checked_for_a_tag_says_nothing_of_it(found: Attribution, tmp_path: Path) -> None:
    assert found.fit is not None
    keys = found.fit.inputs.packages["key"]
    n = len(keys)
    half = pa.array([False if i % 2 else None for i in range(n)])
    table = pa.table({"video_id": keys, "is_staged": pa.array([False] * n), "is_clickbait": half})
    pq.write_table(table, tmp_path / "half.parquet")
    told = audited(found.fit, read(connect(), tmp_path / "half.parquet", AUDITED), found.shares)
    assert told["staged"]["checked"] == n and told["clickbait"]["checked"] == n // 2
    unchecked = table.set_column(2, "is_clickbait", pa.nulls(n, pa.bool_()))
    pq.write_table(unchecked, tmp_path / "none.parquet")
    with pytest.raises(InputError, match="is_clickbait"):
        audited(found.fit, read(connect(), tmp_path / "none.parquet", AUDITED), found.shares)


def test_an_audit_of_few_videos_is_refused(found: Attribution, tmp_path: Path) -> None:
    assert found.fit is not None
    few = sample(found, tmp_path, np.ones(len(found.fit.inputs.packages), dtype=bool), np.arange(5))
    with pytest.raises(InputError, match="at least 30"):
        audited(found.fit, few, found.shares)
