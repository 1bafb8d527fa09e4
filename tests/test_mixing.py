import numpy as np
from huizan.training.mixing import mix


def two_groups(strength: list[tuple[float, float]]) -> tuple[np.ndarray, ...]:
    """Labels that the two parts tell with the strength given for each group; what both get wrong they get wrong together."""
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(len(strength)), 2000)
    y = rng.random(group.size) < 0.3
    shared = rng.normal(0, 1, y.size)
    deep, shallow = (
        np.where(y, 1.0, -1.0) * np.array([s[i] for s in strength])[group] + shared + rng.normal(0, 1, y.size)
        for i in range(2)
    )
    return deep, shallow, y.astype(float), np.ones(y.size), group.astype(str)


def test_scales_that_do_not_carry_over_to_other_groups_are_even() -> None:
    deep, shallow, y, weight, group = two_groups([(2.0, 0.2), (0.2, 2.0)])
    found = mix(deep, shallow, y, weight, group)
    assert np.isclose(found[0] * deep.std(), found[1] * shallow.std())
    alone = mix(deep[:2000], shallow[:2000], y[:2000], weight[:2000], group[:2000])
    assert alone[0] > 3 * alone[1]  # of one group the rows are asked


def test_scales_are_learned_where_one_part_is_better_everywhere() -> None:
    deep, _, *rest = found = two_groups([(2.0, 0.0)] * 4)
    learned = mix(*found)
    assert learned[0] > 0 and learned[1] == 0.0  # the noise they share would be subtracted: never below zero
    p = 1 / (1 + np.exp(-(learned[0] * deep + learned[2])))
    assert abs(p.mean() - rest[0].mean()) < 0.01


def test_too_few_positives_are_mixed_in_halves() -> None:
    few = np.zeros(50)
    few[:3] = 1
    assert mix(np.arange(50.0), np.arange(50.0), few, np.ones(50), np.arange(50)) == (0.5, 0.5, 0.0)
