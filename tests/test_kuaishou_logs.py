from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from huizan.inference.importing import import_counts
from huizan.inference.kuaishou_logs import NO_TEXTS, read_kuairand, read_kuairec
from huizan.model.errors import InputError

DAILY = (
    "video_id,date,author_id,video_type,upload_dt,upload_type,visible_status,video_duration,video_width,video_height,music_id,"
    "video_tag_id,video_tag_name,show_cnt,like_cnt,like_user_num,click_like_cnt,double_click_cnt,cancel_like_cnt,"
    "cancel_like_user_num,comment_cnt"
)
CAPTIONS = (
    "video_id,manual_cover_text,caption,topic_tag,first_level_category_id,first_level_category_name,"
    "second_level_category_id,second_level_category_name,third_level_category_id,third_level_category_name"
)
STATISTIC = "video_id,counts,show_cnt,like_cnt,like_user_num,click_like_cnt,double_click_cnt,cancel_like_cnt,cancel_like_user_num"
BASIC = (
    "video_id,author_id,video_type,upload_dt,upload_type,visible_status,video_duration,server_width,server_height,music_id,"
    "music_type,tag"
)


def a_day(video: int, day: int, likes: object, cancelled: object, author: int = 9) -> str:
    facts = f"{video},{day},{author},NORMAL,2020-03-30,ShortImport,public,5966.0,720,1280,3350323409,841,建筑"
    return f"{facts},11092,{likes},{likes},2,1,{cancelled},{cancelled},0"


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def tables(name: str, path: Path, tmp_path: Path) -> dict[str, list[dict[str, Any]]]:
    source = {"kuairec": read_kuairec, "kuairand": read_kuairand}[name]
    done = import_counts(name, source, path, tmp_path / "out")
    return {name: pq.read_table(done.out / name).to_pylist() for name in done.tables}


def test_kuairec(tmp_path: Path) -> None:
    data = tmp_path / "KuaiRec" / "data"
    write(
        data / "item_daily_features.csv", DAILY, a_day(0, 20200705, 100, 10), a_day(0, 20200706, 50.0, 3),
        a_day(1, 20200705, 7, 1, author=8), a_day(0, 20200706, 50.0, 3), a_day(1, 20200706, "", 1, author=8), "1,20200707",
    )  # fmt: skip
    write(
        data / "kuairec_caption_category.csv", CAPTIONS,
        '0,UNKNOWN,"街头, 偶遇 #感人",[],8,颜值,673,颜值随拍,-124,UNKNOWN',
        '1,看到最后,演的吧,"[搞笑,日常]",-124,UNKNOWN,-124,UNKNOWN,-124,UNKNOWN', "2,a,b",
    )  # fmt: skip
    write(data / "big_matrix.csv", "user_id,video_id,watch_ratio", "1,0,0.5")
    found = tables("kuairec", data, tmp_path)
    first, second = found["videos.parquet"]
    assert (first["video_id"], first["title"], first["category"]) == ("0", "街头, 偶遇 #感人", "颜值")
    assert (first["creator_id"], first["duration_ms"], first["hashtags"]) == ("9", 5966, ["感人"])
    assert first["published_at"].date() == date(2020, 3, 29), "midnight in China"
    assert (second["ocr_text"], second["category"], second["hashtags"]) == (
        "看到最后",
        None,
        ["搞笑", "日常"],
    )
    days = [
        (d["video_id"], d["creator_id"], d["day"].day, d["likes"], d["cancelled"])
        for d in found["daily.parquet"]
    ]
    assert days == [("0", "9", 5, 100, 10), ("0", "9", 6, 50, 3), ("1", "8", 5, 7, 1)]
    told = (tmp_path / "out" / "unfit.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(told) == 4
    for words in ('"line": 5', '"line": 6', '"line": 7', 'category.csv", "line": 4'):
        assert any(words in line for line in told), words


def test_kuairand_has_totals_and_no_days(tmp_path: Path) -> None:
    data = tmp_path / "KuaiRand-Pure" / "data"
    write(
        data / "video_features_statistic_pure.csv", STATISTIC, "0,66,75.2,0.303030,0.3,0.03,0.27,0.484848,0.48",
        "1,10,9,2.5,2,1,1,0.1,0.1",
    )  # fmt: skip
    write(
        data / "video_features_basic_pure.csv",
        BASIC,
        '0,441,NORMAL,2020-07-08,ShortImport,1,17200.0,720,1280,9,4,"12,65"',
    )
    write(
        data / "kuairand_video_captions.csv",
        "final_video_id,caption,show_cover_text",
        "0,街头 #感人,看到最后",
        "1,演的吧,",
    )
    found = tables("kuairand", tmp_path / "KuaiRand-Pure", tmp_path)
    assert found["daily.parquet"] == [
        {"video_id": "0", "creator_id": "441", "day": None, "likes": 20, "cancelled": 32},
        {"video_id": "1", "creator_id": None, "day": None, "likes": 25, "cancelled": 1},
    ]
    first = found["videos.parquet"][0]
    assert (first["title"], first["ocr_text"], first["duration_ms"]) == ("街头 #感人", "看到最后", 17_200)


def test_without_captions_there_are_still_counts(tmp_path: Path) -> None:
    write(tmp_path / "d" / "item_daily_features.csv", DAILY, a_day(0, 20200705, 100, 10))
    found = tables("kuairec", tmp_path / "d", tmp_path)
    assert found["videos.parquet"][0]["title"] is None and len(found["daily.parquet"]) == 1
    assert NO_TEXTS in (tmp_path / "out" / "import.json").read_text(encoding="utf-8")


def test_what_is_not_the_log_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "d" / "other.csv", "a,b", "1,2")
    for name, file in (("kuairec", "item_daily_features.csv"), ("kuairand", "video_features_statistic")):
        with pytest.raises(InputError, match=f"PATH must hold {file}"):
            tables(name, tmp_path / "d", tmp_path)
    write(tmp_path / "d" / "item_daily_features.csv", "photo_id,like_cnt", "1,2")
    with pytest.raises(InputError, match=r"must have the column video_id. Found: photo_id, like_cnt"):
        tables("kuairec", tmp_path / "d", tmp_path)
    assert not (tmp_path / "out").exists()
