"""Ids: any integer or text, out as they came in.

A CSV has no types: its ids are integers if every one of them is written as an integer is, else text. What a
spreadsheet or a decimal column has done to an id cannot be undone, so it is refused. Two tables that hold the same ids as
integers and as text meet through `join_key`.
"""

from functools import partial

from .refusal import Format, Place, Reading, Value

SCIENTIFIC = r"^-?[0-9]+([.][0-9]+)?[eE][+][0-9]+$"  # with its plus: 12e5 may well be a hexadecimal id
DECIMAL = r"^-?[0-9]+[.]0+$"
LONG = r"^[0-9]{18,}$"  # longer than a spreadsheet's 15 digits by three and more
ROUNDED = r"^[0-9]{15,}000$"
ENOUGH = 3  # so many long ids, all rounded, are no chance
LAST_INT64 = 9_223_372_036_854_775_807

AS_TEXT = "Export the column as text or integer (Excel: format the cells as text before pasting; pandas: astype('Int64'))"


def join_key(column: Value) -> Value:
    """The id as text, by which tables are joined whatever type their ids have; 7 and "7" are the same, "07" is another."""
    return column.cast("string")


def reading(place: Place, required: bool, form: Format) -> Reading:
    """The ids, untouched; integers where a CSV holds nothing else.

    Its value raises an InputError if an id has lost digits, or is missing where it is `required`.
    """
    value, kind = place.value, place.value.type()
    if kind.is_integer() or (kind.is_decimal() and not kind.scale):
        return Reading(value.isnull(), _large(value, form), partial(_of_integers, place, required))
    if kind.is_floating() or kind.is_decimal():
        return Reading(value.isnull(), {"known": value.notnull()}, partial(_of_decimals, place, required))
    return _of_text(place, required, form)


def _large(value: Value, form: Format) -> dict[str, Value]:
    """In JSON a number has no type but its digits: it is an int64 if it can be one."""
    return {"large": (value > LAST_INT64) | (value < -LAST_INT64 - 1)} if form == "jsonl" else {}


def _missing(place: Place, required: bool, n: dict[str, int]) -> None:
    if required:
        text = place.value.cast("string")
        place.refuse(
            text.isnull() | (text == ""),
            n["empty"],
            f"{place.column} must be there in every row",
            "Fill it in, or leave these rows out",
        )


def _of_integers(place: Place, required: bool, n: dict[str, int]) -> Value:
    _missing(place, required, n)
    if n.get("large") == 0:
        return place.value.cast("int64")
    return place.value


def _of_decimals(place: Place, required: bool, n: dict[str, int]) -> Value:
    must = f"{place.column} must be text or integer: as a decimal number an id loses its last digits"
    place.refuse(place.value.notnull(), n["known"], must, AS_TEXT)
    _missing(place, required, n)
    return place.value.cast("string")


def _of_text(place: Place, required: bool, form: Format) -> Reading:
    text = place.value.cast("string").nullif("")
    scientific, decimal = text.re_search(SCIENTIFIC), text.re_search(DECIMAL)
    rounded = text.re_search(ROUNDED)
    canonical = text.try_cast("int64").cast("string") == text
    counts = {
        "known": text.notnull(),
        "scientific": scientific,
        "decimal": decimal,
        "long": text.re_search(LONG),
        "rounded": rounded,
        "canonical": canonical,
    }

    def value(n: dict[str, int]) -> Value:
        digits = f"{place.column} must keep all its digits"
        place.refuse(scientific, n["scientific"], digits, AS_TEXT)
        if n["decimal"] == n["known"]:
            place.refuse(decimal, n["decimal"], digits, AS_TEXT)
        if n["long"] >= ENOUGH and n["rounded"] == n["long"]:
            place.refuse(rounded, n["rounded"], digits, AS_TEXT)
        _missing(place, required, n)
        if form == "csv" and n["known"] and n["canonical"] == n["known"]:
            return text.cast("int64")
        return text

    return Reading(text.isnull(), counts, value)
