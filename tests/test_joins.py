import ibis
import pyarrow as pa
import pytest
from huizan.inference.engines import connect
from huizan.inference.joins import check_joins, on_unknown_videos
from huizan.model.errors import InputError


@pytest.fixture(scope="module")
def make():
    con = connect()
    return lambda **columns: con.create_table(ibis.util.gen_name("test"), pa.table(columns))


@pytest.fixture(scope="module")
def videos(make):
    return make(video_id=[1, 2])


def comments(make, *ids: str):
    return make(video_id=list(ids))


def likes(make, *rows: tuple[int, int, int | None]):
    names = ("video_id", "liked_at", "unliked_at")
    columns = {name: pa.array([row[i] for row in rows], pa.int64()) for i, name in enumerate(names)}
    return make(user_id=list(range(len(rows))), **columns)


def test_ids_meet_whatever_their_type(make, videos) -> None:
    assert on_unknown_videos(comments(make, "1", "2", "2"), videos) == 0
    assert on_unknown_videos(comments(make, "1", "02", "3"), videos) == 2


def test_tables_that_belong_together_pass(make, videos) -> None:
    check_joins(likes(make, (1, 10, None), (2, 10, 20), (9, 10, None)), videos, comments(make, "1", "7"))
    check_joins(likes(make, (9, 10, None)), None, None)


def test_tables_of_different_origins_are_refused(make, videos) -> None:
    with pytest.raises(InputError, match="2 of 3 rows: video not in the videos table"):
        check_joins(likes(make, (1, 10, None)), videos, comments(make, "1", "7", "8"))
    with pytest.raises(InputError, match="2 of 3 rows: video not in the videos table"):
        check_joins(likes(make, (1, 10, None), (7, 10, None), (8, 10, None)), videos, None)
    with pytest.raises(InputError, match="1 of 1 rows: un-liked before the like"):
        check_joins(likes(make, (1, 10, 5)), videos, None)
