import numpy as np
from huizan.training.splits import SHARES, split
from hypothesis import given
from hypothesis import strategies as st

GROUPS = st.lists(st.integers(0, 12).map(str), min_size=1, max_size=80).map(np.array)


@given(GROUPS)
def test_every_row_is_on_one_side_and_no_group_on_two(groups: np.ndarray) -> None:
    sides = split(groups)
    assert sorted(np.concatenate(list(sides.values())).tolist()) == list(range(groups.size))
    on = [set(groups[rows]) for rows in sides.values()]
    assert sum(len(names) for names in on) == len(set(groups))


@given(GROUPS, st.randoms(use_true_random=False))
def test_the_order_of_rows_moves_no_group(groups: np.ndarray, random) -> None:
    order = np.array(random.sample(range(groups.size), groups.size))
    before, after = split(groups), split(groups[order])
    for side in SHARES:
        assert set(groups[before[side]]) == set(groups[order][after[side]])


def test_many_equal_groups_come_near_the_shares() -> None:
    sides = split(np.repeat(np.arange(200), 5))
    for side, share in SHARES.items():
        assert abs(sides[side].size / 1000 - share) < 0.02
