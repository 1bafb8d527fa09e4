"""Highlights: the words that carry a tag in the texts that the page shows, and how they are marked there.

The tagger is asked once, after an attribution, about the videos that lost most and the comments that exposed them; the page
is then made without it. Words are of the text as read (`explanation`); they are marked in the text as written, whose
characters are normalised one by one to find them. Without that table, `why_<tag>` columns of tagged tables serve; without
these nothing is marked.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ..model.taxonomy import Kind, tag_names
from ..model.text import normalise_all
from ..model.units import VIDEO_TEXTS, comment_units, video_units
from .digest import shown_videos
from .exposure import exposing_comments
from .outcome import Row, Tables

if TYPE_CHECKING:
    from .explanation import Explanation
    from .scorer import Scorer

EXPLAINED = 20  # videos, those that lost most: each word is one more text to be scored
TRIED = 20  # words of a video or comment, from its beginning
NAMED = 3  # words per tag
LEAST = 0.25  # of what the strongest word carries
BODY = 220  # characters of a video's other texts that reach the page
TAGS = tag_names("comment")  # of comments and of videos
_SPEAKS = re.compile(r"\w")


@dataclass(frozen=True)
class Words:
    """What speaks for each tag of one text, strongest first, and the other texts of a video where known."""

    by_tag: dict[str, list[str]] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; `tag` for which it speaks, `strength` 0 to 2."""

    text: str
    tag: str | None = None
    strength: int = 0


def find(tables: Tables, videos: ir.Table | None, scorer: "Scorer") -> pa.Table:
    """Words that carry the tags of the videos that lost most, and of the comments that exposed them.

    Parameters
    ----------
    tables
        The outputs of an attribution.
    videos
        The videos' texts, as they came in.

    Returns
    -------
    One row per text: `kind`, `id` as text, `body` (the beginning of what a video says beside its title), and `why_<tag>`, the
    words that carry each tag that the text is given.
    """
    shown = shown_videos(tables)
    leading = [row["key"] for row in shown[:EXPLAINED]]
    rows = _video_rows(shown, leading, videos, scorer) if videos is not None else []
    rows += _comment_rows(tables, shown, leading, scorer)
    schema = pa.schema(
        [("kind", pa.string()), ("id", pa.string()), ("body", pa.string())]
        + [(f"why_{tag}", pa.list_(pa.string())) for tag in TAGS]
    )
    return pa.Table.from_pylist(rows, schema)


def _video_rows(shown: list[Row], leading: list[str], videos: ir.Table, scorer: "Scorer") -> list[Row]:
    from .explanation import explain

    keys = ibis.memtable({"key": [row["key"] for row in shown]}, schema={"key": "string"})
    there = [name for name in VIDEO_TEXTS if name in videos.columns]
    table = videos.select(*there, key=videos.video_id.cast("string")).distinct(on="key", keep="first")
    texts = {row["key"]: row for row in table.semi_join(keys, "key").to_pyarrow().to_pylist()}
    given = {row["key"]: [tag for tag in tag_names("video") if row.get(f"is_{tag}")] for row in shown}
    asked = [key for key in leading if given[key] and key in texts]
    found = dict(zip(asked, explain(scorer, video_units([texts[k] for k in asked]), TRIED), strict=True))
    rows = []
    for key in (row["key"] for row in shown if row["key"] in texts):
        said = [texts[key].get(name) for name in VIDEO_TEXTS if name not in ("title", "hashtags")]
        body = "\n".join(part.strip() for part in said if isinstance(part, str) and part.strip())
        body = body[:BODY].rstrip() + "…" if len(body) > BODY else body
        why = _named(found[key], given[key]) if key in found else {}
        rows.append({"kind": "video", "id": key, "body": body or None, **why})
    return rows


def _comment_rows(tables: Tables, shown: list[Row], leading: list[str], scorer: "Scorer") -> list[Row]:
    from .explanation import explain

    titles = {row["key"]: row.get("title") or "" for row in shown}
    asked = [
        (titles[key], comment)
        for key, listed in exposing_comments(tables, leading).items()
        for comment in listed
        if comment["text"] and comment["says"]
    ]
    units = comment_units([comment["text"] for _, comment in asked], [title for title, _ in asked])
    found = explain(scorer, units, TRIED)
    return [
        {"kind": "comment", "id": comment["id"], "body": None, **_named(one, comment["says"])}
        for (_, comment), one in zip(asked, found, strict=True)
    ]


def _named(found: "Explanation", given: Iterable[str]) -> dict[str, list[str]]:
    """The words worth naming, by column."""
    named = {}
    for tag in given:
        column = found.tags.index(tag)
        most = max((word.carries[column] for word in found.words), default=0.0)
        strong = {word.text for word in found.words if word.carries[column] >= LEAST * most > 0}
        listed = list(dict.fromkeys(w for w in found.top(tag, TRIED) if w in strong and _SPEAKS.search(w)))
        long = [word for word in listed if len(word) > 1]  # one character seldom says anything alone
        named[f"why_{tag}"] = (long or listed)[:NAMED]
    return named


def words(tables: Tables, kind: Kind, ids: list[str]) -> dict[str, Words]:
    """What is known of the words of some videos or comments, by id."""
    if tables.words is not None:
        table = tables.words.filter(tables.words.kind == kind)
    else:
        table = tables.videos if kind == "video" else tables.comments
        if table is None:
            return {}
        table = table.mutate(id=table[f"{kind}_id"].cast("string"))
    columns = [f"why_{tag}" for tag in tag_names(kind) if f"why_{tag}" in table.columns]
    if not columns:
        return {}
    wanted = ibis.memtable({"id": ids}, schema={"id": "string"})
    body = ["body"] if "body" in table.columns else []
    rows = table.select("id", *columns, *body).semi_join(wanted, "id").to_pyarrow().to_pylist()
    return {
        row["id"]: Words({c.removeprefix("why_"): row[c] for c in columns if row[c]}, row.get("body"))
        for row in rows
    }


def marked(text: str, by_tag: dict[str, list[str]]) -> list[Piece]:
    """Cut a text into stretches that speak for a tag and stretches that do not; together they are the text.

    >>> [piece.text for piece in marked("這是擺拍吧", {"staged": ["摆拍"]})]
    ['這是', '擺拍', '吧']
    """
    if not text or not by_tag:
        return [Piece(text)] if text else []
    parts = normalise_all(text)  # of each character
    folded = "".join(parts)
    at = [i for i, part in enumerate(parts) for _ in part]
    owner: list[tuple[str, int] | None] = [None] * len(text)
    ranked = sorted((rank, tag, word) for tag, listed in by_tag.items() for rank, word in enumerate(listed))
    for rank, tag, word in ranked:
        for start in _places(folded, word):
            stretch = range(at[start], at[start + len(word) - 1] + 1)
            if all(owner[i] is None for i in stretch):
                for i in stretch:
                    owner[i] = (tag, min(rank, 2))
    return list(_runs(text, owner))


def _places(folded: str, word: str) -> Iterator[int]:
    """Where a word stands; a single character only where it stands first, for it may be part of other words."""
    start = folded.find(word) if word else -1
    while start >= 0:
        yield start
        start = folded.find(word, start + len(word)) if len(word) > 1 else -1


def _runs(text: str, owner: list[tuple[str, int] | None]) -> Iterator[Piece]:
    begin = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or owner[end] != owner[begin]:
            tag, rank = owner[begin] or (None, 2)
            yield Piece(text[begin:end], tag, 2 - rank)
            begin = end
