"""Tables that are written only where they are asked for: labels for a recommender, the ledger, creators, corrected shares."""

from itertools import chain
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from ..model.errors import InputError
from .attribution import Attribution
from .audit import audited
from .creators import creators
from .engines import kept, stream
from .lasting import training_labels
from .ledger import ledger
from .outputs import timestamps, write_table

ROWS = 65_536  # in memory at a time


def check_creators(videos: ir.Table | None) -> None:
    """Refuse a summary by creator where nothing names one.

    Raises
    ------
    InputError
        If there are no videos or they have no `creator_id`.
    """
    if videos is None or "creator_id" not in videos.columns:
        found = "no --videos" if videos is None else "no such column"
        raise InputError(
            "--creators-out needs videos with creator_id",
            found,
            "Give videos that name their creators, or leave it out",
        )


def correct(found: Attribution, sample: ir.Table) -> None:
    """Put the corrected share of each checked tag beside the others, as `audited`."""
    if found.fit is not None:
        found.shares["audited"] = audited(found.fit, sample, found.shares)


def write_labels(found: Attribution, path: Path) -> None:
    """Write `lasting.training_labels`, never whole in memory."""
    if found.fit is not None:
        _write(training_labels(found.fit), path, ("liked_at", "unliked_at"))


def write_ledger(found: Attribution, path: Path) -> None:
    """Write `ledger.ledger`."""
    if found.fit is not None:
        _write(ledger(found.fit), path)


def write_creators(found: Attribution, videos: ir.Table | None, path: Path, least: int) -> None:
    """Write `creators.creators`."""
    check_creators(videos)
    if videos is not None:
        write_table(path, creators(found.videos_effect, videos, least))


def _write(table: ir.Table, path: Path, times: tuple[str, ...] = ()) -> None:
    table = kept(table)
    schema = timestamps(table.schema().to_pyarrow().empty_table(), times).schema
    batches = (
        timestamps(pa.Table.from_batches([batch]), times).to_batches() for batch in stream(table, ROWS)
    )
    write_table(path, chain.from_iterable(batches), schema)
