import pytest
from huizan.inference.garbled import Readable, garbled
from huizan.model.errors import InputError

READ = ["演的吧[笑哭]", "联通", "街头偶遇流浪老人", "好看😂", "哈", "ok 好", "這是摆拍"]


def as_gbk(text: str) -> str:
    return text.encode().decode("gbk", "replace")


def test_garbled_texts_are_told_from_chinese() -> None:
    assert not any(garbled(text) for text in [*READ, "", "plain"])
    assert all(garbled(as_gbk(text)) for text in ("演的吧", "街头偶遇流浪老人", "這是摆拍的视频"))
    assert garbled("\ufffd\ufffd好")


def test_a_file_of_garbled_texts_is_refused() -> None:
    readable = Readable()
    for text in READ:
        readable.watch("good.csv", text)
    for text in ("演的吧", "这个好看", "剧本"):
        readable.watch("bad.csv", as_gbk(text))
    readable.watch("bad.csv", "演的吧")
    with pytest.raises(
        InputError,
        match=r"texts of bad.csv must be readable. Found: 3 of 4 texts look like .* open the file as UTF-8",
    ):
        readable.check()


def test_a_few_garbled_texts_are_no_reason() -> None:
    readable = Readable()
    for text in (as_gbk("演的吧"), "演的吧", "好看", None, ""):
        readable.watch("f.csv", text)
    readable.check()
