"""The Python API: probabilities of the tags for texts that are at hand.

    from huizan.inference import Scorer
    scorer = Scorer.load()
    scorer.score_comments(["演的吧"], titles=["街头偶遇…"])
    scorer.score_table(frame, kind="comment")  # pandas, polars, Arrow

The batch job (`tagging`) scores through the same object, so both give the same numbers. PyTorch is imported when a scorer
is loaded for a GPU, and otherwise not at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model.taxonomy import Kind, tag_names
from ..model.units import Units, comment_units, video_units
from .decision import Decision

if TYPE_CHECKING:
    from ..model.tagger import Tagger
    from .explanation import Explanation


class Scorer:
    """A tagger that takes texts; made by `Scorer.load`."""

    decision = Decision()  # how probabilities become verdicts; replaced by `load`

    def __init__(self, tagger: "Tagger", folder: Path | None = None, device: str = "auto") -> None:
        self._tagger, self.folder, self.device = tagger, folder, device

    @classmethod
    def load(
        cls,
        model: str | Path | None = None,
        device: str = "auto",
        threads: int | None = None,
        *,
        thresholds: Mapping[str, float] | None = None,
        abstain: float = 0.0,
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
        thresholds
            Probability at or above which a tag is given, by tag (`staged`) or by kind and tag (`comment_staged`); others
            keep those of the checkpoint.
        abstain
            No verdict is given on a probability that is nearer to the threshold than this.

        Raises
        ------
        InputError
            If the folder is no checkpoint for this version, the device is not there, or a threshold is of no tag or not
            between 0 and 1.
        """
        from ..model.tagger import Tagger

        decision = Decision(dict(thresholds or {}), abstain).checked()
        scorer = cls(Tagger.load(model, device, threads), None if model is None else Path(model), device)
        scorer.decision = decision
        return scorer

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
        return self.decision.thresholds(kind, self._tagger.thresholds(kind))

    def verdicts(self, scores: np.ndarray, kind: Kind) -> tuple[np.ndarray, np.ndarray]:
        """Which tags of `kind` are given, and on which there is a verdict at all; both bool (units, tags of the kind).

        Parameters
        ----------
        scores
            Probabilities (units, tags of the kind); on NaN there is no verdict.
        """
        return self.decision.verdicts(scores, self.thresholds(kind))

    def score_table(self, table: Any, kind: Kind) -> Any:
        """Add `p_<tag>` and `is_<tag>` to a data frame or an Arrow table, row by row as `huizan tag` would.

        Parameters
        ----------
        table
            A frame of pandas, polars or any library that narwhals knows, a `pyarrow.Table`, or anything with an Arrow
            stream. Comments need `text` and may have `title`, that of their video; videos need one or more of `title`,
            `description`, `hashtags`, `ocr_text`, `transcript`.

        Returns
        -------
        The same kind of table with the same rows and its other columns (an unknown stream becomes a `pyarrow.Table`, a
        `pyarrow.RecordBatchReader` a lazy one). A row without text gets nulls.

        Raises
        ------
        InputError
            If it is no table, or has no column of texts.
        """
        from .frames import score_table

        return score_table(self, table, kind)

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
