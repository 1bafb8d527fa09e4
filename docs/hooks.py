"""What MkDocs cannot do by itself: commands' help as pages, data cards among the pages, and modules found where they lie.

A fence that says `no-run: REASON` is a block that the tests check and do not run; readers see the reason above it.
"""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import click
from huizan.inference.commands import main as huizan
from huizan.training.commands import main as huizan_train
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
CARDS = sorted((ROOT / "data_cards").glob("*.md"))
ROOMS = ("model", "training", "inference")
PROGRAMS = {"huizan": huizan, "huizan-train": huizan_train}
HELP = re.compile(r"^<!-- help of (\S+) -->$", re.MULTILINE)
NOT_RUN = re.compile(r"^(\s*```\w+) no-run: *(.+)$", re.MULTILINE)

_named: list[Path] = []


@event_priority(100)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Lay the rooms out under the name by which they are imported, for mkdocstrings to read without importing them."""
    place = Path(tempfile.mkdtemp(prefix="huizan-docs-"))
    _named.append(place)
    (place / "huizan").mkdir()
    for room in ROOMS:
        (place / "huizan" / room).symlink_to(ROOT / room)
    handlers: dict[str, Any] = config.plugins["mkdocstrings"].config["handlers"]
    handlers["python"]["paths"] = [str(place)]
    assert config.nav is not None
    config.nav.append({"Data": [f"data/{card.name}" for card in CARDS]})
    return config


def on_post_build(config: MkDocsConfig) -> None:
    """Put away what `on_config` laid out."""
    while _named:
        shutil.rmtree(_named.pop())


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Data cards are pages, too."""
    for card in CARDS:
        files.append(File.generated(config, f"data/{card.name}", content=card.read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put in the help of commands, and the reasons why blocks are not run."""
    markdown = HELP.sub(lambda found: help_of(found[1]), markdown)
    return NOT_RUN.sub(lambda found: f'{found[1]} title="not run by the tests: {found[2].strip()}"', markdown)


def help_of(program: str) -> str:
    """What `--help` prints, of a program and of each of its commands."""
    return "\n\n".join(_pages(PROGRAMS[program], program, None))


def _pages(command: click.Command, name: str, above: click.Context | None) -> list[str]:
    settings = {"terminal_width": 80} | command.context_settings
    context = click.Context(command, info_name=name, parent=above, **settings)
    path = context.command_path
    pages = [f"{'#' * (path.count(' ') + 2)} {path}\n\n```text\n{command.get_help(context).rstrip()}\n```"]
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            pages += _pages(command.commands[child], child, context)
    return pages
