import click
import pytest
from click.testing import CliRunner
from huizan.inference.exits import Group
from huizan.model.errors import InputError


@click.group(cls=Group)
def main() -> None:
    """A command that fails as it is told."""


@main.command()
@click.argument("how")
def fail(how: str) -> None:
    problems = {
        "input": InputError("must", "found", "do"),
        "fault": RuntimeError("wires crossed"),
        "memory": MemoryError("4 GB"),
        "usage": click.UsageError("wrong option"),
    }
    if how in problems:
        raise problems[how]


@pytest.mark.parametrize(
    ("how", "status", "said"),
    [
        ("not", 0, ""),
        ("input", 2, "huizan: must. Found: found. do."),
        ("fault", 1, "huizan: internal fault: RuntimeError: wires crossed"),
        ("memory", 1, "huizan: out of memory: 4 GB"),
        ("usage", 2, "wrong option"),
    ],
)
def test_every_end_has_its_status_and_one_message(how: str, status: int, said: str) -> None:
    result = CliRunner().invoke(main, ["fail", how])
    assert result.exit_code == status
    assert said in result.stderr and "Traceback" not in result.output


def test_a_fault_shows_where_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIZAN_DEBUG", "1")
    assert isinstance(CliRunner().invoke(main, ["fail", "fault"]).exception, RuntimeError)
