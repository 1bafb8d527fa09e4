"""Yambda: single likes and un-likes of a music service, the only public log in which a user takes a like back.

`likes.parquet` and `unlikes.parquet` of one of its flat folders become one table of likes. There is no text: what can be told
from it is when likes are taken back and by whom. Times are seconds since a moment that is not published, in steps of five;
here they count from 2000-01-01, so that only differences mean anything.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from ..model.errors import InputError
from .collected import batches
from .engines import connect
from .importing import Imported, staging, write_stream
from .pairing import pair, unpaired
from .progress import Silent
from .times import FIRST, SECOND

COLUMNS = ("uid", "timestamp", "item_id", "is_organic")
TIMES = ("liked_at", "unliked_at", "observed_until")
ORDER = ("user_id", "video_id", *TIMES, "surface")
FILES = {"like": "likes.parquet", "unlike": "unlikes.parquet"}


def import_yambda(path: Path, out: Path, progress: Silent | None = None) -> Imported:
    """Pair likes and un-likes into `likes.parquet`, with `observed_until` the last event of the log.

    A like that the service's recommender brought (`is_organic` 0) has the surface for_you, another has none.

    Raises
    ------
    InputError
        If the two files are not there or not in the published form.
    """
    progress = progress or Silent()
    files = {event: _file(path, name) for event, name in FILES.items()}
    with staging(path, out) as (folder, unfit, done):
        con = connect()
        with progress.stage("配对 pairing likes and un-likes"):
            log = _log(con, files)
            for reason, rows in unpaired(log).items():
                unfit.notes[reason] = rows
            last = log["at"].max().to_pyarrow().as_py()
            likes = pair(log).mutate(observed_until=ibis.literal(last, "int64"))
            ordered = likes.order_by(["user_id", "liked_at", "video_id"]).select(*ORDER)
            done.tables["likes.parquet"] = write_stream(folder / "likes.parquet", batches(ordered), TIMES)
        read = {name: pq.read_metadata(files[event]).num_rows for event, name in FILES.items()}
        done.report = {"source": "yambda", "read": read, "times_count_from": "2000-01-01, which is made up"}
    return done


def _file(path: Path, name: str) -> Path:
    file = path / name
    if not file.is_file():
        found = f"there is no {file}"
        raise InputError(
            f"PATH must hold {name}", found, "Give one of Yambda's flat folders, such as flat/50m"
        )
    try:
        schema = pq.read_schema(file)
    except (pa.ArrowException, OSError) as problem:
        raise InputError(
            f"{file.name} must be whole", f"{file}: {str(problem).splitlines()[0]}", "Download it again"
        ) from problem
    missing = [column for column in COLUMNS if column not in schema.names]
    nested = [f.name for f in schema if f.name in COLUMNS and not pa.types.is_integer(f.type)]
    if missing or nested:
        found = f"{file} has {', '.join(str(field.name) for field in schema)}"
        if nested:
            found = f"{nested[0]} is {schema.field(nested[0]).type} in {file}"
        raise InputError(
            f"{name} must have whole numbers in {', '.join(COLUMNS)}", found,
            "Give a flat folder (flat/50m), not a sequential one",
        )  # fmt: skip
    return file


def _log(con: Any, files: dict[str, Path]) -> ir.Table:
    """Both files as one raw log of events, in int64 microseconds."""
    parts = []
    for event, file in files.items():
        rows = con.read_parquet(file)
        parts.append(
            rows.select(
                user_id=rows.uid.cast("int64"),
                video_id=rows.item_id.cast("int64"),
                event=ibis.literal(event),
                at=(rows.timestamp.cast("int64") + FIRST) * SECOND,
                surface=ibis.ifelse(rows.is_organic == 0, "for_you", ibis.null("string")),
            )
        )
    return ibis.union(*parts)
