"""How a command ends: status 0 done, 1 a fault of ours, 2 bad input or usage, and one message without a traceback."""

import io
import os
import sys
from typing import Any, NoReturn

import click

from ..model.errors import InputError

OURS = "huizan: internal fault: {name}: {problem}\nThis is a bug of huizan, not of your tables. HUIZAN_DEBUG=1 shows where."
MEMORY = "huizan: out of memory: {problem}\nGive the machine more, or the command less."


class Group(click.Group):
    """Commands that end so."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command and turn what it raises into an exit status."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal that cannot show 悔赞 is no reason to fail
        try:
            return super().invoke(ctx)
        except InputError as problem:
            _end(2, f"huizan: {problem}")
        except (click.ClickException, click.exceptions.Exit, click.Abort, KeyboardInterrupt):
            raise
        except Exception as problem:
            if os.environ.get("HUIZAN_DEBUG"):
                raise
            name = type(problem).__name__
            lacking = isinstance(problem, MemoryError) or name == "OutOfMemoryException"
            _end(1, (MEMORY if lacking else OURS).format(name=name, problem=problem))


def _end(status: int, message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(status)
