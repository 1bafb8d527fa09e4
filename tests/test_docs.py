"""What the documentation says can be done, is done: its blocks are run page by page, or at least parsed by the commands.

Blocks of `sh` and `python` run in their order in a folder that holds `examples/`. A page with `<!-- goes on from PAGE -->` begins
with what that page left. A block whose fence says `no-run: REASON` needs what is not here (a GPU, a cluster, hours); of it,
commands and options must exist.
"""

import contextlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from huizan.inference.commands import main as huizan
from huizan.training.commands import main as huizan_train

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))
EXAMPLES = ("videos.jsonl", "comments.jsonl", "likes.parquet", "exposures.parquet", "truth.parquet", "parts")
PROGRAMS: dict[str, click.Group] = {"huizan": huizan, "huizan-train": huizan_train}
MODULES = {"huizan.inference": "huizan", "huizan.training": "huizan-train"}
SHOWN = {"text", "json", "csv"}  # fences that show something and ask for nothing

FENCE = re.compile(r"^```([\w-]*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BEFORE = re.compile(r"^<!-- goes on from (\S+) -->$", re.MULTILINE)
OPERATORS = {"|", "||", "&&", "&", ";"}

pytestmark = pytest.mark.skipif(not PAGES, reason="the documentation is out of reach")

Play = Callable[[str], Path]


@dataclass(frozen=True)
class Block:
    """A fenced block: where it begins, its language, why it is not run, and what it says."""

    where: str
    language: str
    reason: str | None
    text: str


def blocks(file: Path) -> Iterator[Block]:
    text = file.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        where = f"{file.name}, line {text[: found.start()].count(chr(10)) + 1}"
        said = found[2].strip()
        assert not said or said.startswith("no-run:"), f"{where}: {said}"
        yield Block(where, found[1], said.removeprefix("no-run:").strip() if said else None, found[3])


def commands(block: Block) -> Iterator[list[str]]:
    """The words of every command of a block, without its environment, redirections and comments."""
    for line in block.text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word not in OPERATORS:
                words.append(word)
                continue
            while words and re.match(r"\w+=", words[0]):
                words = words[1:]
            if ">" in words:
                words = words[: words.index(">")]
            if words:
                yield words
            words = []


def called(words: list[str]) -> tuple[str, list[str]] | None:
    """Which of our programs a command calls, and with which arguments."""
    if words[0] in PROGRAMS:
        return words[0], words[1:]
    for i, word in enumerate(words[1:], start=1):
        if words[i - 1] == "-m" and word in MODULES:
            return MODULES[word], words[i + 1 :]
        if words[0] == "spark-submit" and word == "huizan_job.py":
            return "huizan", words[i + 1 :]
    return None


def parse(program: str, arguments: list[str]) -> click.Command:
    """Go down to the command and let its own parser read the options; unknown ones raise."""
    command: click.Command = PROGRAMS[program]
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        name, *arguments = arguments
        assert name in command.commands, f"{program} has no command {name}"
        command = command.commands[name]
    command.make_parser(click.Context(command)).parse_args(args=list(arguments))
    return command


def run_shell(block: Block, tools: Path) -> None:
    alone = [called(words) for words in commands(block)]
    plain = all(alone) and not set("|&;$>") & set(block.text)
    if plain:  # no process of its own: nothing heavy is imported again
        for found in alone:
            assert found
            result = CliRunner().invoke(PROGRAMS[found[0]], found[1])
            assert result.exit_code == 0, f"{block.where}: {shlex.join(found[1])}\n{result.output}"
        return
    environment = {"PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(tools)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.text], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, f"{block.where}\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="session")
def play(tmp_path_factory: pytest.TempPathFactory) -> Play:
    """Runs a page once and gives the folder that it leaves."""
    tools = tmp_path_factory.mktemp("tools")
    for name, module in {v: k for k, v in MODULES.items()}.items():
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
    (tools / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    left: dict[str, Path] = {}

    def played(page: str) -> Path:
        if page in left:
            return left[page]
        folder = tmp_path_factory.mktemp(Path(page).stem)
        before = BEFORE.search((DOCS / page).read_text(encoding="utf-8"))
        if before:
            shutil.copytree(played(before[1]), folder, dirs_exist_ok=True)
        else:
            (folder / "examples").mkdir()
            for name in EXAMPLES:
                given = ROOT / "examples" / name
                copy = shutil.copytree if given.is_dir() else shutil.copy
                copy(given, folder / "examples" / name)
        names: dict[str, object] = {"__name__": "__page__"}
        with contextlib.chdir(folder):
            for block in blocks(DOCS / page):
                if block.reason is not None or block.language in SHOWN:
                    continue
                if block.language == "sh":
                    run_shell(block, tools)
                else:
                    exec(compile(block.text, block.where, "exec"), names)
        left[page] = folder
        return folder

    return played


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_says_runs(page: str, play: Play) -> None:
    if any(b.reason is None and b.language not in SHOWN for b in blocks(DOCS / page)):
        play(page)


@pytest.mark.parametrize("page", [*PAGES, "../README.md"])
def test_commands_and_options_exist(page: str) -> None:
    for block in blocks(DOCS / page):
        assert block.language in {"sh", "python", *SHOWN}, block.where
        assert block.reason != "", f"{block.where}: say why it is not run"
        if block.language != "sh":
            if block.language == "python":
                compile(block.text, block.where, "exec")
            continue
        for words in commands(block):
            if found := called(words):
                parse(*found)
            elif words[0] == "make":
                targets = (ROOT / "Makefile").read_text(encoding="utf-8")
                assert all(f"\n{word}:" in targets for word in words[1:] if "=" not in word), block.where


def test_an_option_that_is_not_there_is_noticed() -> None:
    parse("huizan", shlex.split("attribute --likes l.csv --out result"))
    with pytest.raises(click.NoSuchOption):
        parse("huizan", shlex.split("attribute --likes l.csv --output result"))
    with pytest.raises(AssertionError):
        parse("huizan", ["atribute"])
    block = Block(
        "here",
        "sh",
        None,
        "A=1 torchrun --n 2 -m huizan.training fit \\\n --out x  # why\ncat a | huizan tag - > b\n"
        "spark-submit --x y huizan_job.py tag\n",
    )
    assert [called(words) for words in commands(block)] == [
        ("huizan-train", ["fit", "--out", "x"]),
        None,
        ("huizan", ["tag", "-"]),
        ("huizan", ["tag"]),
    ]


def test_every_page_is_in_the_navigation() -> None:
    told = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert all(re.search(rf"- {re.escape(page)}$", told, re.MULTILINE) for page in PAGES)
