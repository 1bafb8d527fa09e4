"""Public corpora from the files that their authors publish: each brought to the one shape that the recipes read.

An original says where its rows stand, which of their columns is the text, and under which id a row is known to the readings
(`readings`). Users are left out; what else identifies people inside a text is masked when it is read (`model.text`). It knows
files and columns, and nothing of what is learned from them.

    huizan-train gather cold --original COLDataset --out corpora
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..model.errors import InputError
from ..model.whole import whole

Row = dict[str, str]
Made = dict[str, str | None]


@dataclass(frozen=True)
class Original:
    """A corpus as its authors publish it.

    `files`: patterns of its files below the folder; `made`: from a file, the place of a row in it and the row, what the row
    becomes (`labels` a mapping still); `columns`: names of the columns where the files have no header.
    """

    files: tuple[str, ...]
    made: Callable[[Path, int, Row], dict]
    columns: tuple[str, ...] = ()


def _cold(file: Path, place: int, row: Row) -> dict:
    labels = {"label": row["label"], "fine": row.get("fine-grained-label", "")}
    return {
        "id": f"cold-{file.stem}-{place}", "kind": "comment", "text": row["TEXT"], "labels": labels,
        "split": file.stem, "topic": row["topic"],
    }  # fmt: skip


def _toxicn(file: Path, place: int, row: Row) -> dict:
    labels = {name: row[name] for name in ("toxic", "toxic_type", "expression", "target")}
    return {
        "id": f"toxicn-{place}", "kind": "comment", "text": row["content"], "labels": labels,
        "split": "test" if row["content"] in _contents(file.parent / TOXICN_TEST) else "train", "topic": row["topic"],
    }  # fmt: skip


def _sccd(file: Path, place: int, row: Row) -> dict:
    labels = {name: row[name] for name in ("label", "expression", "sarcasm", "target")}
    return {
        "id": _digest(row["comment_id"]), "kind": "comment", "text": row["comment_content"],
        "labels": labels | {"group": row["group category"]}, "split": file.stem, "session": row["post_id"],
    }  # fmt: skip


def _chnci(file: Path, place: int, row: Row) -> dict:
    votes = [_integral(row[f"label{n}"]) for n in (1, 2, 3)]
    # Two annotators, and a third where they differ.
    final = votes[0] if votes[0] == votes[1] else votes[2]
    return {
        "id": f"{_digest(file.name)}-{place}", "kind": "comment", "text": row["content"], "incident": file.stem,
        "category": file.parent.name,
        "labels": {"label1": votes[0], "label2": votes[1], "label3": votes[2], "final": final},
        "platform": row["platform"], "time": row["timestamp"],
    }  # fmt: skip


def _headline(name: str) -> Callable[[Path, int, Row], dict]:
    def made(file: Path, place: int, row: Row) -> dict:
        return {
            "id": f"{name}-{file.parent.name}-{file.stem}-{place}", "kind": "title", "text": row["title"],
            "title": row["title"], "content": row["content"], "labels": {"clickbait": row["label"]}, "split": file.stem,
        }  # fmt: skip

    return made


TOXICN_TEST = "ToxiCN_ex/ToxiCN/data/test.json"
HEADLINE = ("label", "title", "content", "more")
ORIGINALS = {
    "cold": Original(("train.csv", "dev.csv", "test.csv"), _cold),
    "toxicn": Original(("ToxiCN_1.0.csv",), _toxicn),
    "sccd": Original(("train.csv", "test.csv"), _sccd),
    "chnci": Original(("dataset/category/*/*.csv",), _chnci),
    "hancd": Original(("sina/*.csv", "tencent/*.csv"), _headline("hancd"), HEADLINE),
    "ccdcieg": Original(("tencent/*.csv", "wangyi/*.csv", "zongxiang/*.csv"), _headline("ccdcieg"), HEADLINE),
}


def gather(name: str, original: Path, out: Path) -> tuple[Path, int]:
    """Write the corpus `name` from its authors' files below `original`; whole or not at all.

    Returns
    -------
    `out/<name>.parquet`, and its rows: `id`, `kind`, `source`, `text`, `labels` (JSON), and what else the corpus tells.

    Raises
    ------
    InputError
        If no such corpus is known, or a file or a column of it is missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if name not in ORIGINALS:
        raise InputError(f"CORPUS is one of {', '.join(ORIGINALS)}", f"{name!r}", "Take one of them")
    rows = [row for file in _files(ORIGINALS[name], original) for row in _rows(name, file)]
    path = out / f"{name}.parquet"
    with whole(path) as temporary:
        pq.write_table(pa.Table.from_pylist(rows), temporary)
    return path, len(rows)


def _files(original: Original, folder: Path) -> list[Path]:
    found = []
    for pattern in original.files:
        matching = sorted(folder.glob(pattern))
        if not matching:
            raise InputError(
                f"The folder holds {', '.join(original.files)}, as the authors publish them",
                f"no {pattern} in {folder}",
                "Give the folder in which these lie",
            )
        found += matching
    return found


def _rows(name: str, file: Path) -> Iterator[Made]:
    """The rows of one file; those without text are passed over, and counted in the ids all the same."""
    from datasets import Features, Value, load_dataset

    original = ORIGINALS[name]
    with open(file, encoding="utf-8-sig", newline="") as opened:
        columns = list(original.columns) or next(csv.reader(opened))
    columns = [column or "number" for column in columns]  # an index column has no name
    table = load_dataset(
        "csv", data_files=str(file), split="train", streaming=True, column_names=columns,
        header=None if original.columns else 0, keep_default_na=False, encoding="utf-8-sig",
        features=Features({column: Value("string") for column in columns}),
    )  # fmt: skip
    for place, row in enumerate(list(table)):  # to its end, so that the file is closed whatever comes
        try:
            made = original.made(file, place, row)
        except KeyError as missing:
            raise InputError(
                f"{file.name} of {name} has a column {missing}",
                f"{', '.join(columns)}",
                "Take the files from where the authors publish them",
            ) from missing
        if made["text"]:
            yield {"source": name, **made, "labels": json.dumps(made["labels"], ensure_ascii=False)}


def _digest(text: str) -> str:
    """Under which a name is known that should not be told."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:16]


def _integral(number: str) -> str:
    return number.removesuffix(".0")


@cache
def _contents(file: Path) -> frozenset[str]:
    """The texts of an official test side that is told beside the rows."""
    if not file.is_file():
        raise InputError("The official test side lies beside the rows", f"no {file}", "Fetch it too")
    return frozenset(row["content"] for row in json.loads(file.read_text(encoding="utf-8")))
