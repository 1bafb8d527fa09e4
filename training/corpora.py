"""Public corpora with labels akin to our tags, as one file of related tasks for `auxiliary`.

Each task names a corpus (a Parquet file of the shape its data card describes), the label it takes, and what stands beside
the text. Rows of official test and development splits are left out, so that those can still measure. It knows
corpora and nothing of training.

    huizan-train corpora --folder corpora --out auxiliary.jsonl
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..model.errors import InputError
from ..model.whole import whole


@dataclass(frozen=True)
class Task:
    """What a corpus teaches: its `label` field, read as `kind`, with the column that gives context and the one that groups.

    `group` is a column, or the name itself where all rows stand together.
    """

    name: str
    corpus: str
    label: str
    kind: str = "comment"
    context: str = ""
    group: str = ""


TASKS = (
    Task("offence", "cold", "label", group="topic"),
    Task("sexism", "swsr_comments", "label"),
    Task("bullying", "sccd", "label", group="sccd"),
    Task("hostility", "chnci", "final", context="incident", group="incident"),
    Task("stance_in_thread", "cmtcsd", "stance", context="target", group="target"),
    Task("stance", "cstance", "stance", context="target", group="target"),
    Task("parody", "fanchuan_zh", "parody", context="title", group="title"),
    Task("support", "fanchuan_zh", "support", context="title", group="title"),
    Task("agitation", "caod", "agitative"),
    Task("emotion", "smp2020_ewect", "emotion"),
    Task("sentiment", "bili_sent3", "emotion", group="bili_sent3"),
    Task("clickbait_headline", "hancd", "clickbait", kind="video", group="hancd"),
    Task("clickbait_news", "ccdcieg", "clickbait", kind="video", group="ccdcieg"),
    Task("debunked", "fakesv_public", "annotation", kind="video"),
    Task("category", "kuairec_caption", "cat1", kind="video", group="kuairec"),
    Task("section", "bili_popular", "tname", kind="video", group="bili_popular"),
)
HELD_BACK = frozenset({"test", "dev", "val", "valid", "validation"})


def write_tasks(folder: Path, out: Path, without: tuple[str, ...] = ()) -> dict[str, int]:
    """Write the rows of every task whose corpus lies in `folder`; whole or not at all.

    Returns
    -------
    Rows written by task.

    Raises
    ------
    InputError
        If the folder holds none of the corpora.
    """
    there = [t for t in TASKS if t.corpus not in without and (folder / f"{t.corpus}.parquet").is_file()]
    if not there:
        raise InputError(
            must=f"The folder holds one or more of {sorted({t.corpus for t in TASKS})} as NAME.parquet",
            found=f"none in {folder}",
            do="Give the folder of the corpora that the data cards describe",
        )
    counts: Counter[str] = Counter()
    with whole(out) as temporary, open(temporary, "w", encoding="utf-8") as file:
        for task in there:
            for row in rows_of(task, folder):
                print(json.dumps(row, ensure_ascii=False), file=file)
                counts[task.name] += 1
    return dict(counts)


def rows_of(task: Task, folder: Path) -> Iterator[dict]:
    """The rows of one task as `auxiliary` reads them; rows without text or label are passed over."""
    from datasets import load_dataset

    rows = load_dataset("parquet", data_files=str(folder / f"{task.corpus}.parquet"), split="train")
    for row in rows:
        assert isinstance(row, dict)
        label = json.loads(row["labels"]).get(task.label)
        text = row["text"] if task.kind == "comment" else row.get("title") or row["text"]
        if not text or label in (None, "", "None") or row.get("split") in HELD_BACK:
            continue
        try:
            label = str(int(float(label)))  # one class may be written 1 and 1.0
        except ValueError:
            label = str(label)
        words = (
            {"text": text, "context": row.get(task.context) or ""}
            if task.kind == "comment"
            else {"title": text, "content": row.get("content") or row.get("cover_text") or ""}
        )
        group = row.get(task.group) or task.group or task.corpus
        yield {"task": task.name, "kind": task.kind, **words, "label": label, "group": group}
