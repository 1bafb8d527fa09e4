"""Readings: labels that people and models gave by reading, kept without the texts, which belong to others.

A row names a corpus and an id in it, the labels, whether the reader was unsure, and who read. `joined` looks the texts up in the
corpora (Parquet files of the shape their data cards describe) and gives labelled texts as `labels` reads them.

    huizan-train join --rows data_cards/labels/comments.csv --folder corpora --out comments.jsonl
"""

import csv
import json
from collections import defaultdict
from pathlib import Path

from ..model.errors import InputError
from ..model.taxonomy import Kind, tag_names

# Where a corpus calls a column otherwise: the first that is there and not empty is taken.
TEXT = {"comment": {"text": ("text",), "context": ("incident", "context", "title")},
        "video": {"title": ("title", "text"), "content": ("content", "cover_text")}}  # fmt: skip
GROUP = ("incident", "context", "title")
# Names under which other labels of the same corpus are grouped: one source never stands on two sides of a split.
SAME = {
    "kuairec_caption": "kuairec",
    "multihateclip_zh": "multihateclip",
    "weak_staged_events": "weibo_staged_news",
}


def read_readings(path: Path) -> tuple[Kind, list[dict]]:
    """The kind and the rows of a CSV with `corpus`, `id`, one column per tag, `unsure` and `reader`.

    Raises
    ------
    InputError
        If a column is missing or a label is not 0 or 1, naming the line.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = rows[0].keys() if rows else ()
    kind: Kind = "comment" if "low_quality" in columns else "video"
    needed = ("corpus", "id", *tag_names(kind), "unsure")
    missing = [name for name in needed if name not in columns]
    if missing:
        raise InputError(
            f"Readings have the columns {', '.join(needed)}", f"{path}: no {missing[0]}", "Add it"
        )
    for number, row in enumerate(rows, start=2):
        bad = [name for name in (*tag_names(kind), "unsure") if row[name] not in ("0", "1")]
        if bad:
            raise InputError(
                "Labels are 0 or 1", f"{path}, line {number}: {bad[0]} is {row[bad[0]]!r}", "Mend the line"
            )
    return kind, rows


def corpus_rows(corpus: str, folder: Path) -> list[dict]:
    """The rows of `corpus`, whose file in `folder` is as its data card describes.

    Raises
    ------
    InputError
        If the folder does not hold it.
    """
    import pyarrow.parquet as pq

    file = folder / f"{corpus}.parquet"
    if not file.exists():
        raise InputError(
            f"{folder} holds {corpus}.parquet", "no such file", "See data_cards/ for where it comes from"
        )
    return pq.read_table(file).to_pylist()


def joined(path: Path, folder: Path) -> list[dict]:
    """Labelled texts for every reading whose text is found, in the order of the rows.

    Raises
    ------
    InputError
        If a corpus is not in `folder`, or none of its ids is found.
    """
    kind, rows = read_readings(path)
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        wanted[row["corpus"]].add(row["id"])
    texts: dict[tuple[str, str], dict] = {}
    for corpus, ids in wanted.items():
        found = [row for row in corpus_rows(corpus, folder) if str(row.get("id")) in ids]
        if not found:
            raise InputError(
                f"{folder / corpus}.parquet holds the ids that were read",
                "none of them",
                "Take the corpus as its card says",
            )
        texts |= {(corpus, str(row["id"])): row for row in found}
    result = []
    for row in rows:
        source = texts.get((row["corpus"], row["id"]))
        if source is None:
            continue
        item = {name: _first(source, columns) for name, columns in TEXT[kind].items()}
        labels = {tag: int(row[tag]) for tag in tag_names(kind)}
        group = _first(source, GROUP) if kind == "comment" else ""
        result.append(
            {
                "source": row["corpus"],
                "id": row["id"],
                **item,
                "group": group or SAME.get(row["corpus"], row["corpus"]),
                "labels": labels,
                "unsure": row["unsure"] == "1",
            }
        )
    return result


def write_joined(path: Path, folder: Path, out: Path) -> tuple[int, int]:
    """Write `joined` as JSONL; returns how many texts were found and how many readings there are."""
    found = joined(path, folder)
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
    return len(found), len(read_readings(path)[1])


def _first(row: dict, columns: tuple[str, ...]) -> str:
    return next((str(row[name]) for name in columns if row.get(name)), "")
