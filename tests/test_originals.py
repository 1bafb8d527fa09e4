import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from huizan.model.errors import InputError
from huizan.training.commands import main
from huizan.training.originals import ORIGINALS, gather
from huizan.training.public_sets import _sides


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files as the authors lay them out, with sentences of our own."""
    at = tmp_path / "originals"
    write(
        at / "train.csv",
        ",split,topic,label,TEXT",
        "7,train,region,1,你们那里的人都这样",
        '9,train,race,0,"好,谢谢"',
    )
    write(at / "dev.csv", ",split,topic,label,TEXT", "1,dev,gender,0,")
    write(
        at / "test.csv",
        ",split,topic,label,fine-grained-label,TEXT",
        "3,test,race,1,2,666",
        "5,test,race,0,0,NA",
    )
    header = "platform,topic,content,toxic,toxic_one_hot,toxic_type,expression,target"
    write(
        at / "ToxiCN_1.0.csv",
        header,
        'tieba,race,真不错,0,"[1, 0]",0,0,"[0, 1]"',
        'zhihu,lgbt,走开,1,"[0, 1]",1,0,"[1, 0]"',
    )
    write(at / "ToxiCN_ex/ToxiCN/data/test.json", json.dumps([{"content": "走开"}]))
    header = (
        "comment_id,label,expression,sarcasm,target,group category,post_id,user_id,like_num,comment_content"
    )
    write(at / "sccd/train.csv", header, "aX_1,CB,Explicit,No,Group,Region,p-1,u-1,3.0,骂人的话")
    write(at / "sccd/test.csv", header, "bY_2,Non-CB,,,,,p-2,u-2,3.0,路过")
    header = "timestamp,platform,label1,label2,label3,diff,content"
    write(
        at / "dataset/category/sport/某场比赛.csv", header,
        "2024/9/27 3:43,xhs,1,1,1.0,0,怎么踢的", "2024/9/27 3:44,dy,0,1,0.0,-1,加油", '2024/9/27 3:45,dy,1,1,,0,"一行\n两行"',
    )  # fmt: skip
    for outlet in ("sina", "tencent"):
        write(at / f"{outlet}/test.csv", f'"1","震惊,{outlet}出了大事","其实没有事。","{outlet}"')
    return at


def rows(path: Path) -> list[dict]:
    return [row | {"labels": json.loads(row["labels"])} for row in pq.read_table(path).to_pylist()]


def test_cold_keeps_splits_and_texts_that_look_like_something_else(folder: Path, tmp_path: Path) -> None:
    path, count = gather("cold", folder, tmp_path / "out")
    found = rows(path)
    # A row without text is no row; a number and "NA" are texts.
    assert count == len(found) == 4
    assert [row["id"] for row in found] == ["cold-train-0", "cold-train-1", "cold-test-0", "cold-test-1"]
    assert [row["text"] for row in found] == ["你们那里的人都这样", "好,谢谢", "666", "NA"]
    assert found[2]["labels"] == {"label": "1", "fine": "2"} and found[2]["split"] == "test"
    train, held, test = _sides("cold", tmp_path / "out", 0)
    assert len(test) == 2 and len(train) + len(held) == 2


def test_a_test_side_that_is_told_beside_the_rows(folder: Path, tmp_path: Path) -> None:
    found = rows(gather("toxicn", folder, tmp_path)[0])
    assert [(row["id"], row["split"], row["labels"]["toxic"]) for row in found] == [
        ("toxicn-0", "train", "0"),
        ("toxicn-1", "test", "1"),
    ]


def test_users_stay_behind_and_names_are_digests(folder: Path, tmp_path: Path) -> None:
    found = rows(gather("sccd", folder / "sccd", tmp_path)[0])
    assert found[0]["id"] == hashlib.sha1(b"aX_1").hexdigest()[:16]
    assert [row["labels"]["label"] for row in found] == ["CB", "Non-CB"]
    assert [row["split"] for row in found] == ["train", "test"]
    assert "u-1" not in json.dumps(found)


def test_a_third_annotator_judges_where_two_differ(folder: Path, tmp_path: Path) -> None:
    found = rows(gather("chnci", folder, tmp_path)[0])
    assert [row["labels"]["final"] for row in found] == ["1", "0", "1"]
    assert found[2]["text"] == "一行\n两行"
    assert {(row["incident"], row["category"]) for row in found} == {("某场比赛", "sport")}
    name = hashlib.sha1("某场比赛.csv".encode()).hexdigest()[:16]
    assert found[1]["id"] == f"{name}-1"


def test_headlines_without_a_header(folder: Path, tmp_path: Path) -> None:
    found = rows(gather("hancd", folder, tmp_path)[0])
    assert [row["id"] for row in found] == ["hancd-sina-test-0", "hancd-tencent-test-0"]
    assert found[0]["title"] == "震惊,sina出了大事" and found[0]["labels"] == {"clickbait": "1"}


def test_what_is_missing_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="zongxiang"):
        gather("ccdcieg", folder / "sccd", tmp_path)
    (folder / "sccd" / "test.csv").write_text("comment_id,label\na,CB\n", encoding="utf-8")
    with pytest.raises(InputError, match="expression"):
        gather("sccd", folder / "sccd", tmp_path)
    assert not list(tmp_path.glob("*.parquet")) and not list(tmp_path.glob(".*tmp"))
    (folder / "ToxiCN_ex/ToxiCN/data/test.json").unlink()
    with pytest.raises(InputError, match=r"test\.json"):
        gather("toxicn", folder, tmp_path)


def test_the_command(folder: Path, tmp_path: Path) -> None:
    arguments = ["gather", "cold", "--original", str(folder), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("4 rows") and (tmp_path / "out" / "cold.parquet").exists()
    done = CliRunner().invoke(main, ["gather", "nothing", *arguments[2:]])
    assert done.exit_code == 2 and all(name in done.output for name in ORIGINALS)
