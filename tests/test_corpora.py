import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.model.errors import InputError
from huizan.training.auxiliary import read_auxiliary
from huizan.training.corpora import write_tasks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    offence = {
        "text": ["你们都一样", "谢谢分享", None, "留给考试的"],
        "labels": ['{"label": "1"}', '{"label": "0"}', '{"label": "0"}', '{"label": "1"}'],
        "split": ["train", "train", "train", "test"],
        "topic": ["region", "region", "gender", "gender"],
    }
    parody = {
        "text": ["笑死", "支持", "没标"],
        "labels": ['{"parody": "1.0", "support": "2"}', '{"parody": "1", "support": ""}', '{"parody": ""}'],
        "title": ["甲", "乙", "丙"],
    }
    pq.write_table(pa.table(offence), tmp_path / "cold.parquet")
    pq.write_table(pa.table(parody), tmp_path / "fanchuan_zh.parquet")
    return tmp_path


def test_tasks_are_written_without_official_test_rows(folder: Path) -> None:
    out = folder / "tasks.jsonl"
    assert write_tasks(folder, out) == {"offence": 2, "parody": 2, "support": 1}
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert rows[0] == {
        "task": "offence", "kind": "comment", "text": "你们都一样", "context": "", "label": "1", "group": "region",
    }  # fmt: skip
    assert [row["label"] for row in rows if row["task"] == "parody"] == ["1", "1"]
    assert [task.name for task in read_auxiliary(out)] == ["offence", "parody", "support"]


def test_a_corpus_can_be_left_out_and_none_at_all_is_refused(folder: Path, tmp_path: Path) -> None:
    assert write_tasks(folder, folder / "t.jsonl", ("cold",)) == {"parody": 2, "support": 1}
    with pytest.raises(InputError, match=r"NAME\.parquet"):
        write_tasks(folder, folder / "none.jsonl", ("cold", "fanchuan_zh"))
    assert not (folder / "none.jsonl").exists()
