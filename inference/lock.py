"""One job at a time in a folder: the second is refused while the first lives, however the first ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..model.errors import InputError

NAME = ".huizan.lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder for the time of the block; the system lets go of it when the process ends.

    Raises
    ------
    InputError
        If another process holds it, named by its number.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such lock
        yield
        return
    path = folder / NAME
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            holder = os.read(handle, 32).decode("ascii", "replace").strip()
            os.close(handle)
            raise InputError(
                "One job at a time may write into a folder",
                f"process {holder or 'of another user'} is writing into {folder}",
                "Wait until it is done, or give another --out",
            ) from problem
        # Between opening and locking the holder may have ended and taken the file away: lock the one that is there.
        with suppress(FileNotFoundError):
            if os.fstat(handle).st_ino == path.stat().st_ino:
                break
        os.close(handle)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(handle)
