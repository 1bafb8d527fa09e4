from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.model.errors import InputError
from huizan.model.taxonomy import head_names
from huizan.training.labels import read_labels
from huizan.training.readings import joined, read_readings, write_joined

HEAD = "corpus,id,clickbait,staged,controversy,low_quality,unsure,reader\n"


def rows(tmp_path: Path, *lines: str, head: str = HEAD) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(head + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    table = {
        "id": ["1", "2"],
        "text": ["演的吧", "学会了"],
        "incident": ["街头偶遇", ""],
        "title": ["", "三步做凉皮"],
    }
    pq.write_table(pa.table(table), tmp_path / "talk.parquet")
    return tmp_path


def test_readings_get_their_texts_back(tmp_path: Path, corpora: Path) -> None:
    path = rows(tmp_path, "talk,2,0,0,0,0,1,a", "talk,1,0,1,0,0,0,b", "talk,gone,0,0,0,0,0,b")
    assert write_joined(path, corpora, tmp_path / "out.jsonl") == (2, 3)
    labelled = read_labels(tmp_path / "out.jsonl", "comment")
    assert labelled.group.tolist() == ["三步做凉皮", "街头偶遇"]
    assert labelled.unsure.tolist() == [True, False]
    assert labelled.targets[:, head_names().index("comment_staged")].tolist() == [0, 1]


def test_videos_are_told_by_their_columns(tmp_path: Path) -> None:
    path = rows(tmp_path, "talk,1,1,0,0,0,a", head="corpus,id,clickbait,staged,controversy,unsure,reader\n")
    assert read_readings(path)[0] == "video"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("talk,1,0,2,0,0,0,a", "staged is '2'"),
        ("elsewhere,1,0,1,0,0,0,a", "no such file"),
        ("talk,9,0,1,0,0,0,a", "none"),
    ],
)
def test_bad_rows_are_refused(tmp_path: Path, corpora: Path, line: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        joined(rows(tmp_path, line), corpora)
