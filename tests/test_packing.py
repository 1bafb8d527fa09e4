import json
from pathlib import Path

import jieba
import numpy as np
from huizan.model.vocabulary import CLS, MASKS, SEP, SPECIALS, Vocabulary
from huizan.training.packing import pack, word_begins

LINES = ["这个视频是摆拍的[doge]", "标题党骗点击", "今天天气不错"] * 40


def corpus(folder: Path) -> Path:
    path = folder / "corpus.jsonl"
    path.write_text(
        "\n".join(json.dumps({"text": line}, ensure_ascii=False) for line in LINES), encoding="utf-8"
    )
    return path


def test_rows_hold_the_documents_end_to_end(tmp_path: Path) -> None:
    packed = pack(corpus(tmp_path), tmp_path / "packed", vocabulary_size=60, length=16)
    stream = packed.ids.reshape(-1)
    first = [packed.vocabulary.tokens[i] for i in stream[: 1 + 9 + 6 + 1]]
    assert stream[0] == CLS
    assert "".join(first[1:9]) == "这个视频是摆拍的"
    assert packed.begins.reshape(-1)[0]
    ends = np.flatnonzero(stream == SEP)
    starts = np.flatnonzero(stream == CLS)
    assert (starts[1 : ends.size] == ends[: starts.size - 1] + 1).all()


def test_a_second_call_reads_what_is_there(tmp_path: Path) -> None:
    once = pack(corpus(tmp_path), tmp_path / "packed", vocabulary_size=60, length=16)
    stamp = (tmp_path / "packed" / "ids.u16").stat().st_mtime_ns
    again = pack(corpus(tmp_path), tmp_path / "packed", vocabulary_size=60, length=16)
    assert (tmp_path / "packed" / "ids.u16").stat().st_mtime_ns == stamp
    np.testing.assert_array_equal(once.ids, again.ids)


def test_words_begin_where_jieba_cuts() -> None:
    vocabulary = Vocabulary([*SPECIALS, *MASKS, "[doge]"])
    begins = word_begins(["视频很好看[doge]", "演的"], vocabulary, jieba.cut)
    assert begins.tolist() == [True, False, True, True, False, True, True, True]


def test_a_source_can_be_left_out_of_rows_and_vocabulary(tmp_path: Path) -> None:
    rows = [{"text": "甲甲甲", "source": "ours"}, {"text": "乙乙乙", "source": "theirs"}] * 30
    path = tmp_path / "two.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    both = pack(path, tmp_path / "packed", vocabulary_size=60, length=8)
    one = pack(path, tmp_path / "packed", vocabulary_size=60, length=8, without=("theirs",))
    assert "乙" in both.vocabulary.tokens and "乙" not in one.vocabulary.tokens
    assert one.ids.shape[0] == both.ids.shape[0] // 2
