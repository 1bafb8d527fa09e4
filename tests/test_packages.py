import numpy as np
import pyarrow as pa
from huizan.inference.packages import every, moved


def packages(n: int) -> pa.Table:
    row = pa.array(np.arange(n))
    return pa.table({"video": row, "key": [f"v{i}" for i in range(n)], "source": row,
                     "first": pa.array(np.arange(n) * 10), "p_staged": np.linspace(0, 1, n),
                     "shift": pa.array(np.zeros(n, dtype=np.int64))})  # fmt: skip


def test_every_so_manyth_video_is_numbered_anew_and_keeps_its_comments() -> None:
    few = every(packages(10), 3)
    assert few["key"].to_pylist() == ["v0", "v3", "v6", "v9"]
    assert few["video"].to_pylist() == [0, 1, 2, 3] and few["source"].to_pylist() == [0, 3, 6, 9]
    assert every(packages(10), 1).equals(packages(10))


def test_packages_of_some_videos_move_among_them_alone() -> None:
    few = every(packages(200), 4)
    there = moved(few, np.random.default_rng(0))
    assert there["key"].equals(few["key"]) and not there["p_staged"].equals(few["p_staged"])
    assert sorted(there["p_staged"].to_pylist()) == sorted(few["p_staged"].to_pylist())
    assert set(there["source"].to_pylist()) == set(few["source"].to_pylist())
