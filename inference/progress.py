"""How far a job is: bars on a terminal, plain lines elsewhere, nothing where nobody asked.

A job calls `progress.stage(words, total)` and advances what it gets; it never asks where the words go.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)


class Stage(Protocol):
    """One stage of a job."""

    def advance(self, amount: int = 1) -> None:
        """Say that `amount` more units are done."""


class Silent:
    """Progress that nobody reads."""

    @contextmanager
    def stage(self, words: str, total: int | None = None) -> Iterator[Stage]:
        """Open a stage of `total` units, or of unknown length."""
        yield _Nothing()


class Bars(Silent):
    """Bars on a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def stage(self, words: str, total: int | None = None) -> Iterator[Stage]:
        """Open a stage of `total` units, or of unknown length."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._console) as bars:
            yield _Bar(bars, bars.add_task(words, total=total))


class Lines(Silent):
    """One plain line when a stage starts and ends, and every ten seconds between."""

    @contextmanager
    def stage(self, words: str, total: int | None = None) -> Iterator[Stage]:
        """Open a stage of `total` units, or of unknown length."""
        line = _Line(words, total)
        yield line
        line.close()


def progress_for(stream=sys.stderr) -> Silent:
    """Bars if the stream is a terminal, plain lines if not."""
    return Bars(Console(file=stream)) if stream.isatty() else Lines()


class _Nothing:
    def advance(self, amount: int = 1) -> None:
        pass


class _Bar:
    def __init__(self, bars: Progress, task) -> None:
        self._bars, self._task = bars, task

    def advance(self, amount: int = 1) -> None:
        self._bars.advance(self._task, amount)


class _Line:
    def __init__(self, words: str, total: int | None) -> None:
        self._words, self._total, self._done = words, total, 0
        self._started = self._said = time.monotonic()
        print(f"{words} …", file=sys.stderr, flush=True)

    def advance(self, amount: int = 1) -> None:
        self._done += amount
        if time.monotonic() - self._said > 10:
            self._said = time.monotonic()
            of = f" of {self._total:,}" if self._total else ""
            print(f"{self._words}: {self._done:,}{of}", file=sys.stderr, flush=True)

    def close(self) -> None:
        took = time.monotonic() - self._started
        done = f"{self._done:,} in " if self._done else ""
        print(f"{self._words}: {done}{took:.1f} s", file=sys.stderr, flush=True)
