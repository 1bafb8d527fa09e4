"""How soon things start: `huizan --help`, the import of the Python API, and its first score, from a cold process.

    python benchmarks/startup.py

Each is started in turn, beside a bare interpreter, which is the machine's limit; it prints medians of wall-clock and of
processor seconds and the ratio to the bare interpreter.
"""

import resource
import statistics
import subprocess
import sys
import time

ROUNDS = 7
PROGRAMS = {
    "bare interpreter": ["-c", "pass"],
    "huizan --help": ["-m", "huizan.inference", "--help"],
    "import huizan.inference": ["-c", "import huizan.inference"],
    "first score": [
        "-c",
        "from huizan.inference import Scorer; Scorer.load(device='cpu').score_comments(['演的吧'])",
    ],
}


def seconds(arguments: list[str]) -> tuple[float, float]:
    """Wall-clock and processor seconds of one process."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    taken = {name: [] for name in PROGRAMS}
    for _ in range(ROUNDS):
        for name, arguments in PROGRAMS.items():
            taken[name].append(seconds(arguments))
    medians = {name: [statistics.median(part) for part in zip(*t, strict=True)] for name, t in taken.items()}
    bare = medians["bare interpreter"][0]
    print(f"{'':26} {'wall s':>8} {'cpu s':>8} {'ratio':>7}")
    for name, (wall, processor) in medians.items():
        print(f"{name:26} {wall:8.2f} {processor:8.2f} {wall / bare:7.1f}")


if __name__ == "__main__":
    main()
