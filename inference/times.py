"""Times, in whatever form they come, as int64 microseconds since 1970 UTC.

Timestamps and ISO-8601 text without a zone are taken as UTC. Numbers are seconds, milliseconds or microseconds: all
values of a column must fit one and the same unit between the years 2000 and 2100, else nothing is guessed.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from functools import partial

import ibis

from ..model.errors import InputError
from .refusal import Place, Reading, Value
from .values import numeric

FIRST, LAST = 946_684_800, 4_102_444_800  # 2000-01-01 and 2100-01-01, seconds
SECOND = 1_000_000  # microseconds
UNITS = {"s": 1, "ms": 1_000, "µs": SECOND}
NANOSECONDS = 1_000_000_000
DIGITS = r"^-?[0-9]+([.][0-9]+)?$"


def reading(place: Place) -> Reading:
    """The column as int64 microseconds; null stays null.

    Its value raises an InputError if a row is no time or lies outside 2000–2100, or if the column mixes units.
    """
    value = place.value
    kind = value.type()
    if kind.is_timestamp() or kind.is_date():
        return Reading(value.isnull(), {"outside": _outside(value)}, partial(_of_moments, place, value))
    if kind.is_numeric():
        exact = kind.is_integer() and not kind.is_uint64()
        number = value.cast("int64") if exact else numeric(value)
        return Reading(number.isnull(), _fits(number), partial(_of_numbers, place, number))
    return _of_text(place)


def _of_text(place: Place) -> Reading:
    text = place.value.cast("string").strip().nullif("")
    digits = text.re_search(DIGITS)
    number = text.try_cast("float64")  # a time in µs has 16 digits and lies below 2^53: nothing is lost
    moment = text.try_cast("timestamp('UTC')")  # heeds an offset; without one the session's zone, UTC, holds
    none = text.notnull() & moment.isnull() & ~digits
    counts = _fits(number) | {"none": none, "digits": digits, "moments": moment.notnull() & ~digits}
    counts["outside"] = _outside(moment)

    def value(n: dict[str, int]) -> Value:
        place.refuse(
            none,
            n["none"],
            f"{place.column} must be a time: a timestamp, ISO-8601 text (2024-05-01T08:00:00+08:00), or seconds, ms or µs",
            "Write every value in one of these forms, or leave it empty",
        )
        if n["digits"] and n["moments"]:
            less = digits if n["digits"] <= n["moments"] else moment.notnull() & ~digits
            place.refuse(
                less,
                min(n["digits"], n["moments"]),
                f"{place.column} must be text everywhere or numbers everywhere",
                "Write all rows in one form",
            )
        if n["digits"]:
            return _of_numbers(place, number, n)
        return _of_moments(place, moment, n)

    return Reading(text.isnull(), counts, value)


def _of_moments(place: Place, value: Value, n: dict[str, int]) -> Value:
    must = f"{place.column} must lie between the years 2000 and 2100"
    place.refuse(
        _outside(value), n["outside"], must, "Mend these times; leave the field empty where nothing happened"
    )
    # Never `ts - ts`: Spark drops its fractions of a second.
    start = ibis.timestamp("1970-01-01 00:00:00")
    return value.cast("timestamp").delta(start, unit="microsecond").cast("int64")


def _of_numbers(place: Place, value: Value, n: dict[str, int]) -> Value:
    if not n["known"]:
        return ibis.null("int64")
    for unit, factor in UNITS.items():
        if n[unit] == n["known"]:
            scaled = value * (SECOND // factor)
            return (scaled.round() if scaled.type().is_floating() else scaled).cast("int64")
    main = max(UNITS, key=lambda unit: n[unit])
    found = ", ".join(f"{n[unit]:,} rows in {unit}" for unit in UNITS if n[unit])
    outside = n["known"] - sum(n[unit] for unit in UNITS)
    found += f"{', ' if found else ''}{outside:,} in none of them" if outside else ""
    do = "Bring all rows to one unit"
    if n["zero"]:
        do = "A zero is 1970: leave the field empty where nothing happened"
    elif n["ns"] == n["known"]:
        do = "These look like nanoseconds: divide them by 1000"
    must = f"{place.column} must hold numbers of one unit (s, ms or µs) between the years 2000 and 2100"
    try:
        place.refuse(_fits(value)["known"] & ~_within(value, UNITS[main]), n["known"] - n[main], must, do)
    except InputError as problem:
        raise InputError(must, f"{problem.found}; {found}", do) from None
    raise AssertionError("a column that fits no unit has a row that fits none")


def _fits(value: Value) -> dict[str, Value]:
    units = {unit: _within(value, factor) for unit, factor in UNITS.items()}
    return units | {"known": value.notnull(), "zero": value == 0, "ns": _within(value, NANOSECONDS)}


def _within(value: Value, factor: int) -> Value:
    return (value >= FIRST * factor) & (value < LAST * factor)


def _outside(value: Value) -> Value:
    moment = value.cast("timestamp")
    return (moment < ibis.timestamp("2000-01-01 00:00:00")) | (
        moment >= ibis.timestamp("2100-01-01 00:00:00")
    )
