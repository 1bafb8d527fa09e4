"""Agreement: how far annotators say the same, and what their votes become together.

A tag's label is the share of annotators who gave it; a text is `unsure` where they differ on a tag, or where half of them or more
said so themselves. Agreement is Krippendorff's alpha for nominal data (Krippendorff 2004, Content Analysis, ch. 11), which
allows for chance and for missing annotators, with a bootstrap over texts.
"""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.csv import write_csv
from rich.table import Table

from ..model.errors import InputError
from ..model.taxonomy import Kind, tag_names
from ..model.units import VIDEO_TEXTS
from ..model.whole import whole
from .annotations import Annotated, Export

REPLICATES = 200
SEED = 0


@dataclass(frozen=True)
class Agreement:
    """On one tag: `texts` read by two or more, `observed` share of pairs that agree, `alpha` with its 95 % interval.

    `ties` counts texts, of all, for which as many gave the tag as did not. Alpha is None where nobody, or everybody, gave the
    tag: there is then nothing to disagree about.
    """

    texts: int
    observed: float | None
    alpha: float | None
    low: float | None
    high: float | None
    ties: int


def agreements(export: Export) -> dict[str, Agreement]:
    """How far annotators agree on each tag of the export's kind."""
    return {tag: _agreement(_counts(export, tag)) for tag in tag_names(export.kind)}


def labelled_rows(export: Export, source: str) -> list[dict[str, Any]]:
    """Rows as `labels.read_labels` reads them: texts, soft labels, `unsure`, `group`, and how many annotators there were.

    Parameters
    ----------
    source
        Said of rows whose task did not carry one.
    """
    return [_row(item, export.kind, source) for item in export.texts]


def write_labels(export: Export, source: str, out: Path) -> None:
    """Write `labelled_rows` as JSONL, whole or not at all."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in labelled_rows(export, source)]
    with whole(out) as temporary:
        temporary.write_text("".join(lines), encoding="utf-8")


def write_audited(export: Export, out: Path) -> None:
    """Write the table that `huizan attribute --audited` reads: `video_id`, `is_<tag>`, `drawn_with`; Parquet or CSV.

    A tag counts as seen where half of the annotators or more gave it. Where only a part of a sample was annotated, that part
    is taken for a random one, and the chance of being drawn becomes that of being drawn and annotated.

    Raises
    ------
    InputError
        If the texts are no videos, or were not drawn at random with a known chance.
    """
    if export.kind != "video":
        raise InputError("An audit is of videos", f"these are {export.kind}s", "Leave --audited-out out")
    if out.suffix.lower() not in (".parquet", ".csv"):
        raise InputError("--audited-out ends with .parquet or .csv", str(out), "Rename it")
    lacking = [n for n in ("video_id", "drawn_with") if any(n not in item.data for item in export.texts)]
    if lacking:
        count = sum(any(name not in item.data for name in lacking) for item in export.texts)
        raise InputError(
            f"Every audited video carries its {' and '.join(lacking)}",
            f"{count:,} of {len(export.texts):,} annotated videos do not",
            "Draw the sample with `huizan-train sample --by random`, and export a format that keeps what tasks carry",
        )
    columns: dict[str, Any] = {"video_id": [str(item.data["video_id"]) for item in export.texts]}
    for tag in tag_names("video"):
        columns[f"is_{tag}"] = [_share(item, tag) >= 0.5 for item in export.texts]
    columns["drawn_with"] = _chances(export)
    table = pa.table(columns)
    with whole(out) as temporary:
        if out.suffix.lower() == ".csv":
            write_csv(table, temporary)
        else:
            pq.write_table(table, temporary)


def _chances(export: Export) -> list[float]:
    """Each text's chance of being drawn and annotated; a sample that does not tell its size is taken for complete."""
    samples = [
        (float(item.data["drawn_with"]), float(item.data.get("drawn_texts") or 0)) for item in export.texts
    ]
    came_back = Counter(samples)
    return [chance * min(1.0, came_back[chance, n] / n) if n else chance for chance, n in samples]


