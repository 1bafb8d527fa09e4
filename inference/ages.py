"""Un-likes by age of the like: the hazard's curve where one was written, else counts, laid out so that areas are true.

On a logarithmic axis of ages equal widths are doublings; what is drawn is therefore per doubling. It knows numbers, not pictures.
"""

# Ibis types every column as `Column` or `Value`, which have none of the operators that its expressions have.
# pyright: reportOperatorIssue=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportReturnType=false, reportIndexIssue=false

from math import log2

import ibis
import ibis.expr.types as ir

from ..model.taxonomy import cause_names
from .outcome import Row

EDGES = (0, 1, 2, 3, 5, 8, 12, 20, 30, 60, 180, 600, 1800, 3600, 7200, 14400, 28800, 57600, 86400, 172800, 345600,
         604800, 1209600, 2592000)  # fmt: skip
FOREVER = 31_536_000.0  # seconds
SOONEST_S = (
    0.5  # left end of a logarithmic axis of ages: the bin that begins with zero has to begin somewhere
)


def of_curve(curve: list[Row]) -> list[Row]:
    """The written curve as rows: `from_s`, `to_s`, and events per second of age for each cause."""
    return [
        {
            "from_s": row["from_s"],
            "to_s": row["to_s"],
            **{c: row["hazard"].get(c, 0.0) for c in cause_names()},
        }
        for row in curve
    ]


def counts(reversals: ir.Table) -> list[Row]:
    """Un-likes attributed to each cause by age of the like: `from_s`, `to_s`, and a count for each cause."""
    age = (reversals.unliked_at - reversals.liked_at) / 1e6
    table = reversals.mutate(bin_=sum(ibis.ifelse(age >= edge, 1, 0) for edge in EDGES[1:]))
    masses = {name: table[name].sum() for name in cause_names()}
    rows = table.group_by("bin_").aggregate(**masses).order_by("bin_").to_pyarrow().to_pylist()
    ends = [*EDGES[1:], FOREVER]
    return [
        {
            "from_s": float(EDGES[r["bin_"]]),
            "to_s": float(ends[r["bin_"]]),
            **{c: r[c] or 0.0 for c in cause_names()},
        }
        for r in rows
    ]


def laid_out(ages: list[Row], rates: bool, longest_s: float) -> list[Row]:
    """Bins of age with, per cause, what their area stands for on a logarithmic axis.

    `per_doubling`: un-likes per 10,000 likes that are there (rates) or un-likes (counts), for each doubling of the like's age;
    `share`: of the bin. The last bin ends with the longest age seen.
    """
    found = []
    for row in ages:
        begin, end = max(row["from_s"], SOONEST_S), row["to_s"]
        if longest_s > row["from_s"]:
            end = min(end, max(longest_s, begin * 1.2))
        doublings = log2(end / begin)
        mass = {c: row[c] * (end - row["from_s"]) * 1e4 if rates else row[c] for c in cause_names()}
        total = sum(mass.values())
        found.append(
            {"from_s": begin, "to_s": end, "hazard": {c: row[c] for c in cause_names()},
             "per_doubling": {c: mass[c] / doublings for c in cause_names()},
             "share": {c: mass[c] / total if total else 0.0 for c in cause_names()}, "mass": mass}
        )  # fmt: skip
    return found
