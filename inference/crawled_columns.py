"""Columns of MediaCrawler's exports, in their order, in both generations.

The generation since July 2026 replaced what identifies a person by `creator_hash`, which under a comment is the
commenter's; files of the old one, with `user_id`, are still what most people hold. Order matters because a CSV that was appended
to after the change holds rows of both under one header. Read from the exports of github.com/NanmiCoder/MediaCrawler
(d6f7c5bb, and the parent of 9f4f8bf); no code of it is used.
"""

from typing import Literal

Platform = Literal["douyin", "bili", "kuaishou", "weibo", "xhs", "tieba", "zhihu"]
Item = Literal["contents", "comments"]
Columns = tuple[str, ...]


def _columns(names: str) -> Columns:
    return tuple(names.split())


NEW: dict[tuple[Platform, Item], Columns] = {
    ("douyin", "contents"): _columns(
        "aweme_id aweme_type title desc create_time creator_hash nickname liked_count collected_count comment_count "
        "share_count last_modify_ts aweme_url cover_url video_download_url music_download_url note_download_url "
        "source_keyword"
    ),
    ("douyin", "comments"): _columns(
        "comment_id create_time aweme_id content creator_hash nickname sub_comment_count like_count last_modify_ts "
        "parent_comment_id pictures"
    ),
    ("bili", "contents"): _columns(
        "video_id video_type title desc create_time creator_hash nickname liked_count disliked_count video_play_count "
        "video_favorite_count video_share_count video_coin_count video_danmaku video_comment last_modify_ts video_url "
        "video_cover_url source_keyword"
    ),
    ("bili", "comments"): _columns(
        "comment_id parent_comment_id create_time video_id content creator_hash nickname sub_comment_count like_count "
        "last_modify_ts"
    ),
    ("kuaishou", "contents"): _columns(
        "video_id video_type title desc create_time creator_hash nickname liked_count viewd_count last_modify_ts "
        "video_url video_cover_url video_play_url source_keyword"
    ),
    ("kuaishou", "comments"): _columns(
        "comment_id create_time video_id content creator_hash nickname sub_comment_count last_modify_ts"
    ),
    ("weibo", "contents"): _columns(
        "note_id content create_time create_date_time liked_count comments_count shared_count last_modify_ts note_url "
        "creator_hash nickname source_keyword"
    ),
    ("weibo", "comments"): _columns(
        "comment_id create_time create_date_time note_id content sub_comment_count comment_like_count last_modify_ts "
        "parent_comment_id creator_hash nickname"
    ),
    ("xhs", "contents"): _columns(
        "note_id type title desc video_url time last_update_time creator_hash nickname liked_count collected_count "
        "comment_count share_count image_list tag_list last_modify_ts note_url source_keyword xsec_token"
    ),
    ("xhs", "comments"): _columns(
        "comment_id create_time note_id content creator_hash nickname sub_comment_count pictures parent_comment_id "
        "last_modify_ts like_count"
    ),
    ("tieba", "contents"): _columns(
        "note_id title desc note_url publish_time creator_hash user_nickname tieba_name tieba_link total_replay_num "
        "total_replay_page source_keyword last_modify_ts"
    ),
    ("tieba", "comments"): _columns(
        "comment_id parent_comment_id content creator_hash user_nickname publish_time sub_comment_count note_id "
        "note_url tieba_id tieba_name tieba_link last_modify_ts"
    ),
    ("zhihu", "contents"): _columns(
        "content_id content_type content_text content_url question_id title desc created_time updated_time "
        "voteup_count comment_count source_keyword creator_hash user_nickname last_modify_ts"
    ),
    ("zhihu", "comments"): _columns(
        "comment_id parent_comment_id content publish_time sub_comment_count like_count dislike_count content_id "
        "content_type creator_hash user_nickname last_modify_ts"
    ),
}
OLD: dict[tuple[Platform, Item], Columns] = {
    ("douyin", "contents"): _columns(
        "aweme_id aweme_type title desc create_time user_id sec_uid short_user_id user_unique_id user_signature "
        "nickname avatar liked_count collected_count comment_count share_count ip_location last_modify_ts aweme_url "
        "cover_url video_download_url music_download_url note_download_url source_keyword"
    ),
    ("douyin", "comments"): _columns(
        "comment_id create_time ip_location aweme_id content user_id sec_uid short_user_id user_unique_id "
        "user_signature nickname avatar sub_comment_count like_count last_modify_ts parent_comment_id pictures"
    ),
    ("bili", "contents"): _columns(
        "video_id video_type title desc create_time user_id nickname avatar liked_count disliked_count "
        "video_play_count video_favorite_count video_share_count video_coin_count video_danmaku video_comment "
        "last_modify_ts video_url video_cover_url source_keyword"
    ),
    ("bili", "comments"): _columns(
        "comment_id parent_comment_id create_time video_id content user_id nickname sex sign avatar "
        "sub_comment_count like_count last_modify_ts"
    ),
    ("kuaishou", "contents"): _columns(
        "video_id video_type title desc create_time user_id nickname avatar liked_count viewd_count last_modify_ts "
        "video_url video_cover_url video_play_url source_keyword"
    ),
    ("kuaishou", "comments"): _columns(
        "comment_id create_time video_id content user_id nickname avatar sub_comment_count last_modify_ts"
    ),
    ("weibo", "contents"): _columns(
        "note_id content create_time create_date_time liked_count comments_count shared_count last_modify_ts note_url "
        "ip_location user_id nickname gender profile_url avatar source_keyword"
    ),
    ("weibo", "comments"): _columns(
        "comment_id create_time create_date_time note_id content sub_comment_count comment_like_count last_modify_ts "
        "ip_location parent_comment_id user_id nickname gender profile_url avatar"
    ),
    ("xhs", "contents"): _columns(
        "note_id type title desc video_url time last_update_time user_id nickname avatar liked_count collected_count "
        "comment_count share_count ip_location image_list tag_list last_modify_ts note_url source_keyword xsec_token"
    ),
    ("xhs", "comments"): _columns(
        "comment_id create_time ip_location note_id content user_id nickname avatar sub_comment_count pictures "
        "parent_comment_id last_modify_ts like_count"
    ),
    ("tieba", "contents"): _columns(
        "note_id title desc note_url publish_time user_link user_nickname user_avatar tieba_name tieba_link "
        "total_replay_num total_replay_page ip_location source_keyword last_modify_ts"
    ),
    ("tieba", "comments"): _columns(
        "comment_id parent_comment_id content user_link user_nickname user_avatar publish_time ip_location "
        "sub_comment_count note_id note_url tieba_id tieba_name tieba_link last_modify_ts"
    ),
    ("zhihu", "contents"): _columns(
        "content_id content_type content_text content_url question_id title desc created_time updated_time "
        "voteup_count comment_count source_keyword user_id user_link user_nickname user_avatar user_url_token "
        "last_modify_ts"
    ),
    ("zhihu", "comments"): _columns(
        "comment_id parent_comment_id content publish_time ip_location sub_comment_count like_count dislike_count "
        "content_id content_type user_id user_link user_nickname user_avatar last_modify_ts"
    ),
}
TABLES: dict[str, tuple[Platform, Item]] = {
    "douyin_aweme": ("douyin", "contents"),
    "douyin_aweme_comment": ("douyin", "comments"),
    "bilibili_video": ("bili", "contents"),
    "bilibili_video_comment": ("bili", "comments"),
    "kuaishou_video": ("kuaishou", "contents"),
    "kuaishou_video_comment": ("kuaishou", "comments"),
    "weibo_note": ("weibo", "contents"),
    "weibo_note_comment": ("weibo", "comments"),
    "xhs_note": ("xhs", "contents"),
    "xhs_note_comment": ("xhs", "comments"),
    "tieba_note": ("tieba", "contents"),
    "tieba_comment": ("tieba", "comments"),
    "zhihu_content": ("zhihu", "contents"),
    "zhihu_comment": ("zhihu", "comments"),
}  # in database/sqlite_tables.db
FOLDERS: dict[str, Platform] = {
    "douyin": "douyin", "bili": "bili", "bilibili": "bili", "kuaishou": "kuaishou", "weibo": "weibo", "xhs": "xhs",
    "tieba": "tieba", "zhihu": "zhihu",
}  # fmt: skip
ELSEWHERE = ("creators", "contacts", "dynamics")  # item types that hold neither videos nor comments


