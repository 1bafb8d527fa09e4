"""The Python API: probabilities of the tags for texts that are at hand.

    from huizan.inference import Scorer
    scorer = Scorer.load()
    scorer.score_comments(["演的吧"], titles=["街头偶遇…"])

The batch job (`tagging`) scores through the same object, so both give the same numbers. PyTorch is imported when a scorer
is loaded for a GPU, and otherwise not at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..model.taxonomy import Kind, tag_names
from ..model.units import Units, comment_units, video_units

if TYPE_CHECKING:
    from ..model.tagger import Tagger
    from .explanation import Explanation


class Scorer:
    """A tagger that takes texts; made by `Scorer.load`."""

    def __init__(self, tagger: "Tagger", folder: Path | None = None, device: str = "auto") -> None:
        self._tagger, self.folder, self.device = tagger, folder, device

    @classmethod
    def load(
        cls, model: str | Path | None = None, device: str = "auto", threads: int | None = None
    ) -> "Scorer":
        """Load the checkpoint in the package, or another.

        Parameters
        ----------
        model
            Folder of a checkpoint; None is the one that ships with huizan and needs no network.
        device
            `auto`, `cpu` or `cuda`.
        threads
            Processors to be used; None is all that this process may use (its cgroup and `OMP_NUM_THREADS` bound them).

        Raises
        ------
        InputError
            If the folder is no checkpoint for this version, or the device is not there.
        """
        from ..model.tagger import Tagger

        return cls(Tagger.load(model, device, threads), None if model is None else Path(model), device)

    @property
    def tags(self) -> tuple[str, ...]:
        """Names of the columns of what the scoring methods return."""
        return tag_names("comment")

    @property
    def name(self) -> str:
        """Name, version and fingerprint of the checkpoint."""
        return self._tagger.name

    @property
    def precision(self) -> str:
        """In what the encoder computes: int8 or float32 on processors, bfloat16 on a GPU."""
        return self._tagger.encoder.precision

    def thresholds(self, kind: Kind) -> np.ndarray:
        """Probability at or above which a unit of `kind` is given each tag, float32, in the order of `tag_names(kind)`."""
        return self._tagger.thresholds(kind)

    def score_comments(self, texts: Iterable[str], titles: Iterable[str] | None = None) -> np.ndarray:
        """Probability that each comment claims or does what each tag says.

        Parameters
        ----------
        texts
            The comments, as written.
        titles
            Titles of the videos under which they stand, one per comment; without them a comment is read alone.

        Returns
        -------
        float32 (comments, tags), columns in the order of `tags`.

        Raises
        ------
        ValueError
            If there are not as many titles as texts.
        """
        return self.score(comment_units(texts, titles))

    def score_videos(self, videos: Sequence[Mapping[str, object]]) -> np.ndarray:
        """Probability that each video is what each tag says.

        Parameters
        ----------
        videos
            One mapping per video, with any of `title`, `description`, `hashtags`, `ocr_text`, `transcript`.

        Returns
        -------
        float32 (videos, tags), columns in the order of `tags`; NaN where a tag is for comments only.
        """
        scores = self.score(video_units(videos))
        result = np.full((len(videos), len(self.tags)), np.nan, dtype=np.float32)
        for column, tag in enumerate(tag_names("video")):
            result[:, self.tags.index(tag)] = scores[:, column]
        return result

    def explain(self, text: str | Mapping[str, object], title: str | None = None) -> "Explanation":
        """Which words of a text carry each tag.

        Parameters
        ----------
        text
            A comment as written; or a video as a mapping, as `score_videos` takes it.
        title
            Of the video under which the comment stands.

        Returns
        -------
        The probabilities, and for each word (jieba's) the logits by which it speaks for each tag; words sum to the text's
        logit less that of an empty text.
        """
        from .explanation import explain

        if isinstance(text, str):
            return explain(self, comment_units([text], None if title is None else [title]))[0]
        return explain(self, video_units([text]))[0]

    def score(self, units: Units) -> np.ndarray:
        """Probability of each tag of the units' kind; float32 (units, tags of the kind)."""
        return self._tagger.score(units)
