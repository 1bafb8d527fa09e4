import ibis
import pyarrow as pa
from huizan.inference.evidence import FLARE_LASTS, FLOOD_LASTS, HOUR, floods, video_clocks

P = ("p_clickbait", "p_staged", "p_controversy", "p_low_quality")


def comments(rows: list[tuple]):
    """Rows of (video, moment in hours or None, which tag is claimed)."""
    columns: dict[str, list] = {"video_id": [r[0] for r in rows]}
    columns["created_at"] = [None if r[1] is None else int(r[1] * HOUR) for r in rows]
    for name in P:
        columns[name] = [0.9 if f"p_{r[2]}" == name else 0.1 for r in rows]
    return ibis.memtable(pa.table(columns))


def clocks(rows: list[tuple]) -> dict:
    return {row["key"]: row for row in video_clocks(comments(rows)).to_pyarrow().to_pylist()}


def test_clocks_strike_at_the_nth_comment_of_their_kind() -> None:
    found = clocks(
        [("v", h, tag) for h, tag in enumerate(["", "staged", "clickbait", "low_quality", "staged"])]
    )["v"]
    assert (found["exposed_first"], found["exposed_some"], found["exposed_many"]) == (HOUR, 4 * HOUR, None)
    assert found["complained_first"] == 3 * HOUR


def test_undated_comments_say_nothing() -> None:
    assert "v" not in clocks([("v", None, "staged"), ("w", 1, "")])


def test_the_taggers_own_verdict_comes_before_one_half() -> None:
    table = comments([("v", 1, "staged")]).mutate(is_staged=ibis.literal(False))
    assert video_clocks(table).to_pyarrow().to_pylist()[0]["exposed_first"] is None


def test_a_flare_is_many_disputes_in_few_hours() -> None:
    calm = [("calm", 5 * i, "controversy") for i in range(10)]
    hot = [("hot", 100 + i / 4, "controversy") for i in range(10)]
    found = clocks(calm + hot)
    assert found["calm"]["flare_from"] is None
    assert found["hot"]["flare_from"] == int((100 + 7 / 4) * HOUR)
    assert found["hot"]["flare_until"] == int((100 + 9 / 4) * HOUR) + FLARE_LASTS


def test_a_flood_is_six_similar_impressions_in_six_hours() -> None:
    rows = [("u", "v", "similar_impression", i * HOUR // 2) for i in range(7)]
    rows += [("w", "v", "similar_impression", i * 2 * HOUR) for i in range(7)]
    rows += [("x", "v", "comment_panel_open", i) for i in range(7)]
    names = ("user_id", "video_id", "kind", "exposed_at")
    table = ibis.memtable(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))
    found = floods(table, by_like=True).to_pyarrow().to_pylist()
    assert [(r["user_key"], r["flood_from"], r["flood_until"]) for r in found] == [
        ("u", 5 * HOUR // 2, 3 * HOUR + FLOOD_LASTS)
    ]
