"""Behaviour: does the tagger order pairs rightly that differ in one thing only?

Each pair of `behaviours.jsonl` was written for this test: `more` must get a higher probability of the tag than `less`. A
share of pairs ordered rightly tells what a tagger does not understand, where an average over many texts hides it (Ribeiro et
al., ACL 2020, arXiv:2005.04118). Pairs are few and hard on purpose: they compare taggers and are no estimate of an error rate.

    huizan-train evaluate --behaviour
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table
from scipy.stats import binomtest

from ..model.errors import InputError
from ..model.taxonomy import KINDS, Kind, tag_names
from ..model.units import Units, comment_units, video_units

PAIRS = Path(__file__).parent / "behaviours.jsonl"
MEANS = {
    "negation": "a denied claim is no claim",
    "irony": "praise that means the opposite is the claim",
    "quoting": "a claim that is reported and not shared is no claim",
    "neutral_rewrite": "the same news told soberly is less of a bait",
    "magnitude_mismatch": "a great headline over a small event is a bait, over a great one less so",
    "disguised_spelling": "a word that hides from filters counts as the word",
    "traditional_script": "traditional characters say what simplified ones say",
}


@dataclass(frozen=True)
class Pair:
    """Two comments under videos of one `title`; two titles of videos; or, with a `title`, two descriptions under it."""

    behaviour: str
    kind: Kind
    tag: str
    more: str
    less: str
    title: str = ""


@dataclass(frozen=True)
class Ordered:
    """How many of `pairs` pairs were ordered rightly, with a 95 % interval (Wilson) of the share."""

    pairs: int
    right: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Share of pairs ordered rightly; a coin gives one half."""
        return self.right / self.pairs


def read_pairs(path: Path = PAIRS) -> list[Pair]:
    """Read pairs, one JSON object a line.

    Raises
    ------
    InputError
        If a line is no pair of a kind and a tag that exist, naming the line.
    """
    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            pair = Pair(**json.loads(line))
            if (
                pair.kind not in KINDS
                or pair.tag not in tag_names(pair.kind)
                or not (pair.more and pair.less)
            ):
                raise ValueError(f"{pair.kind} {pair.tag}")
        except (ValueError, TypeError) as problem:
            raise InputError(
                "Every line is a pair: behaviour, kind, tag, more, less, and perhaps title",
                f"{path}, line {number}: {problem}",
                "Mend the line or leave it out",
            ) from problem
        pairs.append(pair)
    return pairs


def ordered(score: Callable[[Units], np.ndarray], pairs: list[Pair]) -> dict[str, Ordered]:
    """How many pairs of each behaviour are ordered rightly; equal probabilities are not.

    Parameters
    ----------
    score
        Probability of each tag of the units' kind, (units, tags), as `Tagger.score` gives it.
    """
    right = dict.fromkeys(pairs, False)
    for kind in KINDS:
        some = [pair for pair in pairs if pair.kind == kind]
        if not some:
            continue
        more, less = (score(_units(kind, some, side)) for side in ("more", "less"))
        column = [tag_names(kind).index(pair.tag) for pair in some]
        rows = np.arange(len(some))
        right |= dict(zip(some, (more[rows, column] > less[rows, column]).tolist(), strict=True))
    found = {}
    for behaviour in dict.fromkeys(pair.behaviour for pair in pairs):
        of_it = [right[pair] for pair in pairs if pair.behaviour == behaviour]
        interval = binomtest(sum(of_it), len(of_it)).proportion_ci(method="wilson")
        found[behaviour] = Ordered(len(of_it), sum(of_it), float(interval.low), float(interval.high))
    return found


def behaviour_table(found: dict[str, Ordered]) -> Table:
    """One line per behaviour."""
    table = Table(title="pairs ordered rightly")
    for column in ("behaviour", "what must hold", "pairs", "right", "share", "95 % interval"):
        table.add_column(column, justify="left" if column in ("behaviour", "what must hold") else "right")
    for name, line in found.items():
        interval = f"{line.low:.2f} … {line.high:.2f}"
        cells = (str(line.pairs), str(line.right), f"{line.share:.2f}", interval)
        table.add_row(name, MEANS.get(name, ""), *cells)
    return table


def _units(kind: Kind, pairs: list[Pair], side: str) -> Units:
    texts = [pair.more if side == "more" else pair.less for pair in pairs]
    if kind == "comment":
        return comment_units(texts, [pair.title for pair in pairs])
    titled = zip(texts, pairs, strict=True)
    return video_units([{"title": p.title, "description": t} if p.title else {"title": t} for t, p in titled])
