import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from huizan.model.errors import InputError
from huizan.training import pretrain as module
from huizan.training.packing import pack
from huizan.training.pretrain import PretrainSettings, batch_at, learning_rate, pretrain
from transformers import AutoModelForMaskedLM

from .test_packing import corpus


@pytest.fixture
def settings(tmp_path: Path) -> PretrainSettings:
    return PretrainSettings(
        str(corpus(tmp_path)), str(tmp_path / "out"), steps=6, rows=8, length=16, vocabulary=60,
        layers=1, hidden=16, heads=2, intermediate=16, save_every=1, device="cpu",
    )  # fmt: skip


def weights(folder: str) -> np.ndarray:
    model = AutoModelForMaskedLM.from_pretrained(folder)
    return torch.cat([p.detach().flatten() for p in model.parameters()]).numpy()


def test_a_killed_run_goes_on_exactly(
    settings: PretrainSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = pretrain(settings)
    resumed = replace(settings, out=str(tmp_path / "resumed"))
    masked = module.batch_at

    def die(step: int, *rest):
        if step == 3:
            raise KeyboardInterrupt
        return masked(step, *rest)

    monkeypatch.setattr(module, "batch_at", die)
    with pytest.raises(KeyboardInterrupt):
        pretrain(resumed)
    monkeypatch.undo()
    pretrain(resumed)
    np.testing.assert_array_equal(weights(str(undisturbed)), weights(resumed.out))
    steps = [json.loads(line)["step"] for line in (Path(resumed.out) / "log.jsonl").read_text().splitlines()]
    assert steps == [6]


def test_accumulated_parts_are_the_rows_of_one_larger_step(
    settings: PretrainSettings, tmp_path: Path
) -> None:
    packed = pack(Path(settings.corpus), tmp_path / "packed", vocabulary_size=60, length=16)
    whole = {tuple(row) for row in _unmasked(batch_at(2, 0, 1, packed, replace(settings, rows=16)))}
    parts = [_unmasked(batch_at(2, part, 2, packed, settings)) for part in range(2)]
    assert {tuple(row) for part in parts for row in part} == whole


def _unmasked(batch) -> np.ndarray:
    return batch.document  # rows differ in where their documents begin


def test_a_corpus_that_is_too_small_is_refused(settings: PretrainSettings, tmp_path: Path) -> None:
    packed = pack(Path(settings.corpus), tmp_path / "packed", vocabulary_size=60, length=16)
    with pytest.raises(ValueError, match="must pack to 4096 rows or more"):
        batch_at(0, 0, 1, packed, replace(settings, rows=4096))


def test_the_learning_rate_rises_stays_and_falls(settings: PretrainSettings) -> None:
    long = replace(settings, steps=100, learning_rate=1.0, warm_up=0.1, decay=0.2)
    rates = [learning_rate(step, long) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and rates[9:80] == [1.0] * 71 and rates[99] == pytest.approx(0.05)


def test_a_run_goes_on_from_the_weights_of_another_on_other_texts(
    settings: PretrainSettings, tmp_path: Path
) -> None:
    first = pretrain(settings)
    other = tmp_path / "other"
    other.mkdir()
    texts = Path(settings.corpus).read_text(encoding="utf-8").splitlines()
    (other / "corpus.jsonl").write_text("\n".join(texts[: len(texts) // 2]) + "\n", encoding="utf-8")
    further = replace(
        settings, corpus=str(other / "corpus.jsonl"), begin_with=str(first), out=str(other / "out")
    )
    start = weights(str(pretrain(replace(further, steps=0))))
    np.testing.assert_array_equal(start, weights(str(first)))
    went_on = weights(str(pretrain(further)))
    assert np.abs(went_on - start).max() > 0
    assert (other / "out" / "vocab.txt").read_bytes() == (first / "vocab.txt").read_bytes()


def test_an_encoder_to_begin_with_must_be_there_and_fit(settings: PretrainSettings, tmp_path: Path) -> None:
    first = pretrain(replace(settings, steps=1))
    with pytest.raises(InputError, match="has the size"):
        pretrain(replace(settings, begin_with=str(first), hidden=32, out=str(tmp_path / "larger")))
    (first / "last.pt").unlink()
    with pytest.raises(InputError, match=r"without last\.pt"):
        pretrain(replace(settings, begin_with=str(first), out=str(tmp_path / "nothing")))


def test_a_corpus_that_is_not_there_is_told(settings: PretrainSettings, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        pretrain(replace(settings, corpus=str(tmp_path / "nowhere.jsonl")))
    assert not Path(settings.out).exists()
