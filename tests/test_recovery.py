from pathlib import Path

import pytest
from huizan.inference import accounts, recovery

from .test_accounts import attributed
from .worlds import made


def test_large_data_are_fitted_on_some_videos_first_and_recovered_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (accounts, recovery):
        monkeypatch.setattr(module, "LARGE", 500)
    world = made("base")
    assert len(world.truth) > 2 * accounts.LARGE
    found = attributed(world, tmp_path)
    (check,) = (c for c in found.checks["checks"] if c["name"] == "recovery_on_simulated_data")
    assert check["passed"] is not None and check["figure"]
    assert sum(share["estimate"] for share in found.shares["shares"].values()) == pytest.approx(1)
