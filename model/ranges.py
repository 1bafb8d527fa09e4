"""The ranges of an encoder's activations: what int8 must span, measured in float32 on texts that were written for it.

The texts are of every kind that is read: short and long, with and without a title, slang, emoji, Latin, digits, unknown
characters. A few outliers are left out, for a range that holds them all is too coarse for the rest; ranges are rounded, so that
they are the same on every machine. What was measured lies beside the weights in `ranges.json` and names them and the design of
the graph, so that it is never used for others. It knows no precision but that which it measures in (`graph`, `runtime`).
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from .graph import DESIGN, Range
from .shortcut import FILE as SHORTCUT
from .units import comment_units, video_units
from .vocabulary import Vocabulary

FILE = "ranges.json"
OUTLIERS = 1e-5  # part of the values on either side that a range need not hold

COMMENTS = [
    ("哈哈哈哈哈哈", ""), ("一眼剧本,演技太差了[捂脸]", "街头偶遇前女友 她的反应让我泪目"), ("标题党,进来就后悔", "震惊!看完沉默了"),
    ("支持!这才是正能量👍👍👍", "外卖小哥雨中扶起摔倒老人"), ("你懂什么?不懂就别乱说,键盘侠", "专家回应争议"),
    ("666", "这操作绝了"), ("加微信领资料 abc12345678901", "每天十分钟 轻松瘦十斤"), ("[doge]", ""), ("", "今天吃什么"),
    ("@用户 快来看,这不就是你吗", "打工人的一天"), ("说得对,就应该严查,这种人不配当老师!!!", "某校老师体罚学生 家长发声"),
    ("我觉得吧,双方都有责任,不能只听一面之词,等官方通报再说,现在下结论太早了,网上的反转还少吗", "小区车位纠纷引热议"),
    ("试了没用,假的,别信", "三招教你去除顽固水垢"), ("求链接", "平价好物分享 #好物 #种草"), ("第一", "日落 vlog ep.12"),
    ("这种视频看多了,套路都一样:先卖惨,再反转,最后带货,评论区还一堆水军控评,平台也不管管,真的很烦,"
     "取关了,以后再也不看了,大家散了吧,浪费时间,有这功夫不如多看两页书,陪陪家人,做点有意义的事情,你们说呢",
     "创业失败的第三年 我在夜市摆摊的真实收入"),
    ("Really? so fake lol", "street interview #prank"), ("㗎啲唔係咁㗎", "粤语歌翻唱"), ("男的女的都一样,别挑起对立", "彩礼该不该取消"),
    ("2024年5月1日 19:30 <url> 不见不散", "直播预告"), ("看哭了😭😭😭", "奶奶等了六十年 终于等到这封信"), ("呵呵", "明星塌房"),
    ("主播长得真好看,声音也好听", "弹唱《后来》"), ("翻车现场,笑死我了哈哈哈", "第一次做蛋糕"),
]  # fmt: skip
VIDEOS = [
    {"title": "震惊!所有人都没想到的结局", "hashtags": ["反转", "剧情"], "description": "一定要看到最后"},
    {"title": "路人突然晕倒,没想到他竟然这样做", "ocr_text": "本视频为剧情演绎,请勿模仿", "hashtags": "#正能量 #社会百态"},
    {"title": "", "transcript": "大家好,今天教大家做一道家常菜,先把土豆切成丝,泡在水里洗掉淀粉,锅里放油,油热了放蒜末和干辣椒,"
     "然后下土豆丝,大火快炒,加一勺醋,一勺盐,出锅前再撒一把葱花,又脆又爽口,喜欢的话点个关注,我们下期再见"},
    {"title": "为什么年轻人不愿意结婚了", "description": "高房价、高彩礼、高压力,你怎么看?评论区聊聊", "hashtags": ["婚姻", "争议话题"]},
    {"title": "婆婆当众让我下跪,老公的反应让我彻底死心", "transcript": "那天是我婆婆的生日,来了很多亲戚。吃到一半,她突然把筷子一摔,"
     "说我没把她放在眼里。我一句话没说,眼泪就掉下来了。我以为他会站出来替我说话,可是他低着头,假装没听见。后来我才知道,"
     "这一切都是他们商量好的。我拉着女儿走出了那个家门,外面下着大雨。三年以后,我开了自己的店,他来找我,说他错了。"
     "你们说,我该不该原谅他?点赞过万更新下集,记得关注不迷路。"},
    {"title": "iPhone 15 Pro 开箱 | 值不值得买? 4K 60fps", "hashtags": ["数码", "测评"], "ocr_text": "¥7999 起"},
    {"title": "官方通报来了!", "description": "关于近日网传视频的情况说明:经核查,相关内容系摆拍,涉事账号已被封禁。"},
    {"title": "萌宠日常", "description": "小猫第一次见到雪❄️", "hashtags": ["萌宠"]},
]  # fmt: skip


@dataclass(frozen=True)
class Ranges:
    """What was measured: ranges by place in the graph, and float32 logits (texts, heads) to hold int8 against."""

    weights: str
    places: list[Range]
    logits: list[list[float]]

    @classmethod
    def read(cls, folder: Path) -> "Ranges | None":
        """What was measured for the weights in this folder; None if nothing was, or for others."""
        path = folder / FILE
        if not path.is_file():
            return None
        told = json.loads(path.read_text(encoding="utf-8"))
        found = cls(told["weights"], [(low, high) for low, high in told["places"]], told["logits"])
        return found if found.weights == _mark(folder) else None

    def write(self, folder: Path) -> None:
        """Write `ranges.json`."""
        (folder / FILE).write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")


def calibration_batches(vocabulary: Vocabulary) -> list[np.ndarray]:
    """The texts as the tagger reads them, one int32 (1, length) each."""
    texts, titles = zip(*COMMENTS, strict=True)
    units = (comment_units(texts, titles), video_units(VIDEOS))
    rows = [unit.encode(vocabulary) for unit in units]
    return [row.take(np.array([i])).ids[None] for row in rows for i in range(len(row))]


def measure(folder: Path, vocabulary: Vocabulary, run: Callable[[np.ndarray], list[np.ndarray]]) -> Ranges:
    """Measure a checkpoint; `run` gives for ids (1, length) the logits and then what enters each product, in float32.

    Returns
    -------
    For each place the least and the greatest value but for outliers, outwards to two digits, zero always between.
    """
    found = [run(ids) for ids in calibration_batches(vocabulary)]
    places = [np.concatenate([values.ravel() for values in place]) for place in zip(*found, strict=True)][1:]
    logits = [[round(float(x), 4) for x in texts[0][0]] for texts in found]
    return Ranges(_mark(folder), [_range(values) for values in places], logits)


def _mark(folder: Path) -> str:
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes() + bytes([DESIGN]))
    if (folder / SHORTCUT).is_file():
        digest.update((folder / SHORTCUT).read_bytes())
    return digest.hexdigest()[:16]


def _range(values: np.ndarray) -> Range:
    out = int(values.size * OUTLIERS)
    ordered = np.partition(values, (out, values.size - 1 - out))
    low, high = float(ordered[out]), float(ordered[values.size - 1 - out])
    return -_outwards(-low) or 0.0, _outwards(high)


def _outwards(value: float) -> float:
    """A positive number up to two digits; 0 for others."""
    if value <= 0:
        return 0.0
    unit = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{np.ceil(value / unit - 1e-6) * unit:.2g}")
