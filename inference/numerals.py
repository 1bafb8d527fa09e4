"""Numbers as a person says them, in either language: shares, intervals, ages, moments."""

from datetime import UTC, datetime
from typing import Any, Literal

from .wording import Both

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
MINUTE, HOUR, DAY = 60, 3600, 86400  # seconds


def say(both: Both, language: Language) -> str:
    """One of the two languages."""
    return both.zh if language == "zh" else both.en


def age_words(seconds: float, language: Language) -> str:
    """An age as a person says it: 20秒, 3小时; 20 s, 3 h."""
    for size, zh, en in ((DAY, "天", " d"), (HOUR, "小时", " h"), (MINUTE, "分钟", " min")):
        if seconds >= size:
            return f"{seconds / size:.4g}{zh if language == 'zh' else en}"
    return f"{seconds:.4g}{'秒' if language == 'zh' else ' s'}"


def percent(value: float) -> str:
    """A share as text: 26%, 3.4%."""
    return f"{100 * value:.0f}%" if value >= 0.0995 or value == 0 else f"{100 * value:.1f}%"


def interval_words(entry: dict[str, Any], point: bool) -> str:
    """A share with its interval as text; the interval alone where no estimate should be read."""
    if entry.get("low") is None:
        return "–"
    span = f"{percent(entry['low'])}–{percent(entry['high'])}"
    return f"{percent(entry['estimate'])} ({span})" if point else span


def moment(microseconds: int | None) -> str:
    """A time, UTC, to the minute."""
    if microseconds is None:
        return ""
    return datetime.fromtimestamp(microseconds / 1e6, UTC).strftime("%Y-%m-%d %H:%M")
