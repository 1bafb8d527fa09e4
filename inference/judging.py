"""Judging a batch: texts in, and for each row what the tagger says of them.

The same function runs inside the process, in worker processes (`workers`) and on a cluster (`spark_tagging`). Each distinct
text is scored once, because short comments repeat. It knows no files and no other columns than texts.
"""

import numpy as np
import pyarrow as pa

from ..model.taxonomy import Kind, tag_names
from ..model.units import VIDEO_TEXTS, Units, comment_units, video_units
from .explanation import explain
from .scorer import Scorer

TEXTS: dict[Kind, tuple[str, ...]] = {"comment": ("text", "title"), "video": VIDEO_TEXTS}
AT_ONCE = 8 << 20  # bytes of text at a time: transcripts are long, and their windows many
EXPLAINED = 256  # rows whose words are tried together


def judge(scorer: Scorer, kind: Kind, texts: pa.Table, why: bool = False) -> pa.Table:
    """Probabilities and verdicts of a batch, row by row.

    Parameters
    ----------
    texts
        Any of the columns `TEXTS[kind]`; a comment's `title` is that of its video.
    why
        Add the words that carry each tag that is given.

    Returns
    -------
    The columns of `schema(kind, why)`; nulls in a row without text.
    """
    step = max(1, texts.num_rows * AT_ONCE // max(texts.nbytes, 1))
    pieces = [_judge(scorer, kind, texts.slice(at, step), why) for at in range(0, texts.num_rows, step)]
    if not pieces:
        return schema(kind, why).empty_table()
    return pa.concat_tables(pieces).unify_dictionaries().combine_chunks()


def _judge(scorer: Scorer, kind: Kind, texts: pa.Table, why: bool) -> pa.Table:
    units = _units(kind, texts)
    empty = np.array(
        [not (a or (b and kind == "video")) for a, b in zip(units.first, units.second, strict=True)]
    )
    scores = _score_distinct(units, scorer)
    given, known = scorer.verdicts(scores, kind)
    columns = [pa.array(scores[:, i], mask=empty) for i in range(scores.shape[1])]
    columns += [pa.array(given[:, i], mask=empty | ~known[:, i]) for i in range(scores.shape[1])]
    columns.append(pa.array([scorer.name] * len(units)).dictionary_encode())
    if why:
        columns += _reasons(scorer, units, given & ~empty[:, None])
    return pa.Table.from_arrays(columns, schema=schema(kind, why))


def schema(kind: Kind, why: bool = False) -> pa.Schema:
    """The columns of `judge`: `p_<tag>`, `is_<tag>`, `model`, and with `why` the list `why_<tag>`."""
    tags = tag_names(kind)
    columns = [(f"p_{tag}", pa.float32()) for tag in tags] + [(f"is_{tag}", pa.bool_()) for tag in tags]
    columns.append(("model", pa.dictionary(pa.int32(), pa.string())))
    columns += [(f"why_{tag}", pa.list_(pa.string())) for tag in tags if why]
    return pa.schema(columns)


def _units(kind: Kind, texts: pa.Table) -> Units:
    there = texts.select([name for name in TEXTS[kind] if name in texts.column_names])
    if kind == "video":
        return video_units(there.to_pylist())
    words = {name: there[name].fill_null("").to_pylist() for name in there.column_names}
    return comment_units(words["text"], words.get("title"))


def _score_distinct(units: Units, scorer: Scorer) -> np.ndarray:
    distinct: dict[tuple[str, str], int] = {}
    at = [distinct.setdefault(unit, len(distinct)) for unit in zip(units.first, units.second, strict=True)]
    first, second = (list(part) for part in zip(*distinct, strict=True))
    return scorer.score(Units(units.kind, first, second))[at]


def _reasons(scorer: Scorer, units: Units, given: np.ndarray) -> list[pa.Array]:
    """For each tag the words that carry it most, in rows that are given it; an empty list in others."""
    tags = tag_names(units.kind)
    rows = np.flatnonzero(given.any(axis=1))
    reasons: list[list[list[str]]] = [[[] for _ in range(len(units))] for _ in tags]
    for begin in range(0, rows.size, EXPLAINED):
        some = rows[begin : begin + EXPLAINED]
        part = Units(units.kind, [units.first[i] for i in some], [units.second[i] for i in some])
        for i, found in zip(some, explain(scorer, part), strict=True):
            for column, tag in enumerate(tags):
                if given[i, column]:
                    reasons[column][i] = found.top(tag)
    return [pa.array(words, pa.list_(pa.string())) for words in reasons]
