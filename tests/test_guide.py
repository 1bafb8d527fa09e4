from huizan.inference import guide
from huizan.model.records import LIKE_EVENTS, VIDEOS


def test_every_column_is_told() -> None:
    told = guide.tables(videos=VIDEOS, likes_log=LIKE_EVENTS)
    for column in (*VIDEOS.columns, *LIKE_EVENTS.columns):
        assert any(
            line.split()[:1] == [column.name] or line.split()[:2] == ["*", column.name]
            for line in told.splitlines()
        )
        assert column.meaning in told
    assert "--likes, as a raw log" in told and "one of title, description" in told
    assert "like, unlike" in told and guide.RULES in told
