"""The command line from end to end: what comes out, and that bad input ends with status 2 and leaves nothing behind."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from huizan.inference.commands import main
from huizan.model.taxonomy import cause_names

from tests.tables import LIKE_COLUMNS, csv, jsonl, parquet

START = 1_717_200_000  # seconds


@dataclass
class World:
    """Paths of small tables; a test replaces the one that it is about."""

    folder: Path
    model: Path
    videos: Path
    comments: Path
    likes: Path

    @property
    def out(self) -> Path:
        return self.folder / "deep" / "out"

    def run(self, *more: str) -> Result:
        tables = [
            "--videos",
            self.videos,
            "--comments",
            self.comments,
            "--likes",
            self.likes,
            "--out",
            self.out,
        ]
        return huizan("run", *tables, "--model", self.model, "--device", "cpu", "--bootstrap", 2, *more)

    def shares(self) -> dict:
        return json.loads((self.out / "shares.json").read_text(encoding="utf-8"))


def huizan(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def likes_csv(path: Path, n: int = 240, every: int = 6) -> Path:
    """`n` likes of 20 users, every so many taken back after a while."""
    lines = []
    for i in range(n):
        at = START + 600 * i
        back = at + [2, 900, 40_000][i % 3] if every and i % every == 0 else ""
        lines.append(f"{i % 20},{i % 7 + 1},{at},{back}")
    return csv(path, LIKE_COLUMNS, *lines)


@pytest.fixture
def world(tmp_path: Path, tiny_checkpoint: Path) -> World:
    comments = [
        f"{i},{i % 7 + 1},{['演的吧', '好看', '剧本', '标题党'][i % 4]},{START + 60 * i}" for i in range(60)
    ]
    return World(
        tmp_path,
        tiny_checkpoint,
        csv(tmp_path / "videos.csv", "video_id,title", *(f"{i},街头演的{i}" for i in range(1, 8))),
        csv(tmp_path / "comments.csv", "comment_id,video_id,text,created_at", *comments),
        likes_csv(tmp_path / "likes.csv"),
    )


def test_run_leaves_every_table_and_the_page(world: World) -> None:
    result = world.run()
    assert result.exit_code == 0, result.output
    assert {path.name for path in world.out.iterdir()} == {
        "videos.parquet", "comments.parquet", "reversals.parquet", "videos_effect.parquet", "shares.json", "checks.json",
        "settings.json", "words.parquet", "report.html",
    }  # fmt: skip
    assert "240 likes, 40 taken back" in result.stdout and str(world.out / "report.html") in result.stdout
    reversals = pq.read_table(world.out / "reversals.parquet")
    assert reversals.schema.field("video_id").type == pa.int64()
    causes = [reversals[name].to_numpy() for name in cause_names()]
    assert abs(sum(causes) - 1).max() < 1e-9
    settings = json.loads((world.out / "settings.json").read_text(encoding="utf-8"))
    assert (
        settings["command"] == "run"
        and settings["bootstrap"] == 2
        and settings["inputs"]["likes"] == str(world.likes)
    )

    before = {path.name: path.read_bytes() for path in world.out.iterdir()}
    assert world.run().exit_code == 0
    assert {path.name: path.read_bytes() for path in world.out.iterdir()} == before


def test_step_by_step_gives_what_run_gives(world: World) -> None:
    assert world.run().exit_code == 0
    tagged, out = world.folder / "tagged", world.folder / "result"
    model = ("--model", world.model, "--device", "cpu")
    result = huizan("tag", "--videos", world.videos, "--comments", world.comments, "--out", tagged, *model)
    assert result.exit_code == 0 and str(tagged / "videos.parquet") in result.stdout
    texts = ("--videos", tagged / "videos.parquet", "--comments", tagged / "comments.parquet")
    result = huizan("attribute", "--likes", world.likes, *texts, "--out", out, "--bootstrap", 2)
    assert result.exit_code == 0, result.output
    for name in ("reversals.parquet", "videos_effect.parquet", "shares.json", "checks.json"):
        assert (out / name).read_bytes() == (world.out / name).read_bytes()
    result = huizan("report", out, "--out", world.folder / "page.html")
    assert result.exit_code == 0 and (world.folder / "page.html").read_text(encoding="utf-8").startswith("<!")


def test_ids_of_different_types_and_a_raw_log(world: World) -> None:
    rows = []
    for i in range(60):
        row = {"user_id": f"用户{i % 9}", "video_id": str(i % 7 + 1)}
        rows.append(row | {"event": "like", "at": START + i * 100})
        rows += [row | {"event": "unlike", "at": START + i * 100 + 50}] * (i % 5 == 0)
    rows.append({"user_id": "x", "video_id": "1", "event": "unlike", "at": START})
    rows.append({"user_id": "x", "video_id": "1", "event": "like", "at": None})
    world.likes = jsonl(world.folder / "log.jsonl", *rows)
    result = world.run()
    assert result.exit_code == 0, result.output
    assert "60 likes, 12 taken back" in result.stdout
    assert "un-like without a like" in result.stdout and "time of the event is missing" in result.stdout
    reversals = pq.read_table(world.out / "reversals.parquet")
    assert set(reversals["video_id"].to_pylist()) <= {str(i) for i in range(1, 8)}


@pytest.mark.parametrize(("likes", "taken_back"), [(30, 0), (1, 0), (1, 1)])
def test_few_likes_are_a_valid_result(world: World, likes: int, taken_back: int) -> None:
    world.likes = likes_csv(world.folder / "few.csv", likes, every=taken_back)
    result = world.run()
    assert result.exit_code == 0, result.output
    assert (world.shares()["n_likes"], world.shares()["n_reversals"]) == (likes, taken_back)
    assert f"{likes:,} likes, {taken_back:,} taken back" in result.stdout
    if not taken_back:
        assert "nothing to attribute" in result.stdout
    assert pq.read_metadata(world.out / "reversals.parquet").num_rows == taken_back
    assert (world.out / "report.html").exists()


def test_what_is_not_given_is_named(world: World) -> None:
    result = huizan("attribute", "--likes", world.likes, "--out", world.out, "--bootstrap", 0)
    assert result.exit_code == 0, result.output
    assert {"videos", "comments", "exposures"} <= {entry["column"] for entry in world.shares()["left_out"]}
    world.comments = csv(world.folder / "undated.csv", "comment_id,video_id,text", "a1,1,演的", "a2,2,好看")
    assert world.run().exit_code == 0
    assert "comments.created_at" in {entry["column"] for entry in world.shares()["left_out"]}


def test_a_few_unusable_rows_are_counted(world: World) -> None:
    with open(world.likes, "a", encoding="utf-8") as file:
        file.write(f"1,2,{START + 50},{START}\n3,99,{START},\n")
    with open(world.comments, "a", encoding="utf-8") as file:
        file.write(f"900,1,,{START}\n901,99,演的,{START}\n")
    result = world.run()
    assert result.exit_code == 0, result.output
    assert "kept out: 1 likes: un-liked before the like" in result.stdout
    assert "kept out: 1 likes: video not in the videos table" in result.stdout
    assert "1 comments: no text" in result.stdout
    rows = world.shares()["rows"]
    assert rows["likes"] == {"un-liked before the like": 1, "video not in the videos table": 1}
    assert rows["comments"]["video not in the videos table"] == 1


def break_parquet(world: World) -> None:
    world.comments = parquet(world.folder / "c.parquet", comment_id=[1], video_id=[1], text=["演的"])
    world.comments.write_bytes(world.comments.read_bytes()[:-20])


def empty_file(world: World) -> None:
    world.likes = world.folder / "empty.csv"
    world.likes.touch()


def likes_of(*lines: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        world.likes = csv(world.folder / "bad.csv", *lines)

    return change


def comments_of(*lines: str, encoding: str = "utf-8") -> Callable[[World], None]:
    def change(world: World) -> None:
        world.comments = csv(world.folder / "bad.csv", "comment_id,video_id,text", *lines, encoding=encoding)

    return change


def missing_file(world: World) -> None:
    world.videos = world.folder / "gone.csv"


BAD = {
    "a missing file": (missing_file, "there is no "),
    "a missing column": (likes_of("user_id,video_id,liked_at", f"1,1,{START}"), "must have the column unliked_at"),
    "an empty file": (empty_file, "must hold at least one row"),
    "no rows": (likes_of(LIKE_COLUMNS), "must hold at least one row"),
    "a truncated Parquet": (break_parquet, "A .parquet file must be whole"),
    "a GBK-encoded CSV": (comments_of("1,1,演的", encoding="gbk"), "iconv -f GB18030 -t UTF-8 bad.csv"),
    "ids like 7.3E+18": (likes_of(LIKE_COLUMNS, f"7.3E+18,1,{START},"), "user_id must keep all its digits"),
    "times before the like": (likes_of(LIKE_COLUMNS, f"1,1,{START},{START - 9}"), "un-liked before the like"),
    "mixed time units": (
        likes_of(LIKE_COLUMNS, f"1,1,{START},", f"1,2,{START}000,"), "must hold numbers of one unit (s, ms or µs)",
    ),
    "NaN text": (comments_of("1,1,NaN", "2,1,nan", "3,1,演的"), "2 of 3 rows: nothing in text"),
    "comments on unknown videos": (comments_of("1,98,演的", "2,99,演的"), "video not in the videos table"),
    "likes of unknown videos": (likes_of(LIKE_COLUMNS, f"1,99,{START},"), "video not in the videos table"),
    "an id twice": (comments_of("1,1,演的", "1,2,演的"), "comment_id must be there once"),
    "a ragged row": (comments_of("1,1,演的,吧"), "CSV Error on Line: 2"),
    "a word that is none": (likes_of(f"{LIKE_COLUMNS},surface", f"1,1,{START},,fyp"), "surface must be one of for_you"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "said"), BAD.values(), ids=BAD)
def test_bad_input_ends_with_two_and_leaves_nothing(
    world: World, spoil: Callable[[World], None], said: str
) -> None:
    spoil(world)
    before = sorted(world.folder.rglob("*"))
    result = world.run()
    assert result.exit_code == 2, result.output
    message = result.stderr.splitlines()[-1]
    assert message.startswith("huizan: ") and said in message and ". Found: " in message
    assert "Traceback" not in result.output and "huizan: " not in result.stdout
    assert sorted(world.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "--out", "x"), "Missing option '--videos'"),
        (("tag", "--out", "x"), "Give --videos, --comments, or both."),
        (("tag", "--videos", "v.csv", "--out", "x", "--device", "abacus"), "Invalid value for '--device'"),
        (
            ("attribute", "--likes", "l.csv", "--out", "x", "--bootstrap", "-1"),
            "Invalid value for '--bootstrap'",
        ),
        (("report", "nowhere"), "huizan: "),
        (("rnu",), "No such command"),
    ],
)
def test_bad_usage_ends_with_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = huizan(*arguments)
    assert result.exit_code == 2 and said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_inputs_are_never_written_over(world: World) -> None:
    data = world.folder / "data"
    data.mkdir()
    videos = parquet(data / "videos.parquet", video_id=[1], title=["街头"])
    before = videos.read_bytes()
    result = huizan("tag", "--videos", videos, "--out", data, "--model", world.model, "--device", "cpu")
    assert result.exit_code == 2 and "must not take the place of what goes in" in result.stderr
    assert videos.read_bytes() == before and list(data.iterdir()) == [videos]


def test_help_teaches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert huizan("--version").stdout.startswith("huizan 0.")
    assert "huizan run --videos" in huizan("--help").stdout
    told = huizan("run", "--help").stdout
    for column in ("unliked_at", "created_at", "ocr_text", "comment_panel_open"):
        assert column in told
    assert "p_low_quality" in huizan("attribute", "--help").stdout


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, huizan.inference.commands; print(*sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {
        "torch",
        "transformers",
        "ibis",
        "duckdb",
        "pyarrow",
        "numpy",
        "pandas",
        "rich",
        "jinja2",
    } & set(loaded)
