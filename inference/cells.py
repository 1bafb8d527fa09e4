"""Cells of other tools' exports: ids, counts, times and texts out of whatever a crawler or a spreadsheet wrote.

Each function takes one cell and gives its value, None where there is nothing, or a ValueError that says why not. Ids are
text and keep every digit; whether an id has lost some is `LostDigits`, which ends an import.
"""

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from .ids import LAST_INT64, SCIENTIFIC
from .times import FIRST, LAST

NOTHING = frozenset({"", "None", "none", "null", "NULL", "nan", "NaN", r"\N"})
EXACT = 1 << 53  # whole numbers below it are exact as a float
UNITS = {"千": 10**3, "k": 10**3, "w": 10**4, "万": 10**4, "萬": 10**4, "m": 10**6, "亿": 10**8, "億": 10**8}
COUNT = re.compile(rf"([0-9]+(?:[.][0-9]+)?)\s*([{''.join(UNITS)}]?)\s*[+]?", re.IGNORECASE)
NUMBER = re.compile(r"-?[0-9]+(?:[.][0-9]+)?")
CHINA = timezone(timedelta(hours=8))  # of times of day without a zone: all these platforms write theirs so
SECOND = 1_000_000


class LostDigits(ValueError):
    """An id that a spreadsheet or a float has rounded."""


def nothing(cell: Any) -> bool:
    """Whether a cell holds nothing, as a crawler writes it."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return True
    return isinstance(cell, str) and cell.strip() in NOTHING


def text(cell: Any) -> str | None:
    """Text as it stands, emoji codes and all.

    >>> text(" [doge] 演的吧 "), text("None")
    ('[doge] 演的吧', None)
    """
    return None if nothing(cell) else _whole(str(cell).strip())


def identifier(cell: Any) -> str | None:
    """An id as text.

    Raises
    ------
    LostDigits
        If it is written like 7.3E+18, or came as a number too large to be exact.

    >>> identifier("7301234567890123456"), identifier(12.0), identifier(" ")
    ('7301234567890123456', '12', None)
    """
    if nothing(cell):
        return None
    if isinstance(cell, bool):
        raise ValueError("true or false is no id")
    if isinstance(cell, float):
        if not cell.is_integer() or abs(cell) >= EXACT:
            raise LostDigits(f"{cell:.15g}")
        return str(int(cell))
    if not isinstance(cell, (int, str)):
        raise ValueError(f"{type(cell).__name__} is no id")
    written = str(cell).strip()
    if "+" in written and re.match(SCIENTIFIC, written):
        raise LostDigits(written)
    return _whole(written) or None


def count(cell: Any) -> int | None:
    """A count, also one that is written for people.

    >>> [count(cell) for cell in ("1.2万", "3亿", "2w", "10+", "1,234", 7, "None", "")]
    [12000, 300000000, 20000, 10, 1234, 7, None, None]
    """
    if nothing(cell):
        return None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if cell < 0 or cell != int(cell):
            raise ValueError("a count is a whole number from zero on")
        return _counted(int(cell))
    found = COUNT.fullmatch(str(cell).strip().replace(",", "").replace("，", ""))
    if not found:
        raise ValueError("no count")
    number, unit = found.groups()
    if "." in number and not unit and float(number) != int(float(number)):
        raise ValueError("a count is a whole number from zero on")
    value = (
        round(float(number) * UNITS[unit.lower()])
        if unit
        else int(float(number))
        if "." in number
        else int(number)
    )
    return _counted(value)


def rounded(cell: Any) -> bool:
    """Whether a count was rounded for people, so that there may be more."""
    return isinstance(cell, str) and bool(re.search(rf"[{''.join(UNITS)}+]", cell, re.IGNORECASE))


def measure(cell: Any) -> float | None:
    """A number from zero on, as a float."""
    if nothing(cell):
        return None
    value = float(cell)
    if not 0 <= value < EXACT:
        raise ValueError("must be a number from zero on, and no larger than any count")
    return value


def moment(cell: Any) -> int | None:
    """A time in microseconds since 1970 UTC.

    Numbers are seconds, milliseconds or microseconds, told by their size: between 2000 and 2100 no two of them meet. Zero
    is nothing. A text without a zone is China's time.

    Raises
    ------
    ValueError
        If it is no time between the years 2000 and 2100.

    >>> moment(1715760000) == moment("1715760000000") == moment("2024-05-15 16:00:00")
    True
    """
    if nothing(cell):
        return None
    if isinstance(cell, datetime):
        return _within(cell)
    written = str(cell).strip()
    if not NUMBER.fullmatch(written):
        return _within(datetime.fromisoformat(written.replace("/", "-")))
    number = float(written)  # microseconds have 16 digits and are exact
    if number == 0:
        return None
    for factor in (1, 1_000, SECOND):
        if FIRST * factor <= number < LAST * factor:
            return round(number * (SECOND // factor))
    raise ValueError("no time between 2000 and 2100 in s, ms or µs")


def _within(time: datetime) -> int:
    time = time if time.tzinfo else time.replace(tzinfo=CHINA)
    since = time - datetime(1970, 1, 1, tzinfo=UTC)
    if not FIRST <= since.total_seconds() < LAST:
        raise ValueError("no time between 2000 and 2100")
    return since // timedelta(microseconds=1)


def _counted(value: int) -> int:
    if value > LAST_INT64:
        raise ValueError("no count is so large")
    return value


def _whole(text: str) -> str:
    """The text without halves of characters, which are left where a program cut an emoji in two."""
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
