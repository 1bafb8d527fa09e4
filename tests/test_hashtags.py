import pytest
from huizan.inference.hashtags import Style, inline, listed


@pytest.mark.parametrize(
    ("text", "style", "tags"),
    [
        ("街头偶遇 #正能量 #感人，看到最后#反转！", "#tag", ["正能量", "感人", "反转"]),
        ("＃全角 也算 # 不算", "#tag", ["全角"]),
        ("#一#二 #一", "#tag", ["一", "二"]),
        ("#今天 也要加油#！#猫猫[doge]#", "#tag#", ["今天 也要加油", "猫猫[doge]"]),
        ("好物 #测评[话题]# #种草[话题]#", "#tag[话题]#", ["测评", "种草"]),
        ("#正能量 街头", "none", []),
        ("没有", "#tag", []),
        (None, "#tag", []),
    ],
)
def test_inline(text: str | None, style: Style, tags: list[str]) -> None:
    assert inline(text, style) == tags


def test_listed() -> None:
    assert listed([{"name": "a"}, "b", " "]) == ["a", "b"]
    assert listed("['a', 'b']") == ["a", "b"] and listed(None) == [] and listed("一，二") == ["一", "二"]
