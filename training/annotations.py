"""Annotations: what people said of texts in Label Studio or doccano, read from the files that these export.

Label Studio: JSON, several annotations a task; one that was cancelled is none, one without a choice means no tag. doccano: JSONL,
JSON or CSV (labels joined by #), for each annotator a file of their name, alone or in a zip; a line without a label was
not looked at, unless `empty_is_none`. Tags may be called by their Chinese or their English names. What annotators make of a text
together is `agreement`'s work.
"""

import csv
import io
import json
import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..model.errors import InputError
from ..model.taxonomy import TAGS, Kind, tag_names
from ..model.units import VIDEO_TEXTS
from .tasks import NONE, TITLE, UNSURE

SPOKEN = {UNSURE: "unsure", "不确定": "unsure", "unsure": "unsure",
          NONE: "none", "无": "none", "没有": "none", "none": "none"}  # fmt: skip
_SHOWN = ("predictions", "annotations", "label", "Comments")


@dataclass(frozen=True)
class Vote:
    """What one annotator said of one text."""

    tags: frozenset[str]
    unsure: bool


@dataclass
class Annotated:
    """A text with all that its task carried, and one vote per annotator."""

    data: dict[str, Any]
    votes: dict[str, Vote] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """Annotated texts in the order of the files, and how many annotations were left out, by reason."""

    kind: Kind
    texts: list[Annotated]
    counts: dict[str, int]


def read_export(paths: list[Path], kind: Kind, empty_is_none: bool = False) -> Export:
    """Read exports of one project, or of the parts of one.

    Parameters
    ----------
    paths
        Files (.json, .jsonl, .csv, .zip) or folders of them.
    empty_is_none
        Whether a doccano line without labels means that no tag holds.

    Raises
    ------
    InputError
        If a file is no export, or holds a label that is no tag of the kind.
    """
    texts: dict[str, Annotated] = {}
    counts = {"cancelled": 0, "not annotated": 0, "annotated again by the same person": 0}
    for data, annotator, vote in _votes(paths, kind, empty_is_none, counts):
        columns = _columns(data, kind)
        item = texts.setdefault(_identity(columns, kind), Annotated(columns))
        if annotator in item.votes:
            counts["annotated again by the same person"] += 1  # they changed their mind: the later counts
        item.votes[annotator] = vote
    if not texts:
        raise InputError(
            "An export holds at least one annotation",
            f"{', '.join(map(str, paths))}: " + ", ".join(f"{n:,} {why}" for why, n in counts.items()),
            "Export finished work; if lines without labels mean that no tag holds, say --empty-is-none",
        )
    return Export(kind, list(texts.values()), {why: n for why, n in counts.items() if n})


def _votes(
    paths: list[Path], kind: Kind, empty_is_none: bool, counts: dict[str, int]
) -> Iterator[tuple[dict[str, Any], str, Vote]]:
    names = _names(kind)
    for place, content in _files(paths):
        for where, row in _rows(place, content):
            if isinstance(row.get("data"), dict):
                for number, annotation in enumerate(row.get("annotations") or (), start=1):
                    if annotation.get("was_cancelled"):
                        counts["cancelled"] += 1
                    else:
                        chosen = _chosen(annotation.get("result") or [])
                        yield row["data"], _annotator(annotation, number), _vote(chosen, names, where)
                if not row.get("annotations"):
                    counts["not annotated"] += 1
            else:
                chosen = _labels(row, where)
                if chosen or empty_is_none:
                    yield row, place.stem, _vote(chosen, names, where)
                else:
                    counts["not annotated"] += 1


