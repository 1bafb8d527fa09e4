"""The report: a folder of outputs in, one self-contained page out.

The page opens from disk with no network: style, script, charting library and data are inside, and a content security policy that
names the scripts by their hashes lets nothing else run or load. Numbers come from `digest` and `exposure`, pictures from
`figures`, sentences from `wording`; this module lays them before the template. Texts of users reach the page escaped, as text.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import base64
import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import ibis
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ..model.taxonomy import CAUSES, TAGS, cause_names, tag_names
from ..model.whole import whole
from . import charts, figures, highlights, wording
from .creators import LEAST
from .digest import OF_THE_VIDEO, Digest, digest
from .engines import connect
from .exposure import exposing_comments, time_lines
from .numerals import LANGUAGES, interval_words, moment, percent, say
from .outcome import Row, Tables, document, open_tables
from .palette import PAPERS, palette
from .verdicts import Verdict, verdict
from .wording import Both

HEADLINE = ("content_quality", "emotional_manipulation")


def write_report(folder: Path, out: Path, con: ibis.BaseBackend | None = None) -> Path:
    """Write the page for the outputs in `folder`.

    Parameters
    ----------
    folder
        Holds `reversals.parquet`, `videos_effect.parquet`, `shares.json`, `checks.json`, and where there `videos.parquet`
        and `comments.parquet`.
    out
        The page, written whole or not at all. The same folder gives the same bytes.

    Raises
    ------
    InputError
        If an output is missing or is not what `attribute` writes.
    """
    folder, out = Path(folder), Path(out)
    shares = document(folder, "shares.json", "shares")
    checks = document(folder, "checks.json", "checks")["checks"]
    tables = open_tables(con or connect(), folder)
    page = render(digest(tables, shares, checks), tables)
    with whole(out) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return out


def render(found: Digest, tables: Tables) -> str:
    """The page as text."""
    keys = [row["key"] for row in found.videos]
    shown = figures.of(found)
    lines = time_lines(tables, keys)
    videos = _videos(found, tables, keys)
    data = {
        "charts": {figure.name: figure.specs for figure in shown.values()},
        "timeLine": {language: charts.time_line(language) for language in LANGUAGES},
        "causes": {language: [say(wording.CAUSE[c], language) for c in cause_names()] for language in LANGUAGES},
        "names": cause_names(),
        "light": {name: shades[0] for name, shades in (PAPERS | palette()).items()},
        "videos": {key: _packed(line) for key, line in lines.items()},
    }  # fmt: skip
    environment = _environment()
    script = environment.get_template("report.js.j2").render()
    library = charts.library()
    context = {
        "shares": found.shares, "figures": shown, "headline": _headline(found), "period": found.period,
        "checks": _verdicts(found.checks),
        "left_out": _left_out(found.shares), "kept_out": _kept_out(found.shares),
        "videos": videos, "words_known": any(v["marks"] for v in videos), "n_videos": found.n_videos, "causes": wording.CAUSE,
        "tags": wording.TAG, "mechanism": _mechanisms(), "cause_names": cause_names(), "of_the_video": OF_THE_VIDEO,
        "categories": sorted({row["category"] for row in found.videos if row.get("category")}), "palette": palette(),
        "papers": PAPERS, "cause_of": {tag.name: tag.cause for tag in TAGS}, "unsaid": _unsaid(found),
        "placebo": figures.PLACEBO, "least": LEAST, "cells": any("creator_id" in row for row in found.videos),
        "data": Markup(embedded(data)), "library": Markup(library), "script": Markup(script),
        "policy": _policy(library, script),
    }  # fmt: skip
    return environment.get_template("report.html.j2").render(context)


def embedded(value: Any) -> str:
    """JSON that may stand inside a script element: no character in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate({ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


def _policy(*scripts: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    allowed = " ".join(f"'sha256-{h}'" for h in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _environment() -> Environment:
    def load(name: str) -> str:
        return files(__name__.rpartition(".")[0]).joinpath(name).read_text(encoding="utf-8")

    environment = Environment(
        loader=FunctionLoader(load), autoescape=lambda name: name is None or ".js." not in name, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"percent": percent, "moment": moment, "count": lambda n: f"{n:,.0f}"}
    environment.globals["interval_words"] = interval_words
    return environment


def _packed(line: Row) -> list[Any]:
    return [line["from"] // 1000, line["width"] // 1000, line["bins"], line["masses"], line["later"]]


def _headline(found: Digest) -> Row:
    """What the first screen says: the two shares in question, whether each is detected, and whether they can be told apart."""
    shares = found.shares
    point = bool(shares.get("point", True))
    quality, emotional = (shares["shares"][name] for name in HEADLINE)
    known = quality["low"] is not None and emotional["low"] is not None
    apart = known and (quality["low"] > emotional["high"] or emotional["low"] > quality["high"])
    first = None
    if apart:
        first = HEADLINE[0] if quality["low"] > emotional["high"] else HEADLINE[1]
    combined = next(iter(shares.get("combined", {}).values()), None)
    return {
        "point": point,
        "known": known,
        "apart": apart,
        "first": first,
        "combined": combined,
        "names": HEADLINE,
    }


def _mechanisms() -> dict[str, Both]:
    return {cause.name: Both(wording.MECHANISM[cause.name], cause.mechanism) for cause in CAUSES}


def _left_out(shares: Row) -> list[tuple[str, Both]]:
    return [
        (entry["column"], wording.left_out(entry["column"], entry["effect"]))
        for entry in shares.get("left_out", [])
    ]


def _kept_out(shares: Row) -> list[tuple[Both, Both, int]]:
    return [
        (wording.TABLE.get(table, Both(table, table)), wording.reason(why), int(n))
        for table, reasons in shares.get("rows", {}).items()
        for why, n in reasons.items()
        if n
    ]


def _verdicts(checks: list[Row]) -> list[Verdict]:
    """What failed first, then what was left open."""
    return sorted(map(verdict, checks), key=lambda v: (False, None, True).index(v.passed))


def _unsaid(found: Digest) -> list[Both]:
    """What the shares themselves leave open."""
    shares, said = found.shares, []
    n = shares.get("n_reversals") or 0
    for name, entry in shares["shares"].items():
        if n and entry.get("low") is not None and not entry["detected"]:
            cause, most = wording.CAUSE.get(name, Both(name, name)), percent(entry["high"])
            zh = f"{cause.zh}没有检出：与零分不开，但也可能多到 {most}。"
            en = f"{cause.en} was not detected: it cannot be told from zero, and may be as much as {most}."
            said.append(Both(zh, en[0].upper() + en[1:]))
    if n and found.undetermined:
        some, share = f"{found.undetermined:,}", percent(found.undetermined / n)
        zh = f"{some} 个取消（{share}）没有哪一种原因过半，单看一条说不清。"
        en = f"For {some} un-likes ({share}) no reason reaches one half: singly they are undecided."
        said.append(Both(zh, en))
    if note := shares.get("note"):
        said.append(Both(note, note))
    return said


def _videos(found: Digest, tables: Tables, keys: list[str]) -> list[Row]:
    """Rows of the videos' table, ready to be shown."""
    exposing = exposing_comments(tables, keys)
    said = highlights.words(tables, "video", keys)
    ids = [comment["id"] for listed in exposing.values() for comment in listed]
    replied = highlights.words(tables, "comment", ids)
    n_likes, n_reversals = found.shares.get("n_likes") or 0, found.shares.get("n_reversals") or 0
    usual = n_reversals / n_likes if n_likes else 0.0
    rows, nothing = [], highlights.Words()
    for row in found.videos:
        rate = row["reversals"] / row["likes"] if row["likes"] else 0.0
        masses = [max(row[c] or 0.0, 0.0) for c in cause_names()]
        total = sum(masses) or 1.0
        why = said.get(row["key"], nothing)
        comments = [
            c | {"pieces": highlights.marked(c["text"] or "", replied.get(c["id"], nothing).by_tag)}
            for c in exposing.get(row["key"], [])
        ]
        rows.append(
            row | {
                "title": row.get("title"), "creator_id": row.get("creator_id"), "category": row.get("category"),
                "published_at": row.get("published_at"), "rate": rate, "ratio": rate / usual if usual else 0.0,
                "tags": [tag for tag in tag_names("video") if row.get(f"is_{tag}")], "parts": [m / total for m in masses],
                "comments": comments, "pieces": highlights.marked(row.get("title") or "", why.by_tag),
                "body": highlights.marked(why.body or "", why.by_tag), "marks": why.by_tag,
            }
        )  # fmt: skip
    return rows
