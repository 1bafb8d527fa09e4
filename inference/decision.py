"""The decision: from which probability on a tag is given, and near which there is no verdict.

A checkpoint brings thresholds of its own; whoever needs more precision or more recall gives others. It knows no texts and no
tagger.
"""

from dataclasses import dataclass, field

import numpy as np

from ..model.errors import InputError
from ..model.taxonomy import KINDS, Kind, tag_names


@dataclass(frozen=True)
class Decision:
    """Thresholds that replace those of the checkpoint, by `tag` or, which counts more, by `kind_tag`; and the band of doubt.

    A probability that is nearer to its threshold than `abstain` gets no verdict.
    """

    given: dict[str, float] = field(default_factory=dict)
    abstain: float = 0.0

    def checked(self) -> "Decision":
        """This decision.

        Raises
        ------
        InputError
            If a threshold is of no tag, or it or `abstain` does not lie between 0 and 1.
        """
        tags = sorted({tag for kind in KINDS for tag in tag_names(kind)})
        known = {*tags, *(f"{kind}_{tag}" for kind in KINDS for tag in tag_names(kind))}
        for name, value in self.given.items():
            if name not in known:
                raise InputError(
                    "A threshold is of a tag, or of a kind and a tag as comment_staged",
                    f"{name}; tags are {', '.join(tags)}",
                    "Name one of these",
                )
            if not 0 <= value <= 1:
                raise InputError("A threshold lies between 0 and 1", f"{name}={value}", "Give a probability")
        if not 0 <= self.abstain < 1:
            raise InputError(
                "The band of abstention lies between 0 and 1", str(self.abstain), "Give a small one, as 0.1"
            )
        return self

    def thresholds(self, kind: Kind, own: np.ndarray) -> np.ndarray:
        """The threshold of each tag of `kind`, float32 (tags,), where `own` are the checkpoint's."""
        named = zip(tag_names(kind), own.tolist(), strict=True)
        chosen = [self.given.get(f"{kind}_{tag}", self.given.get(tag, value)) for tag, value in named]
        return np.array(chosen, dtype=np.float32)

    def verdicts(self, scores: np.ndarray, thresholds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which tags are given, and on which there is a verdict; both bool (units, tags).

        >>> Decision(abstain=0.1).verdicts(np.array([[0.45, 0.7, np.nan]]), np.array([0.5, 0.5, 0.5]))
        (array([[False,  True, False]]), array([[False,  True, False]]))
        """
        known = ~np.isnan(scores) & ~(np.abs(scores - thresholds) < self.abstain)
        return (scores >= thresholds) & known, known

    def as_dict(self) -> dict[str, object]:
        """For settings."""
        return {"thresholds": self.given, "abstain": self.abstain}


def parse(given: tuple[str, ...]) -> dict[str, float]:
    """Thresholds as a command line gives them.

    >>> parse(("staged=0.6", "comment_clickbait=0.3"))
    {'staged': 0.6, 'comment_clickbait': 0.3}
    """
    found = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError as problem:
            raise InputError(
                "A threshold is TAG=PROBABILITY", repr(text), "Write it as --threshold staged=0.6"
            ) from problem
    return found
