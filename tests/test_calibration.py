import numpy as np
from huizan.training.calibration import left_out, platt, rivals


def test_overconfident_logits_are_scaled_back() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(0, 1.5, 20_000)
    target = (rng.random(true.size) < 1 / (1 + np.exp(-true))).astype(float)
    scale, shift = platt(3 * true + 1, target, np.ones(true.size))
    assert abs(scale - 1 / 3) < 0.02
    assert abs(shift + 1 / 3) < 0.05


def test_an_order_is_never_turned_around_and_too_little_changes_nothing() -> None:
    logits = np.linspace(-3, 3, 100)
    assert platt(logits, (logits < 0).astype(float), np.ones(100)) == (1.0, 0.0)
    assert platt(logits, (logits > 2.8).astype(float), np.ones(100)) == (1.0, 0.0)


def test_what_bends_without_need_loses_on_other_groups_and_wins_where_the_curve_is_bent() -> None:
    rng = np.random.default_rng(1)
    logits, group = rng.normal(-1, 1.5, 2_000), np.arange(2_000) // 20
    straight = rng.random(logits.size) < 1 / (1 + np.exp(-logits))
    stepped = rng.random(logits.size) < np.where(logits > 0, 0.6, 0.05)
    for target, bent_wins in ((straight, False), (stepped, True)):
        found = rivals(logits, target.astype(float), np.ones(logits.size), group)
        assert found is not None and (found[1] < found[0]) == bent_wins


def test_too_few_positives_are_not_compared_and_one_group_is_asked_by_rows() -> None:
    logits, ones = np.linspace(-3, 3, 200), np.ones(200)
    assert rivals(logits, (logits > 2.9).astype(float), ones, np.zeros(200)) is None
    assert rivals(logits, (np.arange(200) % 2).astype(float), ones, np.zeros(200)) is not None
    judged = np.concatenate([unseen for _, unseen in left_out(np.zeros(12))])
    assert sorted(judged.tolist()) == list(range(12))
