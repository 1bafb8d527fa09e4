"""Reliability diagrams: of texts with about this probability, how many have the tag?

One panel for each head, the tagger's bins as points as large as they are full, beside the diagonal on which a calibrated
probability lies (Niculescu-Mizil and Caruana, ICML 2005). The bins are those of the expected calibration error of `metrics`,
which stands above each panel. It knows probabilities and labels, and nothing of models.
"""

from collections.abc import Mapping
from pathlib import Path

import altair as alt
import numpy as np

from ..model.errors import InputError
from .metrics import BINS, expected_calibration_error

SUFFIXES = (".svg", ".png", ".html", ".json")
SIDE = 170  # pixels of a panel


def bins(probability: np.ndarray, target: np.ndarray) -> list[dict[str, float]]:
    """Rows of the bins that hold texts: mean probability, share of positives, and how many texts.

    Parameters
    ----------
    probability, target
        Both (n,); targets from 0.5 on are positive.
    """
    of_row = np.minimum((probability * BINS).astype(int), BINS - 1)
    rows = []
    for b in np.unique(of_row):
        mine = of_row == b
        share = float((target[mine] >= 0.5).mean())
        rows.append(
            {"probability": float(probability[mine].mean()), "share": share, "texts": int(mine.sum())}
        )
    return rows


def draw(heads: Mapping[str, tuple[np.ndarray, np.ndarray]], path: Path) -> None:
    """Draw one panel for each head of {head: (probability, target)}.

    Raises
    ------
    InputError
        If `path` does not end in one of `SUFFIXES`.
    """
    check_name(path)
    panels = [_panel(head, probability, target) for head, (probability, target) in heads.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    alt.concat(*panels, columns=4).save(str(path))


def check_name(path: Path) -> None:
    """Refuse a file that cannot be drawn, before anything is computed."""
    if path.suffix not in SUFFIXES:
        raise InputError(
            f"--reliability ends in one of {', '.join(SUFFIXES)}", str(path), "Give it another name"
        )


def _panel(head: str, probability: np.ndarray, target: np.ndarray) -> alt.LayerChart:
    error = expected_calibration_error(probability, target >= 0.5)
    title = f"{head}  ECE {error:.3f}, n {target.size:,}"
    unit = alt.Scale(domain=[0, 1])
    points = alt.Chart(alt.InlineData(values=bins(probability, target))).mark_circle(opacity=0.8)
    points = points.encode(
        x=alt.X("probability:Q", scale=unit, title="probability"),
        y=alt.Y("share:Q", scale=unit, title="share with the tag"),
        size=alt.Size("texts:Q", scale=alt.Scale(type="sqrt", range=[15, 300]), legend=None),
        tooltip=["probability:Q", "share:Q", "texts:Q"],
    )
    ends = [{"at": 0.0}, {"at": 1.0}]
    diagonal = alt.Chart(alt.InlineData(values=ends)).mark_line(strokeDash=[4, 4], color="gray")
    diagonal = diagonal.encode(x=alt.X("at:Q", scale=unit), y=alt.Y("at:Q", scale=unit))
    return alt.layer(diagonal, points, width=SIDE, height=SIDE, title=title)  # pyright: ignore[reportReturnType]
