import pyarrow as pa
from huizan.inference.batches import evenly
from hypothesis import given
from hypothesis import strategies as st


@given(sizes=st.lists(st.integers(0, 9), max_size=8), rows=st.integers(1, 7))
def test_rows_keep_their_order_and_batches_their_size(sizes: list[int], rows: int) -> None:
    numbers = iter(range(100))
    batches = [
        pa.RecordBatch.from_pydict({"a": pa.array([next(numbers) for _ in range(n)], pa.int64())})
        for n in sizes
    ]
    found = [table["a"].to_pylist() for table in evenly(batches, rows)]
    assert [n for batch in found for n in batch] == list(range(sum(sizes)))
    assert all(len(batch) == rows for batch in found[:-1])
    assert all(0 < len(batch) <= rows for batch in found)
