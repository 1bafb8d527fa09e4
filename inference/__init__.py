"""How both models are applied: scoring texts, tagging tables, attributing un-likes, reporting.

`Scorer` is the Python API for texts. The other modules are imported by name: `tables`, `tagging`, `attribution`,
`report`; the command line is `commands`. Nothing heavy is imported before it is used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scorer import Scorer

__all__ = ["Scorer"]


def __getattr__(name: str) -> object:
    if name == "Scorer":
        from .scorer import Scorer

        return Scorer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
