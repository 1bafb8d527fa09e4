import io
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from huizan.inference import Scorer
from huizan.inference.lines import tag_lines, write_lines, write_parquet
from huizan.model.errors import InputError
from huizan.model.taxonomy import tag_names

LINES = '\ufeff演的吧\n\n标题\t党"吧"\r\n好看'.encode()
TEXTS = ["演的吧", "", '标题\t党"吧"', "好看"]


@pytest.fixture(scope="module")
def scorer(tiny_checkpoint: Path) -> Scorer:
    return Scorer.load(tiny_checkpoint, device="cpu")


def test_each_line_is_judged_and_an_empty_one_stays(scorer: Scorer) -> None:
    out = io.BytesIO()
    write_lines(io.BytesIO(LINES), scorer, "comment", "jsonl", out)
    rows = [json.loads(line) for line in out.getvalue().decode().splitlines()]
    assert [row["text"] for row in rows] == TEXTS
    expected = scorer.score_comments(TEXTS)
    for i in (0, 2, 3):
        for column, tag in enumerate(tag_names("comment")):
            assert rows[i][f"p_{tag}"] == pytest.approx(expected[i, column], abs=1e-6)
            assert rows[i][f"is_{tag}"] == (rows[i][f"p_{tag}"] >= 0.5)
    assert all(value is None for name, value in rows[1].items() if name != "text")


def test_tsv_keeps_tabs_inside_a_text_and_columns_apart(scorer: Scorer) -> None:
    import csv

    out = io.BytesIO()
    write_lines(io.BytesIO(LINES), scorer, "video", "tsv", out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode()), delimiter="\t"))
    assert [row["text"] for row in rows] == TEXTS and len(rows[0]) == 2 * len(tag_names("video")) + 1
    score = scorer.score_videos([{"title": TEXTS[0]}])[0, 0]
    assert float(rows[0]["p_clickbait"]) == pytest.approx(score, abs=1e-6)
    assert rows[0]["is_clickbait"] in ("true", "false") and rows[1]["p_clickbait"] == ""


def test_what_has_arrived_is_judged_at_once(scorer: Scorer) -> None:
    class Pipe(io.RawIOBase):
        """Gives a part for each time it is asked, as a pipe that is written to slowly."""

        def __init__(self) -> None:
            self.parts = ["演的".encode()[:4], "演的".encode()[4:] + "吧\n好".encode(), "看\n".encode(), b""]

        def read1(self, size: int) -> bytes:
            return self.parts.pop(0)

    tables = [table["text"].to_pylist() for table in tag_lines(Pipe(), scorer, "comment")]  # pyright: ignore
    assert tables == [["演的吧"], ["好看"]]


def test_lines_become_a_table_on_request(scorer: Scorer, tmp_path: Path) -> None:
    write_parquet(io.BytesIO(LINES), scorer, "comment", tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    assert table["text"].to_pylist() == TEXTS and set(table["model"].to_pylist()) == {scorer.name}
    write_parquet(io.BytesIO(b""), scorer, "comment", tmp_path / "none.parquet")
    assert len(pq.read_table(tmp_path / "none.parquet")) == 0


def test_what_cannot_be_read_or_written_is_refused_and_leaves_nothing(scorer: Scorer, tmp_path: Path) -> None:
    bad = io.BytesIO("好看\n".encode() + "演的".encode("gbk"))
    with pytest.raises(InputError, match="line 2"):
        write_parquet(bad, scorer, "comment", tmp_path / "out.parquet")
    with pytest.raises(InputError, match=r"ends with \.parquet"):
        write_parquet(io.BytesIO(b""), scorer, "comment", tmp_path / "out.csv")
    assert not list(tmp_path.iterdir())


def test_a_reader_that_has_seen_enough_is_no_fault(tiny_checkpoint: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "huizan.inference",
        "tag",
        "-",
        "--model",
        str(tiny_checkpoint),
        "--device",
        "cpu",
    ]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write("演的吧\n".encode() * 50)
    process.stdin.flush()
    assert process.stdout.readline().startswith(b"p_clickbait\t")
    process.stdout.close()
    with suppress(BrokenPipeError):
        process.stdin.write("演的吧\n".encode() * 50_000)
    with suppress(BrokenPipeError):
        process.stdin.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait() == 0 and "internal fault" not in said, said
