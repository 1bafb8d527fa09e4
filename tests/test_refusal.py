from pathlib import Path

import ibis
import pytest
from huizan.inference.engines import connect
from huizan.inference.refusal import Place, refuse_if_most
from huizan.model.errors import InputError


def test_the_first_bad_row_and_how_many_there_are() -> None:
    con = connect()
    con.raw_sql("CREATE TABLE t AS SELECT range AS n FROM range(5000)")
    place = Place(con.table("t"), "n", Path("t.csv"))
    bad = place.value >= 4321
    place.refuse(bad, 0, "never said", "never done")
    with pytest.raises(InputError) as refused:
        place.refuse(bad, 679, "n must be small", "Make it smaller")
    assert str(refused.value) == (
        "n must be small. Found: t.csv, column n, row 4322: 4321 (679 such rows). Make it smaller."
    )


def test_a_value_that_is_nothing_or_very_long() -> None:
    con = connect()
    con.raw_sql("CREATE TABLE t AS SELECT repeat('长', 500) AS s")
    table = con.table("t").mutate(none=ibis.null("string"))
    with pytest.raises(InputError, match=r"row 1: nothing \(the only such row\)"):
        Place(table, "none", Path("t")).refuse(ibis.literal(True), 1, "m", "d")
    with pytest.raises(InputError) as refused:
        Place(table, "s", Path("t")).refuse(ibis.literal(True), 1, "m", "d")
    assert len(str(refused.value)) < 250


def test_half_is_kept_more_than_half_is_refused() -> None:
    refuse_if_most(5, 10, "likes", "no date", "Mend")
    with pytest.raises(
        InputError, match=r"Most rows of likes must be usable. Found: 6 of 10 rows: no date. Mend"
    ):
        refuse_if_most(6, 10, "likes", "no date", "Mend")
