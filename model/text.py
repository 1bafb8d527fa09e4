"""The text path: what a text becomes before anything reads it.

One function, `normalise_lines`, works on many texts at once, held in one string with a line feed after each, so
that every step is a single call into C and no step is a loop over rows. The tagger, the n-gram baseline and the
explanations all read what it returns. It knows nothing of vocabularies (`vocabulary`) or of tags.

The steps, in this order: invisible characters go; NFKC; lower case; traditional to simplified script (OpenCC);
white space collapses; links, mentions and long numbers become `<url>`, `@用户`, `<num>`; a character is repeated at
most three times; disguised spellings (摆pai) are written out. Emoji and platform codes such as `[doge]` stay: they
carry irony. A change to any step changes `NORMALISER_VERSION`, and a checkpoint made with another is refused.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import numpy as np

NORMALISER_VERSION = 1

URL, MENTION, NUMBER = "<url>", "@用户", "<num>"

# Every character that ends a line somewhere, so that one text is one line.
_LINE_ENDS = re.compile("[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]+")
# Control, zero-width, bidirectional, private-use and lone surrogate code points and variation selectors: they are
# used to dodge filters and show nothing.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_SPACE = re.compile(r"[^\S\n]+")
_SPACE_AT_ENDS = re.compile(r"^ | $", re.MULTILINE)
_URL = re.compile(r"(?:https?://|www\.)[a-z0-9\-._~:/?#@!$&'*+,;=%]+")
# A mention ends at a space, a colon or the end of the line: without one of these, name and text cannot be told apart.
_MENTION = re.compile(r"@(?!用户)[^\s@:,。!?#\[\]()<>]{1,24}(?=[ :\n]|$)")
_NUMBER = re.compile(r"\d{8,}")
_REPEATED = re.compile(r"([^\n])\1{3,}")

# Spellings that hide a word from filters, with the word they hide. Latin ones are matched as whole words.
DISGUISES: dict[str, str] = {
    "摆pai": "摆拍", "摆p": "摆拍", "bai拍": "摆拍", "摆啪": "摆拍", "baipai": "摆拍", "bǎipāi": "摆拍",
    "剧ben": "剧本", "ju本": "剧本", "剧苯": "剧本", "剧夲": "剧本", "juben": "剧本", "jù本": "剧本",
    "yan的": "演的", "yan员": "演员", "演yuan": "演员", "演猿": "演员", "演圆": "演员", "yanyuan": "演员", "yan戏": "演戏",
    "标题裆": "标题党", "标题档": "标题党", "标题dang": "标题党", "标题d": "标题党", "biaoti党": "标题党",
    "biaotidang": "标题党", "炒zuo": "炒作", "chao作": "炒作", "zuo秀": "作秀", "作xiu": "作秀", "骗zan": "骗赞",
    "pian赞": "骗赞", "pianzi": "骗子", "骗zi": "骗子", "引liu": "引流", "博liu量": "博流量", "流liang": "流量", "水jun": "水军",
    "shui军": "水军", "dai节奏": "带节奏", "带jie奏": "带节奏", "洗di": "洗地", "智商shui": "智商税", "zhishang税": "智商税",
    "jia的": "假的", "造jia": "造假", "zao假": "造假", "造yao": "造谣", "zao谣": "造谣", "la圾": "垃圾",
    "垃ji": "垃圾", "laji": "垃圾",
    "搬yun": "搬运", "带huo": "带货", "dai货": "带货", "guang告": "广告", "广gao": "广告",
}  # fmt: skip
_LATIN = "a-zāáǎàūúǔù"
# Each spelling stands first and what may not precede it is looked for afterwards, so that the search can skip to a first
# character that some spelling has.
_DISGUISE = re.compile(
    "(?:"
    + "|".join(f"{d}(?<![{_LATIN}]{d})" for d in sorted(DISGUISES, key=len, reverse=True))
    + ")(?![a-z])"
)

# Where almost all characters of comments lie: a text of these alone, and of plain ones, is composed by a table.
_BLOCKS = (range(0x3400), range(0x3400, 0xA000), range(0xFE30, 0xFFF0), range(0x1F000, 0x1FB00))
_IDEOGRAPHS = _BLOCKS[1]
_TABLE_PAYS = 1 << 14  # characters at once from which on the table is worth its making


def one_line(text: str) -> str:
    """Put a text on one line, so that many can be joined by line feeds and split again."""
    return _LINE_ENDS.sub(" ", text)


def normalise_lines(lines: str) -> str:
    """Normalise many texts at once.

    Parameters
    ----------
    lines
        Texts joined by line feeds; a text with a line end inside must have passed `one_line`.

    Returns
    -------
    As many lines as came in, in their order, each equal to `normalise` of the line alone.
    """
    lines = _INVISIBLE.sub("", lines)
    lines = _composed(lines)
    lines = _SPACE_AT_ENDS.sub("", _SPACE.sub(" ", _simplify(lines)))
    if "http" in lines or "www." in lines:
        lines = _URL.sub(URL, lines)
    if "@" in lines:
        lines = _MENTION.sub(MENTION, lines)
    lines = _NUMBER.sub(NUMBER, lines)
    lines = _REPEATED.sub(r"\1\1\1", lines)
    return _DISGUISE.sub(lambda match: DISGUISES[match.group()], lines)


def normalise(text: str) -> str:
    """Normalise one text.

    >>> normalise("這是擺拍吧！！！！！！ＯＫ [doge]  https://v.douyin.com/abc")
    '这是摆拍吧!!!ok [doge] <url>'
    >>> normalise("剧ben太假")
    '剧本太假'
    """
    return normalise_lines(one_line(text))


def normalise_all(texts: Iterable[str]) -> list[str]:
    """Normalise texts, each distinct one once; the result has their number and order."""
    texts = list(texts)
    distinct = list(dict.fromkeys(texts))
    normal = normalise_lines("\n".join(map(one_line, distinct))).split("\n")
    if len(distinct) == len(texts):
        return normal
    found = dict(zip(distinct, normal, strict=True))
    return [found[text] for text in texts]


def _composed(lines: str) -> str:
    """NFKC and lower case; by a table where all characters of a line are plain, and exactly the same."""
    if len(lines) < _TABLE_PAYS:
        return _compose_slowly(lines)
    table = _plain()
    lines = lines.replace("…", "...")  # as NFKC does, and the one common character that is not plain
    points = np.frombuffer(lines.encode("utf-32-le"), dtype=np.uint32)
    found = table[np.minimum(points, table.size - 1)]
    composed = found.astype(np.uint32).tobytes().decode("utf-32-le", "surrogatepass")
    others = np.flatnonzero(found == 0)
    if others.size:
        # Only a NUL would be plain and nothing, and it is invisible: it has gone by now.
        ends = np.flatnonzero(points == ord("\n"))
        old, new = lines.split("\n"), composed.split("\n")
        numbers = np.unique(np.searchsorted(ends, others))
        mended = _compose_slowly("\n".join(old[i] for i in numbers)).split("\n")
        for i, line in zip(numbers, mended, strict=True):
            new[i] = line
        composed = "\n".join(new)
    return composed


def _compose_slowly(lines: str) -> str:
    return _compose(_compose(lines).lower())


def _compose(lines: str) -> str:
    return lines if unicodedata.is_normalized("NFKC", lines) else unicodedata.normalize("NFKC", lines)


@cache
def _plain() -> np.ndarray:
    """What each plain code point becomes, 0 for others; uint32.

    Plain is a character that becomes one character whatever stands beside it: neither combines with the one before (marks,
    and the second halves of compositions), and lower case does not look at the neighbours (a Greek sigma's does).
    """
    seconds = set()
    table = np.zeros(_BLOCKS[-1].stop + 1, dtype=np.uint32)
    table[_IDEOGRAPHS.start : _IDEOGRAPHS.stop] = np.arange(_IDEOGRAPHS.start, _IDEOGRAPHS.stop)
    singles = [point for block in _BLOCKS if block is not _IDEOGRAPHS for point in block]
    for point in singles:
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(chr(int(parts[1], 16)))
    for point in singles:
        apart = unicodedata.normalize("NFKD", chr(point))
        alone = unicodedata.normalize("NFKC", chr(point))
        became = _compose_slowly(chr(point))
        starts = not any(unicodedata.combining(c) for c in (chr(point), apart[0], became[:1] or apart[0]))
        if len(became) == 1 and starts and not {apart[0], alone[0], became} & seconds and "Σ" not in alone:
            table[point] = ord(became)
    table[(table >= 0x1100) & (table < 0x1200)] = 0  # Hangul letters, which join into syllables
    return table


def _simplify(lines: str) -> str:
    """Traditional to simplified script, only where a line holds a character that OpenCC would change."""
    changes = _traditional()
    code_points = np.frombuffer(lines.encode("utf-32-le"), dtype=np.uint32)
    hits = changes[np.minimum(code_points, changes.size - 1)]
    if not hits.any():
        return lines
    line_of = np.cumsum(code_points == ord("\n"))
    rows = lines.split("\n")
    flagged = np.unique(line_of[hits])
    # Twice, because OpenCC takes a few characters (薴) to one that it would itself change again.
    simplified = _opencc().convert(_opencc().convert("\n".join(rows[i] for i in flagged))).split("\n")
    for i, row in zip(flagged, simplified, strict=True):
        rows[i] = row
    return "\n".join(rows)


@cache
def _opencc():
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def _traditional() -> np.ndarray:
    """Which code points OpenCC changes when they stand alone; bool, one per code point up to U+2FFFF and one spare."""
    blocks = [range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x2FA20)]
    points = np.concatenate([np.arange(block.start, block.stop) for block in blocks])
    lines = "\n".join(map(chr, points))
    changed = np.array(
        [a != b for a, b in zip(lines.split("\n"), _opencc().convert(lines).split("\n"), strict=True)]
    )
    table = np.zeros(0x30000 + 1, dtype=bool)
    table[points[changed]] = True
    return table
