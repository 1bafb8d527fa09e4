import os
import subprocess
import sys
from pathlib import Path

import pytest
from huizan.inference.lock import NAME, alone
from huizan.model.errors import InputError

HOLD = """
import sys
from pathlib import Path
from huizan.inference.lock import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with alone(tmp_path):
            assert (tmp_path / NAME).read_text() == f"{os.getpid()}\n"
        assert list(tmp_path.iterdir()) == []


def test_a_second_job_is_refused_until_the_first_ends_even_by_kill(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with first:
        assert first.stdout and first.stdout.readline() == "held\n"
        with pytest.raises(InputError, match=rf"process {first.pid} is writing into"), alone(tmp_path):
            pass
        first.kill()
    with alone(tmp_path):
        pass
