from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from huizan.inference.beliefs import beliefs
from huizan.inference.commands import main
from huizan.inference.engines import connect
from huizan.inference.tables import read
from huizan.model.records import TAGGED_COMMENTS, TAGGED_VIDEOS
from sklearn.metrics import log_loss, roc_auc_score

from .worlds import made

DAY = 86_400_000_000


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tagged")
    made("base").write(folder)
    return folder


def believed(folder: Path, videos: str = "videos", until: int | None = None) -> pa.Table:
    con = connect()
    return beliefs(
        read(con, folder / f"{videos}.parquet", TAGGED_VIDEOS),
        read(con, folder / "comments.parquet", TAGGED_COMMENTS),
        until,
    )


def test_comments_tell_more_of_a_video_than_its_own_text_alone(tables: Path) -> None:
    # What a scorer of the simulation saw is hidden; a video counts as staged where un-likes were truly carried by it.
    carried = made("base").truth.to_pandas()
    staged = set(carried.video_id[carried.tag == "staged"])
    found = believed(tables).to_pandas()
    truth = found.video_id.isin(staged)
    assert roc_auc_score(truth, found.believed_staged) > roc_auc_score(truth, found.p_staged) + 0.02
    assert log_loss(truth, found.believed_staged) < log_loss(truth, found.p_staged)


def test_before_the_first_comment_the_text_stands_alone(tables: Path) -> None:
    found = believed(tables, until=0)
    assert set(found["n_comments"].to_pylist()) == {0}
    np.testing.assert_allclose(found["believed_staged"].to_numpy(), found["p_staged"].to_numpy(), atol=1e-4)
    assert not found["moved_staged"].to_numpy().any()


def test_more_comments_are_there_later(tables: Path) -> None:
    first = pq.read_table(tables / "comments.parquet")["created_at"].cast(pa.int64()).to_numpy().min()
    counts = [believed(tables, until=int(first) + days * DAY)["n_comments"].to_numpy() for days in (1, 10)]
    assert (counts[0] <= counts[1]).all() and counts[0].sum() < counts[1].sum()


def test_a_truncated_thread_moves_a_video_less(tables: Path) -> None:
    videos = pq.read_table(tables / "videos.parquet")
    cut = videos.append_column("thread_truncated", pa.array([True] * len(videos)))
    pq.write_table(cut, tables / "cut.parquet")
    whole, part = (np.abs(believed(tables, v)["moved_staged"].to_numpy()) for v in ("videos", "cut"))
    assert part.mean() < 0.7 * whole.mean()


def test_the_command_writes_one_row_per_video(tables: Path, tmp_path: Path) -> None:
    out = tmp_path / "believed.parquet"
    given = ["--videos", str(tables / "videos.parquet"), "--comments", str(tables / "comments.parquet")]
    done = CliRunner().invoke(main, ["believe", *given, "--until", "2026-01-10", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert len(pq.read_table(out)) == len(pq.read_table(tables / "videos.parquet"))