def _files(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Every file with its text; those in a zip under the zip's name and their own."""
    for path in paths:
        inner = sorted(path.iterdir()) if path.is_dir() else [path]
        for file in inner:
            if path.is_dir() and file.suffix.lower() not in (".json", ".jsonl", ".csv", ".zip"):
                continue
            if not file.is_file():
                raise InputError("An export is a file or a folder of files", f"no {file}", "Check the path")
            try:
                if file.suffix.lower() == ".zip":
                    with zipfile.ZipFile(file) as packed:
                        for name in sorted(packed.namelist()):
                            if not name.endswith("/"):
                                yield file / name, packed.read(name).decode("utf-8-sig")
                else:
                    yield file, file.read_text(encoding="utf-8-sig")
            except (UnicodeDecodeError, zipfile.BadZipFile) as problem:
                raise InputError(
                    "An export is UTF-8 text, or a zip of such", f"{file}: {problem}", "Export it again"
                ) from problem


def _rows(place: Path, content: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of a file, and where it stands."""
    ending = place.suffix.lower()
    if ending == ".csv":
        reader = csv.DictReader(io.StringIO(content, newline=""))
        if not {"text", "label"} <= set(reader.fieldnames or ()):
            raise InputError(
                "A CSV of doccano has the columns text and label",
                f"{place} has {', '.join(reader.fieldnames or ()) or 'none'}",
                "Export JSON or JSONL",
            )
        for row in reader:
            yield f"{place}, line {reader.line_num}", {k: v for k, v in row.items() if k is not None}
        return
    number = 0
    try:
        if ending == ".json":
            rows = json.loads(content)
            if not isinstance(rows, list):
                raise ValueError("not a list of tasks")
        else:
            rows = []
            for line in content.split("\n"):
                number += 1
                if line.strip():
                    rows.append(json.loads(line))
    except ValueError as problem:
        raise InputError(
            "An export is JSON of Label Studio, or JSON, JSONL or CSV of doccano",
            f"{place}{f', line {number}' if number else ''}: {problem}",
            "Export it again in one of these",
        ) from problem
    for number, row in enumerate(rows, start=1):
        where = f"{place}, {'task' if ending == '.json' else 'line'} {number}"
        if not isinstance(row, dict) or not (isinstance(row.get("data"), dict) or "text" in row):
            raise InputError(
                "Every task of an export is an object with data or text", where, "Export JSON, not JSON-MIN"
            )
        yield where, row


def _chosen(result: list[dict[str, Any]]) -> list[str]:
    """The choices of a Label Studio annotation, and the labels of its spans."""
    found: list[str] = []
    for part in result:
        value = part.get("value") or {}
        found += value.get("choices") or value.get("labels") or []
    return found


def _labels(row: dict[str, Any], where: str) -> list[str]:
    """The labels of a doccano row: a list of names or of spans, or names joined by #."""
    given = row.get("label", row.get("labels"))
    if given is None or (isinstance(given, float) and math.isnan(given)):
        return []
    if isinstance(given, str):
        return [name for name in given.split("#") if name.strip()]
    if isinstance(given, list):
        return [str(name[2]) if isinstance(name, list) and len(name) == 3 else str(name) for name in given]
    raise InputError("A label is a name or a list of names", f"{where}: {given!r}", "Export it again")


def _vote(chosen: list[str], names: dict[str, str], where: str) -> Vote:
    found = set()
    for name in chosen:
        tag = names.get(name.strip().lower())
        if tag is None:
            raise InputError(
                f"Labels are {', '.join(names)}", f"{where}: {name!r}", "Rename the label in the export"
            )
        found.add(tag)
    return Vote(frozenset(found - {"none", "unsure"}), "unsure" in found)


def _names(kind: Kind) -> dict[str, str]:
    """How each tag may be called, in lower case."""
    tags = {name: tag.name for tag in TAGS if kind in tag.kinds for name in (tag.chinese, tag.name)}
    spaced = {name.replace("_", " "): name for name in tag_names(kind)}
    return tags | spaced | SPOKEN


def _annotator(annotation: dict[str, Any], number: int) -> str:
    """Who it was; where nobody is named, the place among the task's annotations."""
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return f"annotation {number}" if who is None else str(who)


def _columns(data: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """A unit's columns as they were drawn: what was shown as one text is taken apart where it does not carry its parts."""
    told = {
        name: value
        for name, value in data.items()
        if name not in _SHOWN and value is not None and value != "" and value == value  # NaN is nothing
    }
    if kind == "comment":
        text, _, title = str(told.get("comment") or told.get("text") or "").partition(TITLE)
        told["text"] = text
        if title:
            told.setdefault("title", title)
        told.pop("comment", None)
    else:
        text = told.pop("text", "")
        if not any(told.get(name) for name in VIDEO_TEXTS):
            told["title"], _, body = str(text).partition("\n\n")
            if body:
                told["description"] = body
    return told


def _identity(columns: dict[str, Any], kind: Kind) -> str:
    """What makes two rows the same unit: its id, or else its words."""
    name = f"{kind}_id"
    if name in columns:
        return f"{name} {columns[name]}"
    return json.dumps([columns.get(part) for part in ("text", *VIDEO_TEXTS)], ensure_ascii=False)
