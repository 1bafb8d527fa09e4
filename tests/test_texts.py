import pytest
from huizan.model.errors import InputError
from huizan.training.texts import read_texts

VIDEO = '{"video_id": "v", "title": "题", "tags": []}\n'
COMMENT = '{"comment_id": "c", "video_id": "v", "text": "好", "after_minutes": 3, "tags": ["clickbait"]}\n'


def _folder(path, videos, comments):
    (path / "videos.jsonl").write_text(videos, encoding="utf-8")
    (path / "comments.jsonl").write_text(comments, encoding="utf-8")
    return path


def test_reads_truth_and_leaves_it_out_of_the_columns(tmp_path):
    given = read_texts(_folder(tmp_path, VIDEO, COMMENT))
    assert given.claims.tolist() == [[True, False, False, False]]
    assert given.videos == {"video_id": ["v"], "title": ["题"]}
    assert "after_minutes" not in given.comments and given.minutes.tolist() == [3.0]


@pytest.mark.parametrize(
    ("videos", "comments", "found"),
    [
        (VIDEO, COMMENT.replace('"v"', '"w"'), "such as c"),
        (VIDEO, COMMENT.replace("clickbait", "boring"), "boring"),
        (VIDEO, COMMENT.replace("after_minutes", "after"), "after_minutes"),
        ("{", COMMENT, "line 1"),
    ],
)
def test_broken_texts_are_the_users_error(tmp_path, videos, comments, found):
    with pytest.raises(InputError, match=found):
        read_texts(_folder(tmp_path, videos, comments))


def test_a_missing_file_is_the_users_error(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_texts(tmp_path)
