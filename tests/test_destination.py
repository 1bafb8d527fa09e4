from pathlib import Path

import pytest
from huizan.inference.destination import destination
from huizan.model.errors import InputError


def test_it_is_made_and_stays(tmp_path: Path) -> None:
    with destination(tmp_path / "a" / "b", [None], ["x"]):
        (tmp_path / "a" / "b" / "x").touch()
    assert (tmp_path / "a" / "b" / "x").exists()


def test_what_was_made_goes_again_when_nothing_came_of_it(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(KeyboardInterrupt), destination(tmp_path / "there" / "a" / "b", [], ["x"]):
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_what_has_come_already_stays(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), destination(tmp_path / "a" / "b", [], ["x"]):
        (tmp_path / "a" / "b" / "part").touch()
        raise KeyboardInterrupt
    assert (tmp_path / "a" / "b" / "part").exists()


def test_inputs_are_never_written_over(tmp_path: Path) -> None:
    videos = tmp_path / "data" / "videos.parquet"
    videos.parent.mkdir()
    videos.touch()
    for given in (videos, tmp_path / "data", tmp_path / "data" / ".." / "data" / "videos.parquet"):
        refused = pytest.raises(InputError, match="must not take the place of what goes in")
        with refused, destination(tmp_path / "data", [given], ["videos.parquet"]):
            raise AssertionError("never entered")
    with destination(tmp_path / "data", [videos], ["reversals.parquet"]):
        pass


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="--out must be a folder"), destination(folder, [], []):
            raise AssertionError("never entered")
