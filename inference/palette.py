"""The colours of the causes, on light paper and on dark.

Chosen so that any two stay apart for the three common kinds of colour vision, which a test simulates; the colours of the
page itself are in its style sheet. A cause that has none here is drawn grey.
"""

from ..model.taxonomy import cause_names

SHADES: dict[str, tuple[str, str]] = {
    "content_quality": ("#0b72ca", "#59a6ff"),
    "emotional_manipulation": ("#d1491c", "#dd5449"),
    "social_pressure": ("#8d4a8c", "#cf86c8"),
    "accidental_tap": ("#e3a52b", "#f0bf57"),
    "recommender_correction": ("#31aa70", "#3ad29c"),
    "unexplained": ("#a3a7ad", "#7d8187"),
}
GREY = ("#888888", "#888888")


def palette() -> dict[str, tuple[str, str]]:
    """Light and dark shade of every cause, in their order."""
    return {name: SHADES.get(name, GREY) for name in cause_names()}
