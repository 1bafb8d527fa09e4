"""Batches of exactly one size, however the rows arrive: what is written or numbered by batch then depends on the rows alone."""

from collections.abc import Iterable, Iterator

import pyarrow as pa


def evenly(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Tables of `rows` rows each, the last one shorter, in the order of the batches; at most two are held at a time.

    >>> one = pa.RecordBatch.from_pydict({"a": [1, 2, 3]})
    >>> [table["a"].to_pylist() for table in evenly([one, one], 4)]
    [[1, 2, 3, 1], [2, 3]]
    """
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        while count >= rows:
            table = pa.Table.from_batches(held)
            yield table.slice(0, rows)
            held = table.slice(rows).to_batches()
            count -= rows
    if count:
        yield pa.Table.from_batches(held)
