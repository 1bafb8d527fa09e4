"""Labelling tasks: a sample in the shapes that Label Studio and doccano import, with the set-up of the project beside it.

A task shows the text and carries what came with it (ids, the single columns, the chance of being drawn), so that an export can be
read without the sample (`annotations`). The tagger's own tags are left out unless they are asked for: people who see them agree
with them. A folder appears whole or not at all.
"""

import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from ..model.errors import InputError
from ..model.taxonomy import TAGS, Kind
from ..model.units import VIDEO_TEXTS
from .sampling import Drawn, Sample, SampleSettings

NONE, UNSURE = "都没有", "拿不准"  # what people choose when no tag holds, and when they would not bet on it
TITLE = "\n\n【视频标题】"  # stands between a comment and its video's title
TOOLS = ("label-studio", "doccano")
TASKS = {"label-studio": "tasks-{:03d}.json", "doccano": "texts-{:03d}.jsonl"}


def write_tasks(sample: Sample, settings: SampleSettings, out: Path) -> list[Path]:
    """Write a folder with the tasks in chunks, the project's set-up, and `settings.json`.

    Parameters
    ----------
    out
        A folder that is not there yet, or empty.

    Returns
    -------
    The files of tasks.

    Raises
    ------
    InputError
        If the folder holds something, or cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError("--out must be a new folder", f"{out} holds something", "Give another --out")
    studio = settings.tool == "label-studio"
    make = _label_studio if studio else _doccano
    tasks = [make(drawn, sample, settings) for drawn in sample.drawn]
    chunks = [tasks[begin : begin + settings.chunk] for begin in range(0, len(tasks), settings.chunk)]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".sample-") as made:
            new = Path(made) / "new"
            new.mkdir()
            for number, chunk in enumerate(chunks):
                name = TASKS[settings.tool].format(number)
                (new / name).write_text(_json(chunk) if studio else _lines(chunk), encoding="utf-8")
            if studio:
                (new / "config.xml").write_text(label_studio_config(sample.kind), encoding="utf-8")
            else:
                (new / "labels.json").write_text(_json(doccano_labels(sample.kind)), encoding="utf-8")
            told = asdict(settings) | {"counts": sample.counts}
            (new / "settings.json").write_text(_json(told), encoding="utf-8")
            if out.exists():
                out.rmdir()
            os.replace(new, out)
    except OSError as problem:
        raise InputError(
            "--out must be a folder that can be written", f"{out}: {problem.strerror}", "Give another"
        ) from problem
    return [out / TASKS[settings.tool].format(number) for number in range(len(chunks))]


def choices(kind: Kind) -> list[str]:
    """What people can choose for a unit: the tags in Chinese, and that there is none."""
    return [*(tag.chinese for tag in TAGS if kind in tag.kinds), NONE]


def label_studio_config(kind: Kind) -> str:
    """The labelling interface of a Label Studio project, to be pasted under Settings, Labeling Interface, Code."""
    title = '  <Header value="$title" size="5"/>\n' if kind == "comment" else ""
    listed = "".join(f"    <Choice value={quoteattr(name)}/>\n" for name in choices(kind))
    return (
        f'<View>\n{title}  <Text name="text" value="$text"/>\n'
        f'  <Choices name="tags" toName="text" choice="multiple" required="true">\n{listed}  </Choices>\n'
        f'  <Choices name="unsure" toName="text" choice="multiple">\n    <Choice value="{UNSURE}"/>\n  </Choices>\n'
        "</View>\n"
    )


def doccano_labels(kind: Kind) -> list[dict[str, str]]:
    """The label types of a doccano project for text classification that allows several labels."""
    colours = ("#c0392b", "#8e44ad", "#d68910", "#2471a3", "#7f8c8d", "#273746")
    return [
        {"text": name, "suffix_key": str(i + 1), "background_color": colours[i], "text_color": "#ffffff"}
        for i, name in enumerate([*choices(kind), UNSURE])
    ]


def shown(columns: dict[str, Any], kind: Kind) -> str:
    """A unit as one text; for a comment what stands behind `TITLE` is its video's title."""
    if kind == "comment":
        title = columns.get("title")
        return f"{columns['text']}{TITLE}{title}" if title else str(columns["text"])
    return "\n\n".join(str(columns[name]) for name in VIDEO_TEXTS if columns.get(name))


def _label_studio(drawn: Drawn, sample: Sample, settings: SampleSettings) -> dict[str, Any]:
    kind, data = sample.kind, _carried(drawn, sample, settings)
    text = drawn.columns["text"] if kind == "comment" else shown(drawn.columns, kind)
    task: dict[str, Any] = {"data": {"title": "", **data, "text": text}}
    if settings.suggest:
        suggested, score = _suggested(drawn, kind)
        value = {"choices": suggested}
        result = [{"from_name": "tags", "to_name": "text", "type": "choices", "value": value}]
        task["predictions"] = [
            {"model_version": drawn.columns.get("model", ""), "score": score, "result": result}
        ]
    return task


def _doccano(drawn: Drawn, sample: Sample, settings: SampleSettings) -> dict[str, Any]:
    kind, data = sample.kind, _carried(drawn, sample, settings)
    if kind == "comment":
        data["comment"] = drawn.columns["text"]
    label = _suggested(drawn, kind)[0] if settings.suggest else []
    return {"text": shown(drawn.columns, kind), "label": label, **data}


def _carried(drawn: Drawn, sample: Sample, settings: SampleSettings) -> dict[str, Any]:
    """What a task carries and people do not judge; of a random sample its size, too, as not all of it may come back."""
    told = {name: value for name, value in drawn.columns.items() if name != "text"}
    told |= {"kind": sample.kind, "drawn_by": settings.by}
    if drawn.drawn_with is not None:
        told |= {"drawn_with": drawn.drawn_with, "drawn_texts": len(sample.drawn)}
    return told


def _suggested(drawn: Drawn, kind: Kind) -> tuple[list[str], float]:
    """The tags that are likelier than not, and the probability of the least certain of these verdicts."""
    given = [tag.chinese for tag in TAGS if kind in tag.kinds and drawn.probability[tag.name] >= 0.5]
    return given or [NONE], min(max(p, 1 - p) for p in drawn.probability.values())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
