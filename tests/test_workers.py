import os
import signal
from pathlib import Path

import pyarrow as pa
import pytest
from huizan.inference import Scorer
from huizan.inference.judging import judge
from huizan.inference.workers import Workers
from huizan.model.errors import InputError

BATCHES = [
    pa.table({"text": [word * (i + 1) for i in range(20)]}) for word in ("演的吧", "好看", "剧本", "标题党")
]


@pytest.fixture(scope="module")
def scorer(tiny_checkpoint: Path) -> Scorer:
    return Scorer.load(tiny_checkpoint, device="cpu")


def test_workers_judge_as_this_process_does(scorer: Scorer) -> None:
    found = dict(Workers(2, scorer, "comment").each(enumerate(BATCHES)))
    assert sorted(found) == [0, 1, 2, 3]
    for i, batch in enumerate(BATCHES):
        assert found[i].equals(judge(scorer, "comment", batch))


def test_workers_decide_as_their_scorer_was_told(tiny_checkpoint: Path) -> None:
    told = Scorer.load(tiny_checkpoint, "cpu", thresholds={"staged": 1, "clickbait": 0}, abstain=0.01)
    (found,) = (judged for _, judged in Workers(1, told, "comment").each([(0, BATCHES[0])]))
    assert found.equals(judge(told, "comment", BATCHES[0]))
    assert not any(found["is_staged"].to_pylist()) and all(found["is_clickbait"].to_pylist())


def test_a_killed_worker_is_replaced(scorer: Scorer) -> None:
    workers = Workers(1, scorer, "comment")
    found = {}
    for i, judged in workers.each(enumerate(BATCHES)):
        found[i] = judged
        if len(found) == 1:
            (worker,) = workers._alive
            os.kill(worker._process.pid, signal.SIGKILL)
    assert sorted(found) == [0, 1, 2, 3]
    assert found[3].equals(judge(scorer, "comment", BATCHES[3]))


def test_two_deaths_over_one_batch_end_the_job(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers(1, scorer, "comment")
    start = Workers._start

    def doomed(self: Workers):
        worker = start(self)
        worker._process.kill()
        return worker

    monkeypatch.setattr(Workers, "_start", doomed)
    with pytest.raises(InputError, match="started again, the job goes on"):
        list(workers.each(enumerate(BATCHES[:1])))
    assert not workers._alive


def test_what_a_worker_cannot_do_comes_back_as_its_fault(scorer: Scorer) -> None:
    with pytest.raises(RuntimeError, match="KeyError"):
        list(Workers(1, scorer, "comment").each([(0, pa.table({"words": ["演的吧"]}))]))
