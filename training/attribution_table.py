"""Judged attributions side by side, for people: one line per attribution, then shares beside the truth.

It prints what `attribution_metrics` measured and measures nothing itself.
"""

from collections.abc import Mapping

from rich.table import Table

from .attribution_metrics import AttributionMetrics, Share

COLUMNS = ("log_loss", "accuracy", "ece", "largest_share_error", "split_error", "coverage")


def comparison(judged: Mapping[str, AttributionMetrics]) -> Table:
    """One line per attribution; a dash is what it cannot have."""
    n = next(iter(judged.values())).n
    table = Table(title=f"attributions against the truth of {n:,} un-likes", title_justify="left")
    table.add_column("attribution", no_wrap=True)
    for name in COLUMNS:
        table.add_column(name.replace("_", " "), justify="right")
    for name, metrics in judged.items():
        table.add_row(name, *(_number(getattr(metrics, column)) for column in COLUMNS))
    return table


def shares_beside_truth(metrics: AttributionMetrics) -> Table:
    """Estimate, interval and truth of each cause and tag; `*` where the interval misses the truth."""
    table = Table(title="shares of the attribution", title_justify="left")
    for name in ("share of", "estimate", "low", "high", "truth", "detected"):
        table.add_column(name, justify="left" if name == "share of" else "right", no_wrap=True)
    for shares in (metrics.shares, metrics.tags):
        for name, share in shares.items():
            table.add_row(name, *_line(share))
        table.add_section()
    return table


def _line(share: Share) -> tuple[str, ...]:
    miss = " *" if share.covered is False else ""
    told = "–" if share.detected is None else "yes" if share.detected else "no"
    return (
        _number(share.estimate),
        _number(share.low),
        _number(share.high),
        _number(share.truth) + miss,
        told,
    )


def _number(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.3f}"
