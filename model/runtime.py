"""The encoder on processors, through ONNX Runtime; no PyTorch in the process.

The layers run in int8 where that gives the probabilities of float32 on the calibration texts (`ranges`), and in
float32 where it does not: on a processor without exact int8 products, or for weights that do not bear it. A batch holds rows of
exactly one length, so that nothing is padded, and a row's result does not depend on the rows beside it. Each processor runs
batches of its own: two that share one wait for each other after every operator.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np

from .cores import processors
from .graph import IDS, encoder_graph
from .ranges import Ranges, calibration_batches, measure
from .vocabulary import Ragged, Vocabulary

Precision = Literal["int8", "float32"]
BUDGET = 512  # tokens in a batch: what the layers make of them stays in a core's cache
TOLERANCE = 0.01  # mean difference in probability that int8 may make on the calibration texts


class Runtime:
    """An encoder that turns token ids into logits."""

    device = "cpu"

    def __init__(self, session: Any, precision: Precision, threads: int) -> None:
        self._session, self.precision = session, precision
        self._threads = ThreadPoolExecutor(threads)

    @classmethod
    def load(
        cls,
        folder: Path,
        vocabulary: Vocabulary,
        precision: Precision | None = None,
        threads: int | None = None,
    ) -> "Runtime":
        """Load the encoder of a checkpoint.

        Parameters
        ----------
        precision
            None is int8 where it agrees with float32.
        threads
            Processors to be used; None is all that this process may use.

        Raises
        ------
        InputError
            If the checkpoint's encoder is not of this version's design.
        """
        threads = threads or processors()
        if precision == "float32":
            return cls(_session(encoder_graph(folder)), "float32", threads)
        ranges = Ranges.read(folder) or measured(folder, vocabulary)
        narrow = cls(_session(encoder_graph(folder, ranges.places)), "int8", threads)
        if precision == "int8" or narrow.differs(ranges, vocabulary) <= TOLERANCE:
            return narrow
        return cls.load(folder, vocabulary, "float32", threads)

    def differs(self, ranges: Ranges, vocabulary: Vocabulary) -> float:
        """Mean difference in probability from float32 on the calibration texts."""
        found = np.concatenate([self.run(ids) for ids in calibration_batches(vocabulary)])
        return float(np.abs(_logistic(found) - _logistic(np.array(ranges.logits))).mean())

    def logits(self, rows: Ragged) -> np.ndarray:
        """Logit of every head for every row; float64 (rows, heads)."""
        result = np.empty((len(rows), self._session.get_outputs()[0].shape[1]))

        def fill(batch: tuple[np.ndarray, np.ndarray]) -> None:
            result[batch[0]] = self.run(batch[1])

        for _ in self._threads.map(fill, of_one_length(rows, BUDGET)):
            pass
        return result

    def run(self, ids: np.ndarray) -> np.ndarray:
        """Logits of one batch of ids int32 (rows, length); float32 (rows, heads)."""
        return self._session.run(None, {IDS: ids})[0]


def measured(folder: Path, vocabulary: Vocabulary) -> Ranges:
    """The ranges of a checkpoint's activations, measured now."""
    exact, seen = _session(encoder_graph(folder)), _session(encoder_graph(folder, seen=True))

    def run(ids: np.ndarray) -> list[np.ndarray]:
        return [exact.run(None, {IDS: ids})[0], *seen.run(None, {IDS: ids})[1:]]

    return measure(folder, vocabulary, run)


def of_one_length(rows: Ragged, budget: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches of rows of exactly one length, of at most `budget` tokens or one row: row numbers (n,), ids (n, length)."""
    lengths = rows.lengths
    order = np.argsort(lengths, kind="stable")
    rows = rows.take(order)
    changes = np.flatnonzero(np.diff(lengths[order])) + 1
    bounds = [0, *changes.tolist(), order.size] if order.size else [0]
    for begin, end in pairwise(bounds):
        length = int(lengths[order[begin]])
        step = max(1, budget // length)
        for at in range(begin, end, step):
            stop = min(at + step, end)
            yield order[at:stop], rows.between(at, stop).ids.reshape(-1, length)


def _session(graph: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # a pattern for each of hundreds of shapes would be kept
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _logistic(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits.astype(np.float64)))
