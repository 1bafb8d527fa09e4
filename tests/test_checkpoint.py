import json
import shutil
from pathlib import Path

import pytest
from huizan.model.checkpoint import CARD, fingerprint, read_card
from huizan.model.errors import InputError
from huizan.model.tagger import Tagger


def changed(checkpoint: Path, target: Path, **entries: object) -> Path:
    shutil.copytree(checkpoint, target)
    card = json.loads((target / CARD).read_text(encoding="utf-8"))
    (target / CARD).write_text(json.dumps(card | entries), encoding="utf-8")
    return target


def test_a_folder_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="huizan-train fit"):
        read_card(tmp_path)


def test_another_taxonomy_is_refused_with_both_tag_lists(tiny_checkpoint: Path, tmp_path: Path) -> None:
    old = changed(tiny_checkpoint, tmp_path / "old", taxonomy={"video": ["clickbait"], "comment": ["vulgar"]})
    with pytest.raises(InputError, match=r"low_quality.*vulgar"):
        Tagger.load(old)


def test_another_text_path_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="text path 0"):
        read_card(changed(tiny_checkpoint, tmp_path / "old", normaliser=0))


def test_missing_thresholds_are_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one threshold for each"):
        read_card(changed(tiny_checkpoint, tmp_path / "old", thresholds={}))


def test_the_fingerprint_follows_the_contents(tiny_checkpoint: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_checkpoint, copy)
    assert fingerprint(copy) == fingerprint(tiny_checkpoint)
    assert fingerprint(changed(tiny_checkpoint, tmp_path / "other", version="9")) != fingerprint(
        tiny_checkpoint
    )