def report(export: Export) -> dict[str, Any]:
    """Numbers for JSON: texts, annotators with how many texts each read, agreement and share of each tag."""
    annotators = Counter(name for item in export.texts for name in item.votes)
    rows = labelled_rows(export, "")
    return {
        "kind": export.kind,
        "texts": len(export.texts),
        "unsure": sum(row["unsure"] for row in rows),
        "annotators": dict(annotators.most_common()),
        "left_out": export.counts,
        "tags": {
            tag: {"share": float(np.mean([row["labels"][tag] for row in rows]))} | asdict(found)
            for tag, found in agreements(export).items()
        },
    }


def agreement_table(told: dict[str, Any]) -> Table:
    """One line per tag of what `report` tells."""
    table = Table(title=f"{told['texts']:,} {told['kind']}s, {len(told['annotators'])} annotators")
    for column in ("tag", "share", "read twice", "ties", "agree", "alpha", "95 % interval"):
        table.add_column(column, justify="left" if column == "tag" else "right")
    for tag, line in told["tags"].items():
        alpha = "–" if line["alpha"] is None else f"{line['alpha']:.3f}"
        interval = "–" if line["low"] is None else f"{line['low']:.3f} … {line['high']:.3f}"
        agree = "–" if line["observed"] is None else f"{line['observed']:.3f}"
        table.add_row(
            tag, f"{line['share']:.3f}", f"{line['texts']:,}", str(line["ties"]), agree, alpha, interval
        )
    return table


def _share(item: Annotated, tag: str) -> float:
    return sum(tag in vote.tags for vote in item.votes.values()) / len(item.votes)


def _row(item: Annotated, kind: Kind, source: str) -> dict[str, Any]:
    data, votes = item.data, item.votes.values()
    labels = {tag: round(_share(item, tag), 4) for tag in tag_names(kind)}
    unsure = 2 * sum(vote.unsure for vote in votes) >= len(votes) or any(0 < s < 1 for s in labels.values())
    row: dict[str, Any] = {"source": data.get("source", source)}
    row |= {name: data[name] for name in ("comment_id", "video_id", "incident") if name in data}
    if kind == "comment":
        row |= {"text": data["text"], "context": data.get("title", "")}
        group = data.get("group") or data.get("incident") or data.get("title") or data.get("video_id")
    else:
        row |= {name: data[name] for name in VIDEO_TEXTS if name in data}
        group = data.get("group") or data.get("creator_id") or data.get("video_id")
    if group:
        row["group"] = str(group)
    return row | {"labels": labels, "unsure": unsure, "annotators": len(item.votes)}


def _counts(export: Export, tag: str) -> np.ndarray:
    """How many did not give the tag and how many did; int (texts, 2)."""
    given = [sum(tag in vote.tags for vote in item.votes.values()) for item in export.texts]
    read = [len(item.votes) for item in export.texts]
    return np.stack([np.array(read) - given, np.array(given)], axis=1)


def _agreement(counts: np.ndarray) -> Agreement:
    ties = int((counts[:, 0] == counts[:, 1]).sum())
    twice = counts[counts.sum(axis=1) >= 2]
    if not len(twice):
        return Agreement(0, None, None, None, None, ties)
    read = twice.sum(axis=1)
    pairs = (twice * (twice - 1)).sum(axis=1) / (read * (read - 1))
    draws = np.random.default_rng(SEED).integers(0, len(twice), size=(REPLICATES, len(twice)))
    drawn = [alpha for rows in draws if (alpha := _alpha(twice[rows])) is not None]
    alpha = _alpha(twice)
    low, high = (None, None) if alpha is None else map(float, np.quantile(drawn, [0.025, 0.975]))
    return Agreement(len(twice), float(pairs.mean()), alpha, low, high, ties)


def _alpha(counts: np.ndarray) -> float | None:
    """Krippendorff's alpha of units read by two or more; None if only one value was ever given."""
    import krippendorff

    if not counts.sum(axis=0).all():
        return None
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
