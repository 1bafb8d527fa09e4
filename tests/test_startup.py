"""How soon things start; seconds of the processor, which busy neighbours do not change much."""

import resource
import subprocess
import sys

PROGRAMS = {
    "help": (["-m", "huizan.inference", "--help"], 0.6),
    "import": (["-c", "import huizan.inference"], 0.3),
    "score": (
        ["-c", "from huizan.inference import Scorer; Scorer.load(device='cpu').score_comments(['演的吧'])"],
        2.0,
    ),
}


def test_starting_takes_a_blink() -> None:
    """Twice what the aims are (0.3 s, 0.3 s, 1 s), for a processor that is shared."""
    for name, (arguments, most) in PROGRAMS.items():
        taken = []
        for _ in range(2):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert min(taken) < most, (name, taken)


def test_faces_take_no_pytorch() -> None:
    program = "import sys, huizan.inference, huizan.inference.commands; print({'torch', 'onnx', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
