"""Lines scored as they come: one text a line from standard input, one judgement a line to standard output, or a table.

What has arrived is judged at once, so that a pipe that never ends is served, too; no more is held than arrived together. An
empty line gives an empty judgement, so that lines in and out belong together.
"""

import csv
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import pyarrow as pa

from ..model.errors import InputError
from ..model.taxonomy import Kind, tag_names
from ..model.units import comment_units, video_units
from .outputs import write_table
from .scorer import Scorer

CHUNK = 1 << 20  # bytes asked for at a time; a pipe gives what it has
Form = Literal["tsv", "jsonl"]


def tag_lines(source: IO[bytes], scorer: Scorer, kind: Kind) -> Iterator[pa.Table]:
    """Judge lines: `text`, `p_<tag>`, `is_<tag>`, `model`; nulls where a line has no text.

    Parameters
    ----------
    source
        UTF-8 text: comments, or titles of videos, one a line.

    Raises
    ------
    InputError
        If a line is not UTF-8, naming it.
    """
    for texts in _lines(source):
        units = (
            comment_units(texts) if kind == "comment" else video_units([{"title": text} for text in texts])
        )
        empty = np.array([not text for text in units.first])
        scores = scorer.score(units)
        scores[empty] = np.nan
        given, known = scorer.verdicts(scores, kind)
        columns = [pa.array(texts), *(pa.array(scores[:, i], mask=empty) for i in range(scores.shape[1]))]
        columns += [pa.array(given[:, i], mask=~known[:, i]) for i in range(scores.shape[1])]
        columns.append(pa.array([scorer.name] * len(texts)).dictionary_encode())
        yield pa.Table.from_arrays(columns, schema=_schema(kind))


def write_parquet(source: IO[bytes], scorer: Scorer, kind: Kind, out: Path) -> None:
    """Judge lines into a Parquet file, which appears when they end.

    Raises
    ------
    InputError
        If the file is not called .parquet or cannot be written, or a line is not UTF-8.
    """
    if out.suffix != ".parquet":
        raise InputError("--out of lines is a file that ends with .parquet", str(out), "Rename it")
    batches = (batch for table in tag_lines(source, scorer, kind) for batch in table.to_batches())
    write_table(out, batches, _schema(kind))


def write_lines(source: IO[bytes], scorer: Scorer, kind: Kind, form: Form, out: IO[bytes]) -> None:
    """Judge lines into lines, each as soon as it can be: TSV with a header, or JSON; ends when nobody reads any more."""
    names = [name for name in _schema(kind).names if name not in ("text", "model")]
    try:
        if form == "tsv":
            out.write(_tsv([[*names, "text"]]))
        for table in tag_lines(source, scorer, kind):
            rows = table.select([*names, "text"]).to_pylist()
            values = [[_plain(row[name]) for name in names] + [row["text"]] for row in rows]
            if form == "tsv":
                out.write(_tsv([["" if v is None else _word(v) for v in row] for row in values]))
            else:
                told = (dict(zip([*names, "text"], row, strict=True)) for row in values)
                out.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in told).encode())
            out.flush()
    except BrokenPipeError:
        # `head` has seen enough. Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lines(source: IO[bytes]) -> Iterator[list[str]]:
    read: Any = getattr(source, "read1", source.read)
    rest, number = b"", 0
    while chunk := read(CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        if whole:
            yield _decoded(whole, number)
            number += len(whole)
    if rest:
        yield _decoded([rest], number)


def _decoded(lines: list[bytes], before: int) -> list[str]:
    texts = []
    for number, line in enumerate(lines, start=before + 1):
        try:
            texts.append(line.removesuffix(b"\r").decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError as problem:
            raise InputError(
                "Standard input must be UTF-8 text", f"line {number}: bytes that are not UTF-8",
                "Convert it: iconv -f GB18030 -t UTF-8",
            ) from problem  # fmt: skip
    return texts


def _schema(kind: Kind) -> pa.Schema:
    tags = tag_names(kind)
    columns = [("text", pa.string()), *((f"p_{tag}", pa.float32()) for tag in tags)]
    columns += [(f"is_{tag}", pa.bool_()) for tag in tags]
    return pa.schema([*columns, ("model", pa.dictionary(pa.int32(), pa.string()))])


def _plain(value: Any) -> Any:
    """A float32 with as many digits as it has."""
    return float(str(np.float32(value))) if isinstance(value, float) else value


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tsv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
