"""The folder that a command writes into: made when needed, gone again if nothing came of it, and never one of the inputs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..model.errors import InputError
from .formats import files_of
from .lock import alone


@contextmanager
def destination(folder: Path, inputs: Iterable[Path | None], outputs: Iterable[str]) -> Iterator[None]:
    """Make `folder` for the time of the block and after; remove what was made if the block fails and leaves it empty.

    Parameters
    ----------
    inputs
        Files or folders that are read, so that none of them is written over.
    outputs
        Names of the files that will be written into `folder`.

    Raises
    ------
    InputError
        If an output would take the place of an input, the folder cannot be made, or another job is writing into it.
    """
    _check_apart(folder, [path for path in inputs if path is not None], outputs)
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise InputError(
            "--out must be a folder that can be written", f"{folder}: {problem.strerror}", "Give another"
        ) from problem
    try:
        with alone(folder):
            yield
    except BaseException:
        for path in missing:  # the innermost first
            if any(path.iterdir()):
                break
            path.rmdir()
        raise


def _check_apart(folder: Path, inputs: list[Path], outputs: Iterable[str]) -> None:
    written = {(folder / name).resolve() for name in outputs}
    for path in inputs:
        if not path.exists():  # a name in a catalogue, or an address
            continue
        if path.resolve() == folder.resolve() or written & {file.resolve() for file in files_of(path)}:
            raise InputError(
                "What comes out must not take the place of what goes in", f"{path} lies in --out {folder}",
                "Give another --out",
            )  # fmt: skip
