import ibis
import pyarrow as pa
from huizan.inference.pairing import pair, unpaired
from hypothesis import given, settings
from hypothesis import strategies as st

LOGS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.sampled_from(["like", "unlike"]), st.integers(1, 30)),
    min_size=1, max_size=25, unique_by=lambda row: (row[0], row[1], row[3]),
)  # fmt: skip


def table(log: list[tuple]):
    columns = zip(*log, strict=True)
    return ibis.memtable(
        pa.table(dict(zip(("user_id", "video_id", "event", "at"), map(list, columns), strict=True)))
    )


def by_hand(log: list[tuple]) -> tuple[list[tuple], int, int]:
    """Likes, orphans and duplicates of a log, one row after the other."""
    likes: dict[tuple, list[list]] = {}
    last: dict[tuple, str] = {}
    orphans = duplicates = 0
    for user, video, event, at in sorted(log, key=lambda row: (row[0], row[1], row[3])):
        key = (user, video)
        if last.get(key) == event:
            duplicates += 1
        elif event == "like":
            likes.setdefault(key, []).append([at, None])
        elif key in last:
            likes[key][-1][1] = at
        else:
            orphans += 1
        last[key] = event
    # An orphan begins a run: a like after it is a like, a second orphan a duplicate.
    return [(*key, *row) for key, rows in likes.items() for row in rows], orphans, duplicates


@settings(max_examples=40, deadline=None)
@given(LOGS)
def test_pairing_equals_reading_the_log_row_by_row(log: list[tuple]) -> None:
    likes, orphans, duplicates = by_hand(log)
    events = table(log)
    found = pair(events).to_pyarrow().to_pylist()
    assert sorted(map(str, likes)) == sorted(
        str((r["user_id"], r["video_id"], r["liked_at"], r["unliked_at"])) for r in found
    )
    counts = unpaired(events)
    assert counts.get("un-like without a like", 0) == orphans
    assert counts.get("repeated like or un-like", 0) == duplicates


def test_a_second_like_is_a_new_row_and_context_comes_along() -> None:
    rows = [
        ("u", "v", "like", 10, "friends"),
        ("u", "v", "unlike", 12, None),
        ("u", "v", "like", 20, "search"),
    ]
    names = ("user_id", "video_id", "event", "at", "surface")
    events = ibis.memtable(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))
    found = pair(events).order_by("liked_at").to_pyarrow().to_pylist()
    assert [(r["liked_at"], r["unliked_at"], r["surface"]) for r in found] == [
        (10, 12, "friends"),
        (20, None, "search"),
    ]
