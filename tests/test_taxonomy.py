from huizan.model.taxonomy import CAUSES, TAGS, cause_names, head_names, heads_of, tag_names


def test_every_tag_is_evidence_for_a_known_cause() -> None:
    assert {tag.cause for tag in TAGS} <= set(cause_names())
    assert len(set(cause_names())) == len(CAUSES) == 6


def test_heads_are_every_kind_with_its_tags() -> None:
    assert tag_names("video") == ("clickbait", "staged", "controversy")
    assert tag_names("comment") == ("clickbait", "staged", "controversy", "low_quality")
    assert head_names() == (
        "video_clickbait", "video_staged", "video_controversy",
        "comment_clickbait", "comment_staged", "comment_controversy", "comment_low_quality",
    )  # fmt: skip


def test_each_kind_has_its_own_heads() -> None:
    assert head_names()[heads_of("video")] == tuple(f"video_{tag}" for tag in tag_names("video"))
    assert head_names()[heads_of("comment")] == tuple(f"comment_{tag}" for tag in tag_names("comment"))
