from dataclasses import FrozenInstanceError

import pytest
from huizan.model import records
from huizan.model.records import COMMENTS, LIKE_EVENTS, LIKES, TAGGED_COMMENTS, TAGGED_VIDEOS, VIDEOS, Record
from huizan.model.taxonomy import tag_names

ALL = [value for value in vars(records).values() if isinstance(value, Record)]


def test_required_columns_are_those_of_the_contract() -> None:
    assert VIDEOS.required == ("video_id",)
    assert VIDEOS.one_of == ("title", "description", "transcript", "ocr_text")
    assert COMMENTS.required == ("comment_id", "video_id", "text")
    assert LIKES.required == ("user_id", "video_id", "liked_at", "unliked_at")
    assert LIKE_EVENTS.required == ("user_id", "video_id", "event", "at")
    assert records.EXPOSURES.required == ("user_id", "video_id", "kind", "exposed_at")


def test_tagged_tables_follow_the_taxonomy() -> None:
    for record, kind in ((TAGGED_VIDEOS, "video"), (TAGGED_COMMENTS, "comment")):
        probabilities = [c.name for c in record.columns if c.sort == "probability"]
        assert probabilities == [f"p_{tag}" for tag in tag_names(kind)]


@pytest.mark.parametrize("record", ALL, ids=lambda record: record.name)
def test_every_column_says_what_it_means(record: Record) -> None:
    assert len(set(record.names)) == len(record.names)
    for column in record.columns:
        assert column.meaning
        assert bool(column.words) == (column.sort == "category")
    if record.key:
        assert record.key in record.required


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        VIDEOS.name = "films"  # type: ignore[misc]
