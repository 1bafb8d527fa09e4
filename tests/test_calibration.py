import numpy as np
from huizan.training.calibration import platt


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
