"""Files that appear whole under their name, or not at all.

Everything that a command writes is written beside its place under a temporary name, flushed to the disk and renamed; what kind of
file it is, its writer knows.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import InputError

# What a user can mend.
MENDABLE = "ENOSPC EDQUOT EFBIG EACCES EPERM EROFS ENOTDIR EISDIR EEXIST ENAMETOOLONG"
REFUSED = {getattr(errno, name) for name in MENDABLE.split() if hasattr(errno, name)}


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it to `path` if the block ends well, remove it if not.

    Raises
    ------
    InputError
        If the disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _settle(path.parent)
    except OSError as problem:
        if problem.errno not in REFUSED:
            raise
        raise InputError(
            must=f"{path.parent} must be writable and have room for {path.name}",
            found=os.strerror(problem.errno or 0),
            do="Make room or give another place; nothing was left half-written",
        ) from problem
    finally:
        with suppress(OSError):
            temporary.unlink()


def _settle(folder: Path) -> None:
    """Flush a folder, so that a rename outlives a power cut; not every system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
