import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from huizan.inference.importing import import_texts
from huizan.inference.wechat_channels import read_wechat_channels
from huizan.model.errors import InputError

HISTORY = (
    "ID,Title,Author,AuthorID,Duration,Size,Resolution,CoverURL,VideoURL,DecryptKey,BrowseTime,LikeCount,CommentCount,"
    "FavCount,ForwardCount,PageURL,CreatedAt,UpdatedAt"
)
DOWNLOADS = (
    "ID,标题,视频号名称,视频号分类,公众号名称,视频链接,页面链接,文件大小,时长,阅读量,点赞量,评论量,收藏数,转发数,创建时间,"
    "IP所在地,下载时间,页面来源,搜索关键词"
)
VIDEO = "14300000000000000123"


def a_comment(name: str, **more: Any) -> dict[str, Any]:
    return {
        "username": f"user_{name}", "nickname": "某人", "content": "演的吧[旺柴]", "commentId": name, "replyCommentId": "",
        "headUrl": "https://img", "levelTwoComment": [], "createtime": "1715760000", "likeFlag": 0, "likeCount": 12,
        "expandCommentCount": 0, "lastBuffer": "", "continueFlag": 0, "displayFlag": 0, "replyContent": "",
        "upContinueFlag": 0, "extFlag": 0, "contentType": 0, "reportJson": "", "dislikeCount": 0,
        "ipRegionInfo": {"regionText": "广东"},
    } | more  # fmt: skip


def a_thread(*comments: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "objectId": VIDEO, "objectNonceId": "n", "title": "街头偶遇 #正能量", "author": "某频道",
        "commentInfo": list(comments), "countInfo": {"commentCount": 2}, "lastBuffer": "", "upContinueFlag": 0,
        "downContinueFlag": 0, "originalCommentCount": 2, "savedAt": "2026-08-01T10:00:00+08:00", "source": "api",
    } | more  # fmt: skip


def write_thread(folder: Path, thread: dict[str, Any], name: str = "街头偶遇.json") -> Path:
    path = folder / "comment_data" / "2026-08-01" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(thread, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def write_list(path: Path, columns: str, *rows: dict[str, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, columns.split(","), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def tables(path: Path, tmp_path: Path) -> dict[str, list[dict[str, Any]]]:
    done = import_texts("wx-channels", read_wechat_channels, path, tmp_path / "out")
    return {name: pq.read_table(done.out / name).to_pylist() for name in done.tables}


def test_a_thread_with_replies(tmp_path: Path) -> None:
    reply = a_comment("r1", replyCommentId="c1", content="剧本", createtime="1715760600")
    omitted = {name: cell for name, cell in a_comment("r2").items() if name not in ("headUrl", "createtime")}
    root = a_comment("c1", levelTwoComment=[reply, omitted], expandCommentCount=2)
    path = write_thread(tmp_path / "downloads", a_thread(root, a_comment("c2"), originalCommentCount=4))
    found = tables(path, tmp_path)
    (video,) = found["videos.parquet"]
    assert (video["video_id"], video["title"], video["creator_id"]) == (VIDEO, "街头偶遇 #正能量", "某频道")
    assert video["hashtags"] == ["正能量"]
    assert (video["n_collected"], video["n_total"], video["thread_truncated"]) == (4, 4, False)
    comments = found["comments.parquet"]
    assert [(c["comment_id"], c["parent_id"]) for c in comments] == [
        ("c1", None),
        ("r1", "c1"),
        ("r2", "c1"),
        ("c2", None),
    ]
    assert (
        comments[0]["text"] == "演的吧[旺柴]"
        and comments[0]["user_id"] == "user_c1"
        and comments[0]["like_count"] == 12
    )
    assert (
        comments[1]["created_at"].isoformat() == "2024-05-15T08:10:00+00:00"
        and comments[2]["created_at"] is None
    )


@pytest.mark.parametrize("more", [{"originalCommentCount": 40}, {"countInfo": {"commentCount": 40}}])
def test_a_thread_that_is_not_all_there(tmp_path: Path, more: dict[str, Any]) -> None:
    write_thread(tmp_path / "downloads", a_thread(a_comment("c1"), a_comment("c2"), **more))
    (video,) = tables(tmp_path / "downloads", tmp_path)["videos.parquet"]
    assert (video["n_total"], video["thread_truncated"]) == (40, True)


def test_lists_and_threads_of_the_same_video_meet(tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    write_thread(folder, a_thread(a_comment("c1"), a_comment("c2")))
    write_list(
        folder / "download_records.csv", DOWNLOADS,
        {"ID": f"ID_{VIDEO}", "标题": "街头偶遇 #正能量", "视频号名称": "某频道", "视频号分类": "情感", "评论量": "1.2万",
         "创建时间": "2024-05-15 16:00:00", "下载时间": "2026-07-01 10:00:00"},
    )  # fmt: skip
    write_list(
        folder / "browse_history.csv", HISTORY,
        {"ID": "14300000000000000456", "Title": "别的", "Author": "某频道", "AuthorID": "v2_060000", "CommentCount": "0",
         "BrowseTime": "2026-07-01T10:00:00+08:00", "UpdatedAt": "2026-07-01T10:00:00+08:00"},
    )  # fmt: skip
    other, video = tables(folder, tmp_path)["videos.parquet"]
    assert video["video_id"] == VIDEO and video["category"] == "情感" and video["n_total"] == 2
    assert video["published_at"].isoformat() == "2024-05-15T08:00:00+00:00"
    assert other["video_id"] == "14300000000000000456" and other["thread_truncated"] is False
    assert other["creator_id"] == video["creator_id"] == "某频道"


def test_ids_of_a_list_that_excel_saved_are_refused(tmp_path: Path) -> None:
    path = write_list(tmp_path / "history.csv", HISTORY, {"ID": "1.43E+19", "Title": "街头", "Author": "某"})
    with pytest.raises(
        InputError, match=r"video_id must keep all its digits. Found: history.csv, line 2: 1.43E\+19"
    ):
        tables(path, tmp_path)


def test_other_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "config.json").write_text('{"port": 2025}')
    with pytest.raises(InputError, match=r"holds config.json. Give its downloads folder"):
        tables(tmp_path / "d", tmp_path)
