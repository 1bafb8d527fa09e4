import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from huizan.inference.importing import import_texts
from huizan.inference.tiktok import read_tiktok
from huizan.model.errors import InputError

from tests.crawls import write_csv, write_jsonl

VIDEO = {
    "id": 7_301_234_567_890_123_456, "create_time": 1_715_760_000, "username": "someone", "region_code": "TW",
    "video_description": "街頭偶遇 #感人", "music_id": 7_300_000_000_000_000_001, "like_count": 10, "comment_count": 2,
    "share_count": 0, "view_count": 99, "hashtag_names": ["感人", "fyp"], "voice_to_text": "看到最後我沉默了",
    "video_label": {"content": ""}, "duration": 12, "favorites_count": 1,
}  # fmt: skip
COMMENTS = [
    {"id": 7_301_234_567_890_120_001, "video_id": VIDEO["id"], "text": "演的吧", "like_count": 3, "reply_count": 1,
     "parent_comment_id": VIDEO["id"], "create_time": 1_715_760_060},
    {"id": 7_301_234_567_890_120_002, "video_id": VIDEO["id"], "text": "[smile] 劇本", "like_count": 0, "reply_count": 0,
     "parent_comment_id": 7_301_234_567_890_120_001, "create_time": 1_715_760_070},
]  # fmt: skip


def tables(path: Path, tmp_path: Path) -> dict[str, list[dict[str, Any]]]:
    done = import_texts("tiktok", read_tiktok, path, tmp_path / "out")
    return {name: pq.read_table(done.out / name).to_pylist() for name in done.tables}


def as_answers(path: Path) -> Path:
    answers = [
        {"data": {"videos": [VIDEO], "cursor": 100}, "error": {"code": "ok"}},
        {"data": {"comments": COMMENTS}},
    ]
    return write_jsonl(path / "answers.jsonl", answers)


def as_one_answer(path: Path) -> Path:
    path.mkdir()
    (path / "v.json").write_text(json.dumps({"data": {"videos": [VIDEO]}}, indent=1), encoding="utf-8")
    (path / "c.json").write_text(json.dumps(COMMENTS), encoding="utf-8")
    return path


def as_records(path: Path) -> Path:
    return write_jsonl(path / "records.jsonl", [VIDEO, *COMMENTS])


def as_csv(path: Path) -> Path:
    write_csv(path / "v.csv", [VIDEO | {"hashtag_names": "感人,fyp"}])
    write_csv(path / "c.csv", COMMENTS)
    return path


@pytest.mark.parametrize("write", [as_answers, as_one_answer, as_records, as_csv])
def test_every_form(tmp_path: Path, write: Any) -> None:
    found = tables(write(tmp_path / "data"), tmp_path)
    (video,) = found["videos.parquet"]
    assert (video["video_id"], video["creator_id"]) == ("7301234567890123456", "someone")
    assert (video["title"], video["transcript"], video["duration_ms"]) == (
        "街頭偶遇 #感人",
        "看到最後我沉默了",
        12_000,
    )
    assert (
        video["hashtags"] == ["感人", "fyp"]
        and video["published_at"].isoformat() == "2024-05-15T08:00:00+00:00"
    )
    assert (video["n_collected"], video["n_total"], video["thread_truncated"]) == (2, 2, False)
    root, reply = found["comments.parquet"]
    assert (
        root["comment_id"] == "7301234567890120001" and root["parent_id"] is None and root["like_count"] == 3
    )
    assert reply["parent_id"] == root["comment_id"] and reply["text"] == "[smile] 劇本"


def test_other_names_of_the_codebook(tmp_path: Path) -> None:
    names = ("duration", "hashtag_names", "voice_to_text", "comment_count")
    row = {name: cell for name, cell in VIDEO.items() if name not in names}
    row |= {"video_duration": "1.5", "hashtags": [{"name": "a"}, {"name": "b"}]}
    (video,) = tables(write_jsonl(tmp_path / "v.jsonl", [row]), tmp_path)["videos.parquet"]
    assert video["duration_ms"] == 1500 and video["hashtags"] == ["a", "b"] and "transcript" not in video
    assert video["thread_truncated"] is None


def test_hashtags_of_the_text_where_there_is_no_column(tmp_path: Path) -> None:
    row = {name: cell for name, cell in VIDEO.items() if name != "hashtag_names"} | {"duration": "long"}
    (video,) = tables(write_jsonl(tmp_path / "v.jsonl", [row]), tmp_path)["videos.parquet"]
    assert video["hashtags"] == ["感人"]
    assert "duration cannot be read" in (tmp_path / "out" / "unfit.jsonl").read_text()


def test_what_is_neither_is_reported(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "v.jsonl", [VIDEO, {"x": 1}, COMMENTS[0]])
    assert len(tables(path, tmp_path)["comments.parquet"]) == 1
    assert '"line": 2' in (tmp_path / "out" / "unfit.jsonl").read_text()
    with pytest.raises(InputError, match="must hold answers of the TikTok Research API"):
        tables(write_jsonl(tmp_path / "w.jsonl", [{"x": 1}]), tmp_path)
