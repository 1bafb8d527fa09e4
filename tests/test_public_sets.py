"""A public set is learned on its own split, without texts that stand on both sides, and told beside what was published."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huizan.model.errors import InputError
from huizan.training.fit import FitSettings
from huizan.training.public_sets import SETS, _sides, measure, table
from rich.console import Console

from .encoders import pretrained

RUDE, KIND = ("滚开", "闭嘴吧", "恶心"), ("真好看", "谢谢你", "想去")


def written(folder: Path, name: str, split: bool) -> Path:
    told, rows = SETS[name], []
    for i in range(120):
        rude = i % 2
        text = (RUDE if rude else KIND)[i % 3] + "甲乙丙丁戊己庚辛壬癸"[i % 10] + str(i % 7)
        labels = {told.column: told.yes if rude else "no"}
        side = "test" if i < 30 else "train"
        rows.append(
            {
                "text": text,
                "labels": json.dumps(labels),
                "split": side if split else None,
                "incident": f"i{i % 12}",
            }
        )
    pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def test_texts_of_the_test_side_are_not_trained_on(tmp_path: Path) -> None:
    train, held, test = _sides("sccd", written(tmp_path, "sccd", True), 0)
    assert len(test) == 30 and len(train) > len(held) > 0
    assert not {*train.units.first, *held.units.first} & set(test.units.first)


def test_incidents_are_held_back_whole_where_there_is_no_split(tmp_path: Path) -> None:
    train, held, test = _sides("chnci", written(tmp_path, "chnci", False), 0)
    assert len(train) and len(held) and len(test)


def test_what_can_be_learned_is_learned_and_told_beside_the_paper(tmp_path: Path) -> None:
    encoder = pretrained(tmp_path, (text + "甲乙丙丁戊己庚辛壬癸0123456" for text in RUDE + KIND))
    settings = FitSettings(str(encoder), "", epochs=20, tokens=256, learning_rate=1e-2, device="cpu")
    result = measure("sccd", written(tmp_path, "sccd", True), settings, report=lambda line: None)
    assert result.n == 30
    assert min(*result.tagger, *result.ngram) > 0.9
    console = Console(width=250, file=(told := io.StringIO()))
    console.print(table([result]))
    assert "0.858 RoBERTa-wwm" in told.getvalue()


def test_a_set_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds cold\.parquet"):
        _sides("cold", tmp_path, 0)
    with pytest.raises(InputError, match="--set is one of cold"):
        _sides("weibo", tmp_path, 0)
