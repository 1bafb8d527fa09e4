"""How both models are applied: scoring texts, tagging tables, attributing un-likes, reporting.

`Scorer` is the Python API for texts. The other modules are imported by name: `tables`, `tagging`, `attribution`,
`report`; the command line is `commands`.
"""

from .scorer import Scorer

__all__ = ["Scorer"]
