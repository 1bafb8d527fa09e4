"""The colours of the causes, on light paper and on dark.

Chosen so that any two stay apart for the three common kinds of colour vision, which a test simulates; the colours of the
page itself are in its style sheet. A cause that has none here is drawn grey.
"""

from ..model.taxonomy import cause_names

SHADES: dict[str, tuple[str, str]] = {
    "content_quality": ("#2166ac", "#5a9fe0"),
    "emotional_manipulation": ("#d1491c", "#f0703f"),
    "social_pressure": ("#a8549f", "#cf86c8"),
    "accidental_tap": ("#e3a52b", "#f0bf57"),
    "recommender_correction": ("#1b9e8a", "#3cc4ad"),
    "unexplained": ("#a3a7ad", "#7d8187"),
}
GREY = ("#888888", "#888888")


def palette() -> dict[str, tuple[str, str]]:
    """Light and dark shade of every cause, in their order."""
    return {name: SHADES.get(name, GREY) for name in cause_names()}
