import io

import pytest
from huizan.inference import progress
from huizan.inference.progress import Bars, Lines, Silent, progress_for
from rich.console import Console


def test_silence(capsys: pytest.CaptureFixture[str]) -> None:
    with Silent().stage("tagging", 3) as stage:
        stage.advance(3)
    assert capsys.readouterr() == ("", "")


def test_lines_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 1000, 6))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress_for(io.StringIO()).stage("标注 tagging", 3000) as stage:
        for _ in range(3):
            stage.advance(1000)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "标注 tagging …"
    assert "标注 tagging: 2,000 of 3,000" in said
    assert said[-1].startswith("标注 tagging: 3,000 in ")


def test_bars_on_a_terminal() -> None:
    written = io.StringIO()
    with Bars(Console(file=written, force_terminal=True, width=80)).stage("tagging", 10) as stage:
        stage.advance(10)
    assert "tagging" in written.getvalue() and "10/10" in written.getvalue()


def test_a_terminal_gets_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert isinstance(progress_for(Terminal()), Bars)
    assert isinstance(progress_for(io.StringIO()), Lines)
