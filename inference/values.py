"""Texts, numbers, categories and verdicts on their way in, each checked against its column of the record.

Ids are `ids`' and times `times`' work.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from functools import partial

import ibis

from ..model.records import Column
from .refusal import Place, Reading, Value

NO_TEXT = ("NaN", "nan", "None")  # what careless exports write where there is no text


def numeric(value: Value) -> Value:
    """A numeric column as float64, NaN as null; infinities stay."""
    number = value.cast("float64")
    return ibis.ifelse(number.isnan(), ibis.null("float64"), number)


def text(place: Place) -> Reading:
    """Text; NaN and the like are null."""
    value = place.value
    if value.type().is_floating():  # a column of nothing but NaN
        value = numeric(value)
    value = value.cast("string").nullif("")
    for word in NO_TEXT:
        value = value.nullif(word)
    return Reading(value.isnull(), {}, lambda n: value)


def words(place: Place) -> Reading:
    """A list of texts, or one text."""
    if not place.value.type().is_array():
        return text(place)
    value = place.value.cast("array<string>")
    return Reading(value.isnull(), {}, lambda n: value)


def number(place: Place, probability: bool = False) -> Reading:
    """A number as float64, NaN as null; a `probability` lies between 0 and 1."""
    value, text = place.value, place.value.cast("string").nullif("")
    number = numeric(value if value.type().is_numeric() else text.try_cast("float64"))
    bad = text.notnull() & (text.lower() != "nan") & number.isnull()
    must = f"{place.column} must be a number"
    if probability:
        bad = bad | (number < 0) | (number > 1)
        must = f"{place.column} must be a probability between 0 and 1"
    given = partial(_unless, place, bad, number, must, "Mend the column, or leave it out")
    return Reading(number.isnull(), {"bad": bad}, given)


def flag(place: Place) -> Reading:
    """True or false."""
    value = place.value
    verdict = value if value.type().is_boolean() else value.cast("string").nullif("").try_cast("boolean")
    bad = value.cast("string").nullif("").notnull() & verdict.isnull()
    must = f"{place.column} must be true or false"
    given = partial(_unless, place, bad, verdict, must, "Mend the column, or leave it out")
    return Reading(verdict.isnull(), {"bad": bad}, given)


def category(place: Place, column: Column) -> Reading:
    """One of the column's words."""
    value = place.value.cast("string").nullif("")
    bad = value.notnull() & value.notin(column.words)
    if column.required:
        bad = bad | value.isnull()
    do = "Translate the values" if column.required else "Translate the values, or leave them empty"
    must = f"{column.name} must be one of {', '.join(column.words)}"
    return Reading(value.isnull(), {"bad": bad}, partial(_unless, place, bad, value, must, do))


def _unless(place: Place, bad: Value, value: Value, must: str, do: str, n: dict[str, int]) -> Value:
    place.refuse(bad, n["bad"], must, do)
    return value
