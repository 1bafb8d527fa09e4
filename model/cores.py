"""How many processors this process may use: the fewest of the machine's, its affinity's, its cgroup's and `OMP_NUM_THREADS`."""

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
PROCESS = Path("/proc/self/cgroup")


def processors() -> int:
    """Processors that may be used at once, at least one.

    A container's share is read from its cgroup, version 2 (`cpu.max`) or 1 (`cpu.cfs_quota_us`), and rounded up; a bad
    `OMP_NUM_THREADS` is passed over.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    found = [len(affinity(0)) if affinity else os.cpu_count() or 1, *_quotas()]
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    if asked.isdigit() and int(asked) > 0:
        found.append(int(asked))
    return max(1, min(found))


def _quotas() -> list[int]:
    """Processors' worth of time that each enclosing cgroup grants."""
    found = []
    for folder in _folders():
        if limit := _read(folder / "cpu.max"):  # "200000 100000" or "max 100000"
            quota, _, period = limit.partition(" ")
        else:
            quota, period = _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit() and int(period):
            found.append(math.ceil(int(quota) / int(period)))
    return found


def _folders() -> list[Path]:
    """The cgroups of this process from its own up to the root, of either version."""
    folders = [CGROUP, CGROUP / "cpu"]
    for line in _read(PROCESS).split("\n"):
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        base = CGROUP if not controllers else CGROUP / "cpu" if "cpu" in controllers.split(",") else None
        parts = [part for part in path.split("/") if part and part != ".."]
        if base:
            folders += [base.joinpath(*parts[:n]) for n in range(1, len(parts) + 1)]
    return folders


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
