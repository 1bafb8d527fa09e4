import os
from pathlib import Path

import pytest
from huizan.model import cores
from huizan.model.cores import processors


@pytest.fixture
def sixteen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine of sixteen processors without any bound; the folder of its cgroups."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(16)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(cores, "CGROUP", tmp_path)
    monkeypatch.setattr(cores, "PROCESS", tmp_path / "own")
    return tmp_path


def test_without_bounds_all_are_used(sixteen: Path) -> None:
    assert processors() == 16


def test_version_2_of_cgroups_bounds_from_any_level(sixteen: Path) -> None:
    (sixteen / "own").write_text("0::/pod/box\n")
    (sixteen / "pod" / "box").mkdir(parents=True)
    (sixteen / "pod" / "box" / "cpu.max").write_text("max 100000\n")
    assert processors() == 16
    (sixteen / "pod" / "cpu.max").write_text("250000 100000\n")
    assert processors() == 3


def test_version_1_of_cgroups_bounds(sixteen: Path) -> None:
    (sixteen / "own").write_text("3:cpu,cpuacct:/box\n2:memory:/box\n")
    box = sixteen / "cpu" / "box"
    box.mkdir(parents=True)
    (box / "cpu.cfs_quota_us").write_text("-1\n")
    (box / "cpu.cfs_period_us").write_text("100000\n")
    assert processors() == 16
    (box / "cpu.cfs_quota_us").write_text("400000\n")
    assert processors() == 4


@pytest.mark.parametrize(("asked", "given"), [("5", 5), ("64", 16), ("2,1", 2), ("none", 16), ("0", 16)])
def test_omp_num_threads_bounds(
    sixteen: Path, monkeypatch: pytest.MonkeyPatch, asked: str, given: int
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert processors() == given
