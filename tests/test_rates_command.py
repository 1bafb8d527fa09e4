import json
from pathlib import Path

from click.testing import CliRunner, Result
from huizan.inference.commands import main

from tests.tables import csv
from tests.test_rates import world


def huizan(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_rates_are_written_and_told(tmp_path: Path) -> None:
    daily, videos = world(tmp_path / "in")
    out = tmp_path / "deep" / "rates.json"
    result = huizan("rates", "--daily", daily, "--videos", videos, "--out", out)
    assert result.exit_code == 0, result.output
    document = json.loads(out.read_text(encoding="utf-8"))
    assert set(document["tags"]) == {"clickbait", "staged", "controversy"}
    assert str(out) in result.stdout and "clickbait: rate ratio within creators" in result.stdout
    assert "this is no attribution" in " ".join(huizan("rates", "--help").stdout.split())
    before = out.read_bytes()
    assert huizan("rates", "--daily", daily, "--videos", videos, "--out", out).exit_code == 0
    assert out.read_bytes() == before


def test_bad_input_ends_with_two_and_leaves_nothing(tmp_path: Path) -> None:
    daily, videos = world(tmp_path / "in")
    bad = csv(tmp_path / "in" / "bad.csv", "video_id,likes", "1,2")
    out = tmp_path / "deep" / "rates.json"
    result = huizan("rates", "--daily", bad, "--videos", videos, "--out", out)
    assert result.exit_code == 2 and "must have the column cancelled" in result.stderr
    result = huizan("rates", "--daily", daily, "--videos", daily, "--out", out)
    assert result.exit_code == 2 and "p_clickbait" in result.stderr
    assert not out.parent.exists()
    assert huizan("rates", "--daily", daily, "--videos", videos, "--out", videos).exit_code == 2
