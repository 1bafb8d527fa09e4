"""The seed corpus and the readings are what their cards say, and nothing of the held part stands in the training part."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from huizan.model.taxonomy import Kind, tag_names

CARDS = Path(__file__).parents[1] / "data_cards"
FILES: dict[str, Kind] = {
    "comments": "comment", "comments_held": "comment", "videos": "video", "videos_held": "video"
}  # fmt: skip
DIFFICULTIES = {"plain", "hard", "ironic", "disguised", "negated", "tempting"}
LENGTH = 8  # characters that no two items share

pytestmark = pytest.mark.skipif(not (CARDS / "seed").exists(), reason="the data cards are out of reach")


def _rows(name: str) -> list[dict]:
    lines = (CARDS / "seed" / f"{name}.jsonl").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [json.loads(line) for line in lines]


def _texts(row: dict) -> list[str]:
    return [row[name] for name in ("text", "title", "content") if row.get(name)]


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """Every run of `LENGTH` characters: as it stands, and of letters and digits alone."""
    for plain, said in ((False, text), (True, "".join(c for c in text if c.isalnum()))):
        for i in range(len(said) - LENGTH + 1):
            yield plain, said[i : i + LENGTH]


def _shared(items: list[tuple[str, list[str]]]) -> list[tuple[str, str, str]]:
    owner: dict[tuple[bool, str], str] = {}
    found = []
    for name, texts in items:
        for run in {run for text in texts for run in _runs(text)}:
            if owner.setdefault(run, name) != name:
                found.append((owner[run], name, run[1]))
    return found


def test_no_two_items_share_eight_characters():
    assert not _shared([(row["id"], _texts(row)) for name in FILES for row in _rows(name)])


def test_sharing_is_noticed_across_punctuation():
    near = [("a", ["看到第七秒，我直接跑了"]), ("b", ["你看，到第七秒我直接…"]), ("c", ["到第七秒我直"])]
    assert {(one, other) for one, other, _ in _shared(near)} == {("a", "b")}


def test_rows_are_whole_and_ids_are_unique():
    ids = [row["id"] for name in FILES for row in _rows(name)]
    assert len(set(ids)) == len(ids)
    for name, kind in FILES.items():
        for row in _rows(name):
            assert set(row["labels"]) == set(tag_names(kind)), row["id"]
            assert set(row["labels"].values()) <= {0, 1}, row["id"]
            assert row["difficulty"] in DIFFICULTIES and isinstance(row["unsure"], bool), row["id"]
            assert all(row[c].strip() for c in (("text", "context") if kind == "comment" else ("title",)))
            assert row["source"] == "seed", row["id"]


def test_held_and_training_parts_share_no_context():
    for trained, held in (("comments", "comments_held"), ("videos", "videos_held")):
        column = "context" if trained == "comments" else "group"
        assert not {row[column] for row in _rows(trained)} & {row[column] for row in _rows(held)}
    titles = {held: {row["title"] for row in _rows(held)} for held in ("videos", "videos_held")}
    assert not {row["context"] for row in _rows("comments")} & titles["videos_held"]
    assert not {row["context"] for row in _rows("comments_held")} & titles["videos"]


def _cells(card: str, file: str) -> list[int | None]:
    text = (CARDS / card).read_text(encoding="utf-8")
    (line,) = re.findall(rf"^\| `{re.escape(file)}` \|(.*)\|$", text, re.MULTILINE)
    return [None if cell.strip() == "–" else int(cell.replace(",", "")) for cell in line.split("|")]


@pytest.mark.parametrize("name", FILES)
def test_the_card_of_the_seed_counts_rightly(name: str):
    rows = _rows(name)
    tags = [sum(row["labels"][tag] for row in rows) for tag in tag_names(FILES[name])]
    videos = {row.get("context") or row["id"] for row in rows}
    none = sum(not any(row["labels"].values()) for row in rows)
    counted = [len(rows), len(videos), sum(row["unsure"] for row in rows), *tags]
    counted += [None] * (4 - len(tags)) + [none]
    assert _cells("seed.md", f"{name}.jsonl") == counted


@pytest.mark.parametrize(("name", "kind"), [("comments", "comment"), ("videos", "video")])
def test_the_card_of_the_readings_counts_rightly(name: str, kind: Kind):
    with (CARDS / "labels" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = (*tag_names(kind), "unsure")
    assert all(row[column] in ("0", "1") for row in rows for column in columns)
    assert all(row["corpus"] and row["id"] and re.fullmatch(r"reader-\d+", row["reader"]) for row in rows)
    counts = {column: sum(row[column] == "1" for row in rows) for column in columns}
    tags = [counts[tag] for tag in tag_names(kind)]
    expected = [len(rows), *tags, *[None] * (4 - len(tags)), counts["unsure"]]
    assert _cells("labels.md", f"labels/{name}.csv") == expected


def test_every_corpus_that_a_recipe_reads_has_a_card():
    from huizan.training.corpora import TASKS

    told = set(re.findall(r"^### (\w+)$", (CARDS / "corpora.md").read_text(encoding="utf-8"), re.MULTILINE))
    read = {task.corpus for task in TASKS}
    for name in ("comments", "videos"):
        with (CARDS / "labels" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            read |= {row["corpus"] for row in csv.DictReader(file)}
    assert read <= told
