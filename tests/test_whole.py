import errno
import os
from pathlib import Path

import pytest
from huizan.model.errors import InputError
from huizan.model.whole import whole


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    with whole(path) as temporary:
        temporary.write_text("one")
        assert not path.exists() and temporary.parent == path.parent
    assert path.read_text() == "one" and list(path.parent.iterdir()) == [path]


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), whole(path) as temporary:
        temporary.write_text("ne")
        raise KeyboardInterrupt
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_what_a_user_can_mend_is_an_input_error(tmp_path: Path, number: int) -> None:
    with pytest.raises(InputError, match=os.strerror(number)), whole(tmp_path / "a"):
        raise OSError(number, os.strerror(number))


def test_what_a_user_cannot_mend_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="bad block"), whole(tmp_path / "a"):
        raise OSError(errno.EIO, "bad block")
