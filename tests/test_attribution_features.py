import numpy as np
import pyarrow as pa
from huizan.training.attribution_features import DATED, HOUR, STATIC, dated_features, static_features

DAY = 24 * HOUR


def _time(*hours):
    return pa.array([None if h is None else round(h * HOUR) for h in hours]).cast(
        pa.timestamp("us", tz="UTC")
    )


def _tables():
    flags = {f"is_{tag}": pa.array([tag == t for t in ("staged", "staged", "low_quality", "clickbait")])
             for tag in ("clickbait", "staged", "controversy", "low_quality")}  # fmt: skip
    return {
        "videos": pa.table({"video_id": [7, 8], "p_clickbait": [0.1, 0.9], "p_staged": [0.2, 0.0], "p_controversy": [0.3, 0.0]}),
        "likes": pa.table({
            "user_id": [1, 1, 2], "video_id": [8, 7, 7], "liked_at": _time(1, 2, 3), "unliked_at": _time(None, 10, 4),
            "surface": ["friends", "for_you", None], "watch_ms": [5, 100, 0], "video_duration_ms": [10, 50, 50],
        }),
        "comments": pa.table({"video_id": [7, 7, 7, 99], "created_at": _time(1, 10, 3, 1), **flags}),
        "exposures": pa.table({
            "user_id": [1] * 7, "video_id": [7] * 7, "kind": ["similar_impression"] * 7,
            "exposed_at": _time(3, 4, 5, 6, 7, 8, 11),
        }),
        "truth": None,
    }  # fmt: skip


def test_static_features_of_each_like():
    x = static_features(_tables(), np.array([0, 1, 2]))
    column = dict(zip(STATIC, x.T.tolist(), strict=True))
    assert column["clickbait"] == [0.9, 0.1, 0.1]
    assert (
        column["friend"] == [1, 0, 0] and column["for_you"] == [0, 1, 0] and column["double_tap"] == [0, 0, 0]
    )
    assert column["unwatched"] == [0.5, 0.0, 1.0]


def test_only_what_lay_before_the_unlike_counts():
    x = dated_features(_tables(), np.array([1, 2]))
    column = dict(zip(DATED, x.T.tolist(), strict=True))
    assert column["exposing"] == [1, 1]  # the one at the very moment of the un-like comes too late
    assert column["exposed_since"] == [0, 0]
    assert column["complaints"] == [1 / 3, 1 / 3]
    assert column["flooded"] == [1, 0]
    assert column["user_quick"] == [0, 0]


def test_tables_that_are_missing_give_zeros():
    tables = _tables() | {"exposures": None}
    x = dated_features(tables, np.array([1, 2]))
    assert x[:, DATED.index("flooded")].tolist() == [0, 0]
