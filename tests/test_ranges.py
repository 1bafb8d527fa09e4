from pathlib import Path

import numpy as np
from huizan.model.ranges import COMMENTS, VIDEOS, Ranges, calibration_batches, measure
from huizan.model.vocabulary import Vocabulary


def test_ranges_hold_all_but_outliers_and_zero(tiny_checkpoint: Path, tiny_vocabulary: Vocabulary) -> None:
    calls = []

    def run(ids: np.ndarray) -> list[np.ndarray]:
        calls.append(ids)
        many = np.full(10_000, 0.5)
        many[0] = 400.0 if len(calls) == 1 else 3.21
        return [np.array([[1.0, 2.0]]), many, -many, np.zeros(3)]

    found = measure(tiny_checkpoint, tiny_vocabulary, run)
    assert len(calls) == len(COMMENTS) + len(VIDEOS)
    # 320,000 values: three on each side may be left out, which are 400 and two of those of 3.21
    assert found.places == [(0.0, 3.3), (-3.3, 0.0), (0.0, 0.0)]
    assert found.logits == [[1.0, 2.0]] * len(calls)


def test_what_was_measured_reads_back_equal(tiny_checkpoint: Path, tmp_path: Path) -> None:
    stored = Ranges.read(tiny_checkpoint)
    assert stored is not None and all(low <= 0 <= high for low, high in stored.places)


def test_texts_are_one_row_each(tiny_vocabulary: Vocabulary) -> None:
    batches = calibration_batches(tiny_vocabulary)
    assert all(ids.shape[0] == 1 and ids.dtype == np.int32 for ids in batches)
    assert max(ids.shape[1] for ids in batches) > 128
