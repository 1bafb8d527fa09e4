"""Pools: tables of videos or comments from which texts are drawn to be labelled.

Parquet, CSV or JSON lines, a file or a folder, raw or tagged; DuckDB streams the few columns that are needed, every id and text
as text, so that no id loses a digit. Which rows are drawn is `sampling`'s work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ..model.errors import InputError
from ..model.taxonomy import Kind, tag_names
from ..model.units import VIDEO_TEXTS

ENDINGS = {".parquet": "parquet", ".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
ROWS = 16_384  # rows in memory at a time
ALSO = ("creator_id", "source", "group", "incident", "model")  # told with a text where the table has them
_CONTENT = {"description": "content"}  # what a file of labels calls a column
_HASHTAGS = "list_aggregate(list_transform({}, lambda x: '#' || ltrim(x, '#')), 'string_agg', ' ')"


@dataclass(frozen=True)
class Pool:
    """Rows with `key` (a text that never repeats), the texts and ids of a unit, and p_<tag> where the table is `tagged`."""

    kind: Kind
    relation: Any
    tagged: bool

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows in batches, never all at once."""
        yield from self.relation.to_arrow_reader(ROWS)


def open_pool(kind: Kind, path: Path, videos: Path | None = None) -> Pool:
    """Open a table of units of one kind.

    Parameters
    ----------
    videos
        For comments: the videos that give them their titles, if they do not carry them.

    Raises
    ------
    InputError
        If there is no such table, it has no texts, or its ids repeat.
    """
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    try:
        source, there = _open(con, path)
        select = _columns(kind, there, path)
        query = f"SELECT {_listed(select)} FROM {source}"
        if kind == "comment" and videos is not None:
            query = _titled(query, select, videos, *_open(con, videos))
            select["title"] = "title"
        relation = con.sql(query)
        _check_keys(con, query, path)
    except duckdb.Error as problem:
        said = " ".join(str(problem).split())[:240]
        raise InputError(
            "The table must be readable, and text UTF-8", f"{path}: {said}", "Write it again"
        ) from problem
    return Pool(kind, relation, all(f"p_{tag}" in select for tag in tag_names(kind)))


def _open(con: Any, path: Path) -> tuple[str, dict[str, str]]:
    """What SQL reads the files with, and for each column the expression that gives it as text."""
    files = sorted(path.iterdir()) if path.is_dir() else [path] if path.is_file() else []
    files = [f for f in files if f.suffix.lower() in ENDINGS and not f.name.startswith((".", "_"))]
    forms = {ENDINGS[f.suffix.lower()] for f in files}
    if len(forms) != 1:
        raise InputError(
            "A table is a Parquet, CSV or JSONL file, or a folder of files of one of these",
            f"{path}: {', '.join(sorted(forms)) or 'no such file'}",
            "Check the path",
        )
    names, form = ", ".join(map(_literal, map(str, files))), forms.pop()
    if form == "jsonl":
        source = f"read_json_objects([{names}], format = 'newline_delimited')"
        keys = con.sql(f"SELECT DISTINCT unnest(json_keys(json)) AS name FROM {source}").fetchall()
        return source, {name: _from_json(name) for (name,) in sorted(keys)}
    if form == "csv":
        separator = "\t" if files[0].suffix.lower() == ".tsv" else ","
        options = f"all_varchar = true, header = true, delim = '{separator}', quote = '\"', escape = '\"'"
        source = f"read_csv([{names}], {options})"
    else:
        source = f"read_parquet([{names}], union_by_name = true, binary_as_string = true)"
    raw = con.sql(f"SELECT * FROM {source}")
    sorts = zip(raw.columns, map(str, raw.types), strict=True)
    return source, {
        name: _HASHTAGS.format(f"CAST({_quoted(name)} AS VARCHAR[])")
        if sort.endswith("[]")
        else f"CAST({_quoted(name)} AS VARCHAR)"
        for name, sort in sorts
    }


def _titled(query: str, select: dict[str, str], videos: Path, source: str, there: dict[str, str]) -> str:
    """The same rows with the titles of their videos, where they have none of their own."""
    if "video_id" not in select or not {"video_id", "title"} <= there.keys():
        raise InputError(
            "Titles come from videos with video_id and title, for comments with video_id",
            f"{videos} has {', '.join(there)}; the comments have {', '.join(select)}",
            "Add the columns or leave --videos out",
        )
    titles = (
        f"SELECT {there['video_id']} AS id, min({there['title']}) AS title FROM {source} GROUP BY ALL HAVING id"
        " IS NOT NULL"
    )
    title = "coalesce(nullif(rows.title, ''), titles.title)" if "title" in select else "titles.title"
    others = ", ".join(f"rows.{_quoted(name)}" for name in select if name != "title")
    return f"SELECT {others}, {title} AS title FROM ({query}) AS rows LEFT JOIN ({titles}) AS titles ON rows.video_id = titles.id"


def _from_json(name: str) -> str:
    at = _literal('$."' + name.replace('"', '\\"') + '"')
    listed = _HASHTAGS.format(f"CAST(json_extract(json, {at}) AS VARCHAR[])")
    return f"CASE json_type(json, {at}) WHEN 'ARRAY' THEN {listed} ELSE json_extract_string(json, {at}) END"


def _columns(kind: Kind, there: dict[str, str], path: Path) -> dict[str, str]:
    """Name and expression of every column of a pool that can be had from these."""
    texts = ("text", "title") if kind == "comment" else VIDEO_TEXTS
    other = {"title": "context"} if kind == "comment" else _CONTENT
    select = {
        name: there[name] if name in there else there[other[name]]
        for name in texts
        if name in there or other.get(name) in there
    }
    if not select or (kind == "comment" and "text" not in select):
        raise InputError(
            f"A table of {kind}s has {'text' if kind == 'comment' else 'one of ' + ', '.join(VIDEO_TEXTS)}",
            f"{path} has {', '.join(there)}",
            "Rename the column, or give the table that was meant",
        )
    key = next((there[name] for name in (f"{kind}_id", "id") if name in there), None)
    select |= {name: there[name] for name in ("comment_id", "video_id", *ALSO) if name in there}
    scores = [f"p_{tag}" for tag in tag_names(kind)]
    if all(name in there for name in scores):
        select |= {name: f"TRY_CAST({there[name]} AS DOUBLE)" for name in scores}
    return {"key": key or "'row ' || row_number() OVER ()"} | select


def _check_keys(con: Any, query: str, path: Path) -> None:
    twice = f"SELECT key FROM ({query}) WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1"
    ((count, first),) = con.sql(f"SELECT count(*), min(key) FROM ({twice})").fetchall()
    if count:
        raise InputError(
            "Each id must be there once, or the chance of being drawn is unknown",
            f"{path}: {count:,} ids come again, one is {first}",
            "Keep one row for each id",
        )


def _listed(select: dict[str, str]) -> str:
    return ", ".join(f"{expression} AS {_quoted(name)}" for name, expression in select.items())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
