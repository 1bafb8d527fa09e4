"""Ten lines that say what an attribution found, for the terminal."""

from pathlib import Path

from ..model.taxonomy import CAUSES
from .attribution import Attribution


def summary(found: Attribution, page: Path | None) -> str:
    """What was found, what was kept out, and where the page is."""
    shares = found.shares
    n, likes = shares["n_reversals"], shares["n_likes"]
    lines = [f"{likes:,} likes, {n:,} taken back ({n / likes:.1%})" if likes else "no usable like"]
    if n == 0:
        lines.append("No like was taken back: there is nothing to attribute.")
    for cause in CAUSES if n else ():
        entry = shares["shares"][cause.name]
        share = f"{entry['estimate']:6.1%}" if shares["point"] else "   –  "
        seen = "" if entry["detected"] else "  not detected"
        lines.append(
            f"  {share}  [{entry['low']:.1%} – {entry['high']:.1%}]  {cause.english} {cause.chinese}{seen}"
        )
    if shares["note"] and n:
        lines.append(shares["note"])
    for table, reasons in found.summary.items():
        lines += [f"kept out: {count:,} {table}: {reason}" for reason, count in reasons.items()]
    if page:
        lines.append(f"page: {page}")
    return "\n".join(lines)
