import numpy as np
from huizan.training.mixing import mix


def two_parts(scales: tuple[float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two parts that tell the same, in units of their own, and the labels."""
    rng = np.random.default_rng(0)
    y = rng.random(8_000) < 0.3
    deep, shallow = (scale * (np.where(y, 1.0, -1.0) + rng.normal(0, 1, y.size)) for scale in scales)
    return deep, shallow, y.astype(float)


def test_both_parts_count_evenly_whatever_their_units_and_their_sum_is_calibrated() -> None:
    deep, shallow, y = two_parts((5.0, 0.1))
    found = mix(deep, shallow, y, np.ones(y.size))
    assert np.isclose(found[0] * deep.std(), found[1] * shallow.std())
    p = 1 / (1 + np.exp(-(found[0] * deep + found[1] * shallow + found[2])))
    for low in (0.1, 0.4, 0.7):
        inside = (p > low) & (p < low + 0.2)
        assert abs(p[inside].mean() - y[inside].mean()) < 0.05


def test_rows_of_no_weight_say_nothing() -> None:
    deep, shallow, y = two_parts((1.0, 1.0))
    weight = np.ones(y.size)
    weight[4_000:] = 0
    y[4_000:] = 1 - y[4_000:]
    assert mix(deep, shallow, y, weight) == mix(deep[:4_000], shallow[:4_000], y[:4_000], weight[:4_000])


def test_too_few_positives_are_mixed_in_halves() -> None:
    few = np.zeros(50)
    few[:3] = 1
    assert mix(np.arange(50.0), np.arange(50.0), few, np.ones(50)) == (0.5, 0.5, 0.0)
