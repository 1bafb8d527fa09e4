from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from huizan.inference.engines import connect
from huizan.inference.tables import read
from huizan.model.errors import InputError
from huizan.model.records import AUDITED
from huizan.model.taxonomy import head_names
from huizan.training.agreement import agreements, labelled_rows, report, write_audited, write_labels
from huizan.training.annotations import Annotated, Export, Vote
from huizan.training.labels import UNSURE_WEIGHT, read_labels

SPLIT, SURE, NONE = ("staged", ""), ("staged", "staged"), ("", "")


def export(votes: list[tuple[str, ...]], kind="comment", **data: object) -> Export:
    """Texts with one vote per annotator, each of one tag or none."""
    texts = [
        Annotated(
            {"text": f"评论{i}", "title": f"标题{i % 2}"} | data,
            {str(j): Vote(frozenset({tag} if tag else ()), False) for j, tag in enumerate(given)},
        )
        for i, given in enumerate(votes)
    ]
    return Export(kind, texts, {})


def test_alpha_is_krippendorffs() -> None:
    """Two coders, ten units, Krippendorff's binary example: of 20 values 14 are 0 and 6 are 1, and 4 units differ.

    Alpha is 1 − (20 − 1) · 4 / (14 · 6) = 0.095 ("Computing Krippendorff's Alpha-Reliability", 2011, section B).
    """
    first, second = "0100000010", "1110010000"
    found = agreements(
        export([tuple("staged" * int(v) for v in pair) for pair in zip(first, second, strict=True)])
    )
    staged = found["staged"]
    assert staged.alpha == pytest.approx(1 - 19 * 4 / (14 * 6), abs=1e-12)
    assert (staged.texts, staged.observed, staged.ties) == (10, 0.6, 4)
    assert staged.low is not None and staged.high is not None and staged.low < staged.alpha < staged.high
    assert found["clickbait"].alpha is None and found["clickbait"].observed == 1.0  # nobody gave it


def test_texts_that_one_person_read_do_not_count_for_agreement() -> None:
    both = agreements(export([SURE, NONE, SPLIT, SURE, NONE]))["staged"]
    more = agreements(export([SURE, NONE, SPLIT, SURE, NONE, ("staged",), ("",)]))["staged"]
    assert both.alpha == more.alpha and more.texts == 5
    assert agreements(export([("staged",), ("",)]))["staged"].observed is None


def test_votes_become_soft_labels_that_the_trainer_reads(tmp_path: Path) -> None:
    found = export([SURE, SPLIT, NONE, ("staged", "staged", "")])
    found.texts[2].votes["0"] = Vote(frozenset(), True)
    out = tmp_path / "made" / "labels.jsonl"
    write_labels(found, "panel", out)
    read = read_labels(out, "comment")
    staged = head_names().index("comment_staged")
    np.testing.assert_allclose(read.targets[:, staged], [1, 0.5, 0, 2 / 3], atol=1e-4)
    assert read.unsure.tolist() == [False, True, True, True]  # half of the third text's readers said so
    np.testing.assert_allclose(read.weights[:, staged], [1, *[UNSURE_WEIGHT] * 3], atol=1e-6)
    assert read.group.tolist() == ["标题0", "标题1", "标题0", "标题1"] and set(read.source) == {"panel"}
    assert read.units.second[0] == "标题0"
    assert [path.name for path in out.parent.iterdir()] == ["labels.jsonl"]


def test_videos_of_one_creator_stay_together() -> None:
    rows = labelled_rows(export([SURE, NONE], "video", video_id="v", creator_id="c", drawn_with=0.1), "x")
    assert [row["group"] for row in rows] == ["c", "c"]
    assert rows[0]["labels"] == {"clickbait": 0, "staged": 1, "controversy": 0}


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_an_audit_becomes_the_table_that_attribute_reads(tmp_path: Path, ending: str) -> None:
    found = export([SURE, SPLIT, NONE], "video", drawn_with=0.25)
    for i, item in enumerate(found.texts):
        item.data["video_id"] = f"{2**53 + 1}{i}"
    path = tmp_path / f"checked{ending}"
    write_audited(found, path)
    table = read(connect(), path, AUDITED).to_pyarrow()
    assert [str(v) for v in table["video_id"].to_pylist()] == [f"{2**53 + 1}{i}" for i in range(3)]
    assert table["is_staged"].to_pylist() == [True, True, False]
    assert table["is_clickbait"].to_pylist() == [False] * 3 and table["drawn_with"].to_pylist() == [0.25] * 3


def test_what_did_not_come_back_lowers_the_chance(tmp_path: Path) -> None:
    """Of 8 videos drawn with chance 0.4 two came back: each had the chance 0.1 of being checked."""
    found = export([SURE, NONE, SURE], "video", video_id="v", drawn_with=0.4, drawn_texts=8)
    found.texts[2].data |= {
        "drawn_with": 0.5,
        "drawn_texts": "1.0",
    }  # of another sample, by way of a data frame
    write_audited(found, tmp_path / "a.parquet")
    assert pq.read_table(tmp_path / "a.parquet")["drawn_with"].to_pylist() == pytest.approx([0.1, 0.1, 0.5])


def test_only_random_samples_of_videos_are_audits(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="comments"):
        write_audited(export([SURE]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="1 of 1 annotated videos"):
        write_audited(export([SURE], "video", video_id="v"), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"\.parquet or \.csv"):
        write_audited(export([SURE], "video", video_id="v", drawn_with=1), tmp_path / "a.txt")
    assert not list(tmp_path.iterdir())


def test_the_report_counts_texts_and_annotators(tmp_path: Path) -> None:
    told = report(export([SURE, SPLIT, ("staged",)]))
    assert (told["texts"], told["unsure"], told["annotators"]) == (3, 1, {"0": 3, "1": 2})
    assert told["tags"]["staged"]["share"] == pytest.approx(2.5 / 3)
    write_audited(export([SURE], "video", video_id="v", drawn_with=1), tmp_path / "a.parquet")
    assert pq.read_schema(tmp_path / "a.parquet").names[-1] == "drawn_with"
