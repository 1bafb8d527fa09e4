from pathlib import Path

import pytest
from huizan.inference.engines import connect
from huizan.inference.jsonlines import structure
from huizan.inference.tables import read
from huizan.model.errors import InputError
from huizan.model.records import COMMENTS

from tests.tables import jsonl


def test_types_are_those_of_all_rows_not_of_the_first(tmp_path: Path) -> None:
    rows = [{"comment_id": i, "video_id": 1, "text": "好", "like_count": i} for i in range(30_000)]
    rows.append(
        {"comment_id": "last", "video_id": 1, "text": "2024-06-01", "like_count": 0.5, "parent_id": 3}
    )
    table = read(connect(), jsonl(tmp_path / "c.jsonl", *rows), COMMENTS)
    assert str(table.comment_id.type()) == "string" and str(table.parent_id.type()) == "int64"
    last = table.filter(table.comment_id == "last").to_pyarrow().to_pylist()
    assert last == [
        {"comment_id": "last", "video_id": 1, "parent_id": 3, "like_count": 0.5, "text": "2024-06-01"}
    ]


def test_unicode_escapes_and_nested_values(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(
        '{"comment_id": 1, "video_id": 2, "text": "\\u6f14\\u7684 \\ud83d\\ude02", "user": {"id": [1]}}\n\n'
    )
    table = read(connect(), path, COMMENTS)
    assert table.text.to_pyarrow().to_pylist() == ["演的 😂"]


@pytest.mark.parametrize("line", ["3", "[1]", '"text"', "null"])
def test_lines_that_are_no_objects(tmp_path: Path, line: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(InputError, match="Each line must be one JSON object"):
        structure(connect(), [str(path)])
