"""Worker processes that judge batches, one for each processor and one thread in each.

A worker is this module run as a program: batches come in by its standard input, judgements go out by its standard output. It
loads the checkpoint once; it ends when its parent does, however that ends. A worker that is killed is replaced, and its batch
given to the new one, once.
"""

import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import IO, Any, TypeVar

import pyarrow as pa

from ..model.errors import InputError
from ..model.taxonomy import Kind
from .judging import judge
from .scorer import Scorer

T = TypeVar("T")
LENGTH = struct.Struct("<Q")  # before each message, its bytes


class Workers:
    """Workers that judge batches of one kind as the scorer would, which must have been made by `Scorer.load`."""

    def __init__(self, count: int, scorer: Scorer, kind: Kind, why: bool = False) -> None:
        self._task = (scorer.folder, scorer.device, scorer.decision, kind, why)
        self._count = count
        self._idle: queue.SimpleQueue[_Worker | None] = queue.SimpleQueue()
        self._alive: set[_Worker] = set()
        self._over = False

    def each(self, batches: Iterable[tuple[T, pa.Table]]) -> Iterator[tuple[T, pa.Table]]:
        """Judge every batch; what came with it comes back with the judgement, in the order of finishing.

        At most one batch for each worker and one more are held at a time.

        Raises
        ------
        InputError
            If two workers in turn died over one batch.
        """
        for _ in range(self._count):
            self._idle.put(None)  # started by the first batch that it gets
        waiting: dict[Future[pa.Table], T] = {}
        threads = ThreadPoolExecutor(self._count)
        try:
            for label, texts in batches:
                waiting[threads.submit(self._judge, texts)] = label
                while len(waiting) > self._count:
                    yield from _finished(waiting)
            while waiting:
                yield from _finished(waiting)
        finally:
            self._over = True
            for worker in list(self._alive):
                worker.end()
            threads.shutdown(cancel_futures=True)

    def _judge(self, texts: pa.Table) -> pa.Table:
        worker = self._idle.get()
        try:
            for last in (False, True):
                worker = worker or self._start()
                try:
                    return worker.judge(texts)
                except (EOFError, OSError, ValueError) as problem:  # a pipe that was closed is a ValueError
                    status = worker.end()
                    self._alive.discard(worker)
                    worker = None
                    if last or self._over:
                        raise InputError(
                            "A worker process must be able to finish its batch",
                            f"two were ended over the same one, the last with status {status}",
                            "Give the machine more memory, or OMP_NUM_THREADS=1; started again, the job goes on where it stopped",
                        ) from problem
            raise AssertionError
        finally:
            self._idle.put(worker)

    def _start(self) -> "_Worker":
        worker = _Worker(self._task)
        self._alive.add(worker)
        return worker


class _Worker:
    """One process and its two pipes."""

    def __init__(self, task: tuple) -> None:
        # Rooms are packages: run as a module, it finds the others; the parent's main program is not run again.
        command = [sys.executable, "-m", __name__]
        alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **alone}
        )
        assert self._process.stdin and self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout
        _send(self._to, task)

    def judge(self, texts: pa.Table) -> pa.Table:
        _send(self._to, texts)
        done, answer = _receive(self._from)
        if not done:
            raise RuntimeError(f"a worker failed:\n{answer}")
        return answer

    def end(self) -> int:
        self._process.kill()
        for pipe in (self._to, self._from):
            with suppress(OSError):  # what was not yet sent cannot be any more
                pipe.close()
        return self._process.wait()


def _finished(waiting: dict[Future[pa.Table], T]) -> Iterator[tuple[T, pa.Table]]:
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        yield waiting.pop(future), future.result()


def _send(pipe: IO[bytes], value: Any) -> None:
    told = pickle.dumps(value, protocol=5)
    pipe.write(LENGTH.pack(len(told)))
    pipe.write(told)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (size,) = LENGTH.unpack(head)
    told = pipe.read(size)
    if len(told) < size:
        raise EOFError
    return pickle.loads(told)


def main() -> None:
    """Judge what comes until nothing more can come."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    tasks: deque[Any] = deque()
    there = threading.Semaphore(0)

    def listen() -> None:
        while True:
            try:
                tasks.append(_receive(sys.stdin.buffer))
            except (EOFError, OSError):
                os._exit(0)  # the parent is gone: nobody waits for the batch at hand
            there.release()

    threading.Thread(target=listen, daemon=True).start()
    there.acquire()
    folder, device, decision, kind, why = tasks.popleft()
    scorer = Scorer.load(folder, device, threads=1)
    scorer.decision = decision
    while True:
        there.acquire()
        try:
            answer = True, judge(scorer, kind, tasks.popleft(), why)
        except Exception:
            answer = False, traceback.format_exc()
        _send(out, answer)


if __name__ == "__main__":
    main()
