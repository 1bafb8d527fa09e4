"""The house stands as ARCHITECTURE.md says: rooms, allowed imports, leaves, and its table of modules."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {"model": set(), "training": {"model"}, "inference": {"model"}}
MODULES = [file for room in ROOMS for file in sorted((ROOT / room).glob("*.py"))]
NAMES_TAKEN = {"datasets", "tokenizers", "evaluate", "types"}
NAMES_EMPTY = {"utils", "core", "helpers", "common", "misc", "manager", "handler", "processor"}
LEAVES = {
    "taxonomy": set(),
    "text": set(),
    "errors": set(),
    "frailty": set(),
    "claims": set(),
    "hazard": {"frailty"},
    "latent": {"claims", "cores", "frailty", "hazard", "traits"},
    "traits": set(),
}
READS_TENSORS = {"encoder", "eager"}
HEAVY = {"torch", "transformers", "altair", "vl_convert", "sklearn", "datasets", "ibis", "duckdb", "pandas"}

pytestmark = pytest.mark.skipif(
    not (ROOT / "ARCHITECTURE.md").exists(),
    reason="the source is out of reach, only the installed package is tested",
)


def imports(file: Path, at_top: bool = False) -> list[tuple[int, str]]:
    """(level, module) of every import of a file; only those that run when it is imported if `at_top`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    nodes = _run_on_import(tree) if at_top else ast.walk(tree)
    found = []
    for node in nodes:
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.level, node.module or alias.name) for alias in node.names]
    return found


def _run_on_import(tree: ast.Module):
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node


@pytest.mark.parametrize("file", MODULES, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_a_room_imports_only_the_rooms_below(file: Path) -> None:
    room = file.parent.name
    for level, module in imports(file):
        assert not module.startswith("huizan"), "inside the rooms imports are relative"
        if level == 2:
            assert module.split(".")[0] in ROOMS[room]
        assert level <= 2


@pytest.mark.parametrize("file", MODULES, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_a_module_says_first_what_it_is_and_stays_one_noun(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)) or not text
    assert file.stem not in NAMES_TAKEN | NAMES_EMPTY
    assert text.count("\n") <= 300


def test_rooms_are_flat_and_no_module_has_two_names() -> None:
    for room in ROOMS:
        nested = [f for f in (ROOT / room).rglob("*.py") if f.parent != ROOT / room]
        assert not nested
    stems = [file.stem for file in MODULES if not file.stem.startswith("__") and file.stem != "commands"]
    assert len(stems) == len(set(stems))


@pytest.mark.parametrize("name", LEAVES)
def test_leaves_import_no_neighbours(name: str) -> None:
    neighbours = {
        module.split(".")[0] for level, module in imports(ROOT / "model" / f"{name}.py") if level == 1
    }
    assert neighbours <= LEAVES[name]


def test_only_the_taggers_modules_know_torch() -> None:
    for file in (ROOT / "model").glob("*.py"):
        heavy = {module.split(".")[0] for _, module in imports(file, at_top=True)} & {"torch", "transformers"}
        assert not heavy or file.stem in READS_TENSORS, file


def test_commands_and_package_faces_import_nothing_heavy() -> None:
    for file in MODULES:
        if file.stem in {"commands", "__init__", "__main__", "scorer"}:
            assert not {module.split(".")[0] for _, module in imports(file, at_top=True)} & HEAVY, file


def test_the_table_in_architecture_md_is_the_tree() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `((?:model|training|inference)/\w+\.py)` \|", text, flags=re.MULTILINE)
    there = [f"{f.parent.name}/{f.name}" for f in MODULES if not f.stem.startswith("__")]
    assert sorted(listed) == sorted(there)
