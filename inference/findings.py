"""What the page shows, read from the outputs and brought to small tables: un-likes by age, by column, and by video.

Everything large is aggregated by DuckDB before it comes here; what comes back fits on a page. It knows the output tables and
nothing of charts or HTML.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from ..model.errors import InputError
from ..model.taxonomy import cause_names
from .tables import connect

AGES = ((0, "0–5 s"), (5, "5–30 s"), (30, "30 s–1 min"), (60, "1–5 min"), (300, "5–15 min"), (900, "15–60 min"), (3600, "1–4 h"),
        (14_400, "4–12 h"), (43_200, "12–24 h"), (86_400, "1–3 d"), (259_200, "3–7 d"), (604_800, "> 7 d"))  # fmt: skip
TOP = 40  # videos listed
VALUES = 12  # values of a column shown
COMMENTS = 4  # evidence comments shown per video


@dataclass(frozen=True)
class Findings:
    """Small tables for the page; lists of plain rows."""

    shares: dict[str, Any]
    checks: list[dict[str, Any]]
    ages: list[dict[str, Any]]
    by: dict[str, list[dict[str, Any]]]
    videos: list[dict[str, Any]]


def findings(folder: Path) -> Findings:
    """Read a folder that `huizan run` or `huizan attribute` wrote.

    Raises
    ------
    InputError
        If an output is missing.
    """
    needed = ("reversals.parquet", "videos_effect.parquet", "shares.json", "checks.json")
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"A report needs {', '.join(needed)}",
            f"{folder} lacks {', '.join(missing)}",
            "Give the folder that `huizan run` or `huizan attribute` wrote",
        )
    con = connect()
    shares = json.loads((folder / "shares.json").read_text(encoding="utf-8"))
    checks = json.loads((folder / "checks.json").read_text(encoding="utf-8"))["checks"]
    reversals = con.read_parquet(str(folder / "reversals.parquet"))
    reversals = reversals.mutate(key=reversals.video_id.cast("string"))
    videos = _optional(con, folder / "videos.parquet")
    comments = _optional(con, folder / "comments.parquet")
    if shares["n_reversals"] == 0:
        return Findings(shares, checks, [], {}, [])
    by: dict[str, list[dict[str, Any]]] = {
        "week": _by(reversals.mutate(value=reversals.liked_at.truncate("W").strftime("%Y-%m-%d")))
    }
    if videos is not None:
        for column in ("category", "creator_id"):
            if column in videos.columns:
                named = videos.select(key=videos.video_id.cast("string"), value=videos[column].cast("string"))
                by[column] = _by(reversals.inner_join(named.filter(named.value.notnull()), "key"))
    effects = con.read_parquet(str(folder / "videos_effect.parquet"))
    return Findings(
        shares, checks, _ages(reversals), by, _videos(effects, reversals, videos, comments, shares)
    )


def _optional(con: ibis.BaseBackend, path: Path) -> ir.Table | None:
    return con.read_parquet(str(path)) if path.is_file() else None


def _ages(reversals: ir.Table) -> list[dict[str, Any]]:
    age = reversals.unliked_at.delta(reversals.liked_at, unit="second")
    order = sum((ibis.ifelse(age >= edge, 1, 0) for edge, _ in AGES), start=ibis.literal(0)) - 1
    table = reversals.mutate(order=order).group_by("order")
    rows = (
        table.aggregate(**{c: reversals[c].sum() for c in cause_names()})
        .order_by("order")
        .to_pyarrow()
        .to_pylist()
    )
    return [
        {"age": AGES[row["order"]][1], "order": row["order"], "cause": cause, "count": row[cause]}
        for row in rows
        for cause in cause_names()
    ]


def _by(table: ir.Table) -> list[dict[str, Any]]:
    sums = {cause: table[cause].sum() for cause in cause_names()}
    grouped = (
        table.group_by("value")
        .aggregate(n=table.count(), **sums)
        .order_by(ibis.desc("n"), "value")
        .limit(VALUES)
    )
    rows = grouped.to_pyarrow().to_pylist()
    return [
        {"value": row["value"], "cause": cause, "count": row[cause]}
        for row in rows
        for cause in cause_names()
    ]


def _videos(
    effects: ir.Table,
    reversals: ir.Table,
    videos: ir.Table | None,
    comments: ir.Table | None,
    shares: dict[str, Any],
) -> list[dict[str, Any]]:
    """The videos that lost most likes beyond what their number of likes would lead one to expect."""
    rate = shares["n_reversals"] / max(shares["n_likes"], 1)
    beyond = effects.mutate(
        key=effects.video_id.cast("string"), beyond=effects.reversals - effects.likes * rate
    )
    rows = beyond.order_by(ibis.desc("beyond"), "key").limit(TOP).to_pyarrow().to_pylist()
    keys = [row["key"] for row in rows]
    about = _about(videos, keys)
    said = _said(reversals, comments, keys)
    result = []
    for row in rows:
        mass = {cause: row["reversals"] - row[f"expected_without_{cause}"] for cause in cause_names()}
        leading = max(mass, key=lambda cause: mass[cause])
        result.append(
            {
                "id": row["key"], "likes": row["likes"], "reversals": row["reversals"], "beyond": row["beyond"],
                "rate": row["reversals"] / max(row["likes"], 1), "mass": mass,
                "leading": leading if 2 * mass[leading] >= max(row["reversals"], 1) else None,
                "said": said.get(row["key"], []),
                **about.get(row["key"], {"title": None, "tags": []}),
            }
        )  # fmt: skip
    return result


def _about(videos: ir.Table | None, keys: list[str]) -> dict[str, dict[str, Any]]:
    if videos is None:
        return {}
    chosen = videos.mutate(key=videos.video_id.cast("string"))
    rows = chosen.filter(chosen.key.isin(keys)).to_pyarrow().to_pylist()
    return {
        row["key"]: {
            "title": row.get("title"),
            "creator": row.get("creator_id"),
            "tags": [name[3:] for name, value in row.items() if name.startswith("is_") and value],
        }
        for row in rows
    }


def _said(reversals: ir.Table, comments: ir.Table | None, keys: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Comments that were evidence for most of a video's un-likes, and when they were posted."""
    if comments is None or "text" not in comments.columns:
        return {}
    named = reversals.filter(reversals.key.isin(keys))
    used = named.select(named.key, id=named.evidence_comment_ids.unnest())
    used = used.group_by("key", "id").aggregate(times=used.count())
    texts = comments.select(id=comments.comment_id, text=comments.text, created_at=comments.created_at)
    rows = used.inner_join(texts, "id").order_by("key", ibis.desc("times"), "id").to_pyarrow().to_pylist()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        mine = found.setdefault(row["key"], [])
        if len(mine) < COMMENTS:
            mine.append(
                {
                    "text": row["text"],
                    "at": row["created_at"].strftime("%Y-%m-%d %H:%M"),
                    "times": row["times"],
                }
            )
    return found
