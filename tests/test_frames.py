from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.inference import Scorer, frames
from huizan.inference.engines import connect
from huizan.inference.tagging import tag_comments, tag_videos
from huizan.model.errors import InputError
from huizan.model.taxonomy import tag_names

TEXTS = ["演的吧", "好看", None, "", "nan", "标题党[doge]", "演的吧"]
TITLES = ["街头演的", None, "标题", "标题", "", "摆拍", "街头演的"]
VIDEOS = [
    {"video_id": "v1", "title": "街头演的", "hashtags": ["剧本", "摆拍"], "transcript": None},
    {"video_id": "v2", "title": None, "hashtags": None, "transcript": "这个好看"},
    {"video_id": "v3", "title": "", "hashtags": [], "transcript": None},
]


@pytest.fixture(scope="module")
def scorer(tiny_checkpoint: Path) -> Scorer:
    return Scorer.load(tiny_checkpoint, device="cpu", thresholds={"staged": 0.49}, abstain=0.001)


@pytest.fixture(scope="module")
def expected(scorer: Scorer, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """What `huizan tag` writes of the same comments."""
    folder = tmp_path_factory.mktemp("tagged")
    ids = [str(i) for i in range(len(TEXTS))]
    pq.write_table(pa.table({"comment_id": ids, "video_id": ids, "text": TEXTS}), folder / "c.parquet")
    pq.write_table(pa.table({"video_id": ids, "title": TITLES}), folder / "v.parquet")
    tag_comments(connect(), folder / "c.parquet", folder / "v.parquet", folder / "out.parquet", scorer)
    return pq.read_table(folder / "out.parquet")


def check(found: Any, expected: pa.Table) -> None:
    """The tags' columns of a table, as Arrow, are those of `huizan tag`."""
    for tag in tag_names("comment"):
        ours, theirs = found[f"p_{tag}"].to_pylist(), expected[f"p_{tag}"].to_pylist()
        assert [p is None for p in ours] == [p is None for p in theirs]
        assert [p for p in ours if p is not None] == pytest.approx(
            [p for p in theirs if p is not None], abs=1e-6
        )
        assert found[f"is_{tag}"].to_pylist() == expected[f"is_{tag}"].to_pylist()


def arrow() -> pa.Table:
    return pa.table({"n": range(len(TEXTS)), "text": TEXTS, "title": TITLES})


def test_arrow_in_arrow_out(scorer: Scorer, expected: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "ROWS", 3)
    found = scorer.score_table(arrow(), "comment")
    assert isinstance(found, pa.Table) and found.column_names[:3] == ["n", "text", "title"]
    assert found["n"].to_pylist() == list(range(len(TEXTS)))
    check(found, expected)
    again = scorer.score_table(found, "comment")  # its own columns are replaced, not doubled
    assert again.schema == found.schema
    check(again, expected)


def test_pandas_in_pandas_out_with_its_index(scorer: Scorer, expected: pa.Table) -> None:
    frame = arrow().to_pandas()
    frame.index = pd.Index([f"row {i}" for i in range(len(frame))][::-1])
    frame["text"] = frame["text"].astype("category")
    before = frame.copy()
    found = scorer.score_table(frame, "comment")
    pd.testing.assert_frame_equal(frame, before)  # not changed in place
    assert isinstance(found, pd.DataFrame) and found.index.equals(frame.index)
    assert found["p_staged"].dtype == np.float32 and found["is_staged"].dtype == pd.BooleanDtype()
    check(pa.Table.from_pandas(found.drop(columns="text"), preserve_index=False), expected)


def test_polars_in_polars_out(scorer: Scorer, expected: pa.Table) -> None:
    found = scorer.score_table(pl.from_arrow(arrow()), "comment")
    assert isinstance(found, pl.DataFrame) and found.columns[:3] == ["n", "text", "title"]
    assert found.schema["p_staged"] == pl.Float32 and found.schema["is_staged"] == pl.Boolean
    check(found.to_arrow(), expected)


def test_a_stream_is_judged_batch_by_batch(scorer: Scorer, expected: pa.Table) -> None:
    batches = arrow().to_batches(max_chunksize=2)
    read: list[int] = []

    def counted():
        for batch in batches:
            read.append(batch.num_rows)
            yield batch

    stream = scorer.score_table(pa.RecordBatchReader.from_batches(batches[0].schema, counted()), "comment")
    assert isinstance(stream, pa.RecordBatchReader) and read == []
    check(stream.read_all(), expected)


def test_whatever_gives_an_arrow_stream(scorer: Scorer, expected: pa.Table) -> None:
    class Stream:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return arrow().__arrow_c_stream__(requested_schema)

    found = scorer.score_table(Stream(), "comment")
    assert isinstance(found, pa.Table)
    check(found, expected)


@pytest.mark.parametrize("make", [pa.Table.from_pylist, pd.DataFrame, pl.DataFrame])
def test_videos_with_lists_of_hashtags(scorer: Scorer, tmp_path: Path, make: Any) -> None:
    pq.write_table(pa.Table.from_pylist(VIDEOS), tmp_path / "v.parquet")
    tag_videos(connect(), tmp_path / "v.parquet", tmp_path / "out.parquet", scorer)
    theirs = pq.read_table(tmp_path / "out.parquet")
    found = scorer.score_table(make(VIDEOS), "video")
    for tag in tag_names("video"):
        ours = [None if v is None or v != v else v for v in list(found[f"p_{tag}"])]
        ours = [v.as_py() if isinstance(v, pa.Scalar) else v for v in ours]
        assert ours[2] is None and theirs[f"p_{tag}"][2].as_py() is None
        assert ours[:2] == pytest.approx(theirs[f"p_{tag}"].to_pylist()[:2], abs=1e-6)
    assert "p_low_quality" not in (found.column_names if isinstance(found, pa.Table) else found.columns)


def test_no_rows_are_no_problem(scorer: Scorer) -> None:
    for frame in (arrow().slice(0, 0), arrow().slice(0, 0).to_pandas(), pl.from_arrow(arrow().slice(0, 0))):
        found = scorer.score_table(frame, "comment")
        assert len(found) == 0 and type(found) is type(frame)


def test_what_is_no_table_of_texts_is_refused(scorer: Scorer) -> None:
    with pytest.raises(InputError, match="has n, title"):
        scorer.score_table(arrow().drop_columns(["text"]), "comment")
    with pytest.raises(InputError, match="one of title"):
        scorer.score_table(pd.DataFrame({"text": ["好"]}), "video")
    with pytest.raises(InputError, match=r"builtins\.list"):
        scorer.score_table(["好"], "comment")
    with pytest.raises(InputError, match="collect a lazy one"):
        scorer.score_table(pl.DataFrame({"text": ["好"]}).lazy(), "comment")


def test_a_relation_of_duckdb(scorer: Scorer) -> None:
    relation = duckdb.sql("SELECT '演的吧' AS text")
    found = scorer.score_table(relation, "comment")
    assert found["p_staged"].to_pylist() == pytest.approx([scorer.score_comments(["演的吧"])[0, 1]], abs=1e-6)
