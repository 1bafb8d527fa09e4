import pytest
from huizan.inference.crawled_columns import KEYS, NEW, OLD, TABLES, tell

PERSONAL = {
    "user_id", "sec_uid", "short_user_id", "user_unique_id", "user_signature", "avatar", "ip_location", "sex", "sign",
    "gender", "profile_url", "user_link", "user_avatar", "user_url_token",
}  # fmt: skip


@pytest.mark.parametrize("key", NEW, ids=" ".join)
def test_generations_differ_in_what_identifies_a_person(key) -> None:
    new, old = NEW[key], OLD[key]
    assert set(new) - set(old) == {"creator_hash"} and set(old) - set(new) <= PERSONAL
    assert len(new) < len(old), "they are told by their width"
    assert [name for name in new if name != "creator_hash"] == [name for name in old if name in new]
    assert set(new) >= KEYS[key]


@pytest.mark.parametrize("key", NEW, ids=" ".join)
def test_a_header_tells_platform_and_item(key) -> None:
    for columns in (NEW[key], OLD[key], ("id", *OLD[key], "add_ts")):
        assert tell(columns) == key
    fewer = tuple(name for name in OLD[key] if name not in ("source_keyword", "xsec_token", "like_count"))
    assert tell(fewer, key[0]) == key


def test_other_headers() -> None:
    assert tell(("user_id", "nickname", "fans")) is None
    assert tell(("video_id", "title")) is None and tell(()) is None
    assert tell(NEW["douyin", "contents"], "weibo") == ("douyin", "contents")


def test_widths_as_published() -> None:
    assert (len(NEW["douyin", "contents"]), len(OLD["douyin", "contents"])) == (18, 24)
    assert (len(NEW["xhs", "comments"]), len(OLD["xhs", "comments"])) == (11, 13)
    assert set(TABLES.values()) == set(NEW)