def tell(names: Columns, folder: Platform | None = None) -> tuple[Platform, Item] | None:
    """Which platform and item a header belongs to, by the columns that it shares with either generation.

    Parameters
    ----------
    names
        Columns that were found; older ones may lack some, the database adds some.
    folder
        The platform after which the folder is named; it decides between platforms, not against the columns.
    """
    given = set(names)
    best: tuple[float, tuple[Platform, Item] | None] = (0.0, None)
    for key in NEW:
        if KEYS[key] - given or ("comment_id" in given) != (key[1] == "comments"):
            continue
        shared = max(len(given & set(known)) / len(given | set(known)) for known in (NEW[key], OLD[key]))
        score = shared + (1.0 if key[0] == folder else 0.0)
        if shared > 0.4 and score > best[0]:
            best = (score, key)
    return best[1]


JOINS: dict[Platform, str] = {
    "douyin": "aweme_id", "bili": "video_id", "kuaishou": "video_id", "weibo": "note_id", "xhs": "note_id",
    "tieba": "note_id", "zhihu": "content_id",
}  # fmt: skip
KEYS: dict[tuple[Platform, Item], set[str]] = {
    key: {JOINS[key[0]]} | ({"comment_id", "content"} if key[1] == "comments" else set()) for key in NEW
}
