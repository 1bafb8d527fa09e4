"""What is imported when: a face, and a score on the processor, take no PyTorch. Seconds: `benchmarks/startup.py`."""

import subprocess
import sys

import pytest

FACES = "import huizan.inference, huizan.inference.commands"
SCORE = "from huizan.inference import Scorer; Scorer.load(device='cpu').score_comments(['演的吧'])"


@pytest.mark.parametrize(
    ("program", "heavy"),
    [(FACES, {"torch", "onnx", "onnxruntime", "numpy", "ibis"}), (SCORE, {"torch", "transformers"})],
)
def test_nothing_heavy_is_imported(program: str, heavy: set[str]) -> None:
    told = f"{program}; import sys; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
