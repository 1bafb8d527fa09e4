"""The colours of the page and of the causes, on light paper and on dark.

Those of the causes are chosen so that any two stay apart for the three common kinds of colour vision, which a test
simulates, and those of writing so that they stand out enough from the paper to be read, which a test measures. A cause that
has none here is drawn grey.
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
PAPERS: dict[str, tuple[str, str]] = {
    "paper": ("#fbfaf6", "#161514"),
    "raised": ("#ffffff", "#1e1d1b"),
    "wash": ("#f3f0e8", "#24221f"),
    "line": ("#e3dfd5", "#37342f"),
    "ink": ("#1d1c1a", "#ece8df"),
    "soft": ("#57544d", "#b6b1a6"),
    "faint": ("#6f6b62", "#989388"),
    "seal": ("#b3392b", "#e0705f"),
    "good": ("#1b6e45", "#5dc391"),
    "bad": ("#b3392b", "#ef7d6c"),
    "unsure": ("#7a5f14", "#d7b55a"),
    "focus": ("#1f5fbf", "#7fb0ff"),
}
WRITING = ("ink", "soft", "faint", "seal", "good", "bad", "unsure")
GREY = ("#888888", "#888888")


def palette() -> dict[str, tuple[str, str]]:
    """Light and dark shade of every cause, in their order."""
    return {name: SHADES.get(name, GREY) for name in cause_names()}
