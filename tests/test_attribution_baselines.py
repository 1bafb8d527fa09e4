import json

import numpy as np
import pytest
from click.testing import CliRunner
from huizan.model.taxonomy import cause_names
from huizan.training import attribution_baselines
from huizan.training.attribution_baselines import baselines, cox, examples, rules
from huizan.training.commands import main

from .test_attribution_metrics import _folder
from .worlds import made

TABLES = ("videos", "comments", "likes", "exposures", "truth")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    made("base", likes=8_000).write(folder)
    return folder


def test_learned_baselines_beat_the_constant_and_the_constant_is_honest(world):
    judged = baselines(world)
    assert {"rules", "logistic", "constant", "trees"} <= set(judged)
    assert judged["logistic"].log_loss < judged["constant"].log_loss - 0.5
    assert judged["logistic"].accuracy > judged["rules"].accuracy > judged["constant"].accuracy
    assert judged["constant"].largest_share_error < 0.12


def test_rules_call_seconds_mistaps():
    x, y, _ = examples({name: getattr(made("base", likes=8_000), name) for name in TABLES})
    p = rules(x)
    assert p.sum(axis=1) == pytest.approx(1.0)
    quick = 10 ** x[:, 0] < 10
    tap = cause_names().index("accidental_tap")
    assert (p[quick].argmax(axis=1) == tap).all()
    assert (y[quick] == tap).mean() > 0.9


def test_a_world_of_one_cause_can_be_learned(tmp_path):
    made("nothing", likes=3_000).write(tmp_path)
    assert baselines(tmp_path)["logistic"].accuracy == 1.0


def test_cox_fractions_sum_to_one():
    pytest.importorskip("lifelines")
    tables = {name: getattr(made("base", likes=8_000), name) for name in TABLES}
    x, _, rows = examples(tables)
    p = cox(tables, rows, x)
    assert p.sum(axis=1) == pytest.approx(1.0)
    assert (p > 0).all()


def test_command_prints_one_table_and_json(world, tmp_path, monkeypatch):
    monkeypatch.setattr(attribution_baselines, "trees", lambda x, y, wanted: np.full((len(wanted), 6), 1 / 6))
    truth = made("base", likes=8_000).truth
    folder = _folder(tmp_path / "out", truth, np.full((len(truth), 6), 1 / 6), np.arange(len(truth)))
    arguments = ["evaluate", "--attribution", str(folder), "--truth", str(world / "truth.parquet")]
    printed = CliRunner().invoke(main, arguments)
    assert printed.exit_code == 0, printed.output
    assert "this attribution" in printed.output and "logistic" in printed.output
    alone = CliRunner().invoke(main, [*arguments, "--alone", "--json"])
    assert list(json.loads(alone.output)) == ["this attribution"]
