"""Fitting the tagger: a pre-trained encoder learns the tags from texts that were labelled by reading.

`learning` trains both kinds at once through one encoder; calibration and thresholds come from validation groups that
were not trained on, and the test groups are looked at once, at the end, beside the n-gram baseline. It knows nothing of
pre-training but its folder; encoders of a model hub come through `hub`.

    huizan-train fit --encoder checkpoints/encoder --comments comments.jsonl --videos videos.jsonl --out checkpoint
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from scipy.special import logit

from ..model.checkpoint import Card, write_checkpoint
from ..model.tagger import Tagger
from ..model.taxonomy import Kind, head_names
from ..model.vocabulary import Vocabulary
from .auxiliary import read_auxiliary
from .calibration import platt, rivals
from .evaluation import Evaluation, evaluate
from .hub import encoder_folder
from .labels import Labelled, concatenate, read_labels
from .learning import learn
from .metrics import best_threshold
from .splits import SHARES, Side, split
from .widening import widen

SETTINGS = "fit_settings.json"
LEAST_GROUPS = 20  # from which a calibration can hold back whole groups


@dataclass(frozen=True)
class FitSettings:
    """Everything that decides a fit; saved as `fit_settings.json` beside the checkpoint."""

    encoder: str
    out: str
    comments: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    extra_comments: tuple[str, ...] = ()
    extra_videos: tuple[str, ...] = ()
    told_apart: bool = True  # how often extra texts carry a tag is not put on their words
    auxiliary: tuple[str, ...] = ()
    auxiliary_rows: int = 12_000
    auxiliary_weight: float = 0.3
    name: str = "huizan-small"
    version: str = "1"
    epochs: float = 6.0
    repeats: int = 1
    wide: bool = True
    tokens: int = 3072
    learning_rate: float = 4e-4
    warm_up: float = 0.1
    weight_decay: float = 0.05
    optimiser: str = "muon"
    dropout: float = 0.1
    blanked: float = 0.08
    averaged: float = 0.995
    seed: int = 0
    split_seed: int = 0
    device: str = "auto"
    everything: bool = False


def fit(settings: FitSettings, report: Callable[[str], None] = print) -> Evaluation:
    """Train, calibrate, measure and save; the checkpoint appears whole under `settings.out` or not at all.

    With `settings.everything` the checkpoint that is saved is a sibling of the one that was measured: trained anew on the
    test groups too, by the same settings. Its card keeps the measurement, and says so.

    Returns
    -------
    The evaluation on the test groups, of the tagger and of the n-gram baseline.
    """
    sides: dict[Kind, dict[Side, Labelled]] = {
        "comment": _sides(settings.comments, "comment", settings.split_seed),
        "video": _sides(settings.videos, "video", settings.split_seed),
    }
    with encoder_folder(settings.encoder) as encoder:
        read = replace(settings, encoder=str(encoder))
        tagger = _taught(read, sides, report)
        result = evaluate(
            tagger,
            {kind: side["test"] for kind, side in sides.items()},
            _read(settings, sides),
            {kind: side["validation"] for kind, side in sides.items()},
        )
        if settings.everything:
            report("measured; training on everything")
            tagger = _taught(read, {kind: _everything(side) for kind, side in sides.items()}, report)
    tagger.card = replace(
        tagger.card, metrics=result.as_dict() | {"of_a_sibling_without_test_groups": settings.everything}
    )
    write_checkpoint(Path(settings.out), tagger.model.half(), tagger.vocabulary, tagger.card, tagger.wide)
    (Path(settings.out) / SETTINGS).write_text(json.dumps(_told(settings), indent=2, ensure_ascii=False))
    return result


def untuned(name: str, version: str) -> Card:
    """The card of a tagger that has no thresholds yet."""
    return Card(name, version, dict.fromkeys(head_names(), 0.5))


def _taught(
    settings: FitSettings, sides: dict[Kind, dict[Side, Labelled]], report: Callable[[str], None]
) -> Tagger:
    """A tagger trained on the training sides, calibrated and given its thresholds on the validation sides."""
    torch.manual_seed(settings.seed)
    train = [side["train"] for side in sides.values()] * settings.repeats + _extra(settings, sides)
    vocabulary = Vocabulary.read(Path(settings.encoder) / "vocab.txt")
    related = [task for path in settings.auxiliary for task in read_auxiliary(Path(path))]
    related = [task.without(_held_back(sides[task.units.kind])) for task in related]
    model = learn(train, related, vocabulary, settings, report)
    tagger = Tagger(model.cpu(), vocabulary, untuned(settings.name, settings.version))
    validation: dict[Kind, Labelled] = {kind: side["validation"].firm() for kind, side in sides.items()}
    _calibrate(tagger, list(validation.values()))
    _through_half(model)
    if settings.wide:
        tagger.wide = widen(tagger, _read(settings, sides), validation)
    judged = _Judged.by(tagger, list(validation.values()))
    judged.compare_calibrations(report)
    tagger.card = replace(tagger.card, thresholds=judged.thresholds())
    return tagger


def _everything(sides: dict[Side, Labelled]) -> dict[Side, Labelled]:
    """Test groups trained on too, and calibration on groups drawn at random: nothing is measured here any more.

    Where there are few groups, rows of all of them are held back.
    """
    whole = concatenate(sides.values())
    groups, of_row = np.unique(whole.group.astype(str), return_inverse=True)
    units = of_row if groups.size >= LEAST_GROUPS else np.arange(len(whole))
    order = np.random.default_rng(0).permutation(int(units.max()) + 1)
    rows_until = np.cumsum(np.bincount(units)[order])
    held = np.isin(units, order[rows_until <= SHARES["validation"] * len(whole)])
    return {
        "train": whole.take(np.flatnonzero(~held)),
        "validation": whole.take(np.flatnonzero(held)),
        "test": whole.take(np.zeros(0, dtype=np.int64)),
    }


def _told(settings: FitSettings) -> dict:
    """Settings for the record: files by name, for where they lay says nothing elsewhere."""
    told = asdict(settings)
    for name in ("encoder", "out"):
        told[name] = Path(told[name]).name
    for name in ("comments", "videos", "extra_comments", "extra_videos", "auxiliary"):
        told[name] = [Path(path).name for path in told[name]]
    return told


def _sides(paths: tuple[str, ...], kind: Kind, seed: int) -> dict[Side, Labelled]:
    whole = concatenate(read_labels(Path(path), kind) for path in paths)
    return {side: whole.take(rows) for side, rows in split(whole.group, seed).items()}


def _held_back(sides: dict[Side, Labelled]) -> set[str]:
    return set(sides["validation"].group) | set(sides["test"].group)


def _extra(settings: FitSettings, sides: dict[Kind, dict[Side, Labelled]]) -> list[Labelled]:
    """Labels to train on only, without the groups that validation and test hold."""
    given: dict[Kind, tuple[str, ...]] = {"comment": settings.extra_comments, "video": settings.extra_videos}
    parts = []
    for kind, paths in given.items():
        held_back = _held_back(sides[kind])
        for part in (read_labels(Path(path), kind) for path in paths):
            free = part.take(np.flatnonzero([group not in held_back for group in part.group]))
            parts.append(free.as_extra() if settings.told_apart else free)
    return [part for part in parts if len(part)]


def _read(settings: FitSettings, sides: dict[Kind, dict[Side, Labelled]]) -> dict[Kind, Labelled]:
    """What n-grams learn from: every row to train on that was labelled by reading; soft labels are in part their own opinion."""
    extra, found = _extra(settings, sides), dict[Kind, Labelled]()
    for kind, side in sides.items():
        mine = [part for part in (side["train"], *extra) if part.units.kind == kind]
        firm = [part.take(np.flatnonzero(np.isin(part.targets, (0, 1)).all(axis=1))) for part in mine]
        found[kind] = concatenate(firm)
    return found


@torch.no_grad()
def _calibrate(tagger: Tagger, validation: list[Labelled]) -> None:
    """Fold the calibration of validation groups into the heads."""
    head = tagger.model.classifier
    logits = np.concatenate([tagger.logits(v.units.encode(tagger.vocabulary)) for v in validation])
    targets, weights = _stacked(validation, "targets", "weights")
    scaled = [platt(logits[:, i], targets[:, i], weights[:, i]) for i in range(logits.shape[1])]
    scale = torch.tensor([s for s, _ in scaled], dtype=head.weight.dtype)
    head.weight.mul_(scale[:, None])
    head.bias.mul_(scale).add_(torch.tensor([b for _, b in scaled], dtype=head.weight.dtype))


def _stacked(parts: list[Labelled], *names: str) -> tuple[np.ndarray, ...]:
    """Arrays of labelled units of several kinds, one below the other."""
    return tuple(np.concatenate([getattr(part, name) for part in parts]) for name in names)


@dataclass(frozen=True)
class _Judged:
    """Probabilities of validation rows by the finished tagger, beside their labels; (n, heads), `group` (n,)."""

    probability: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    group: np.ndarray

    @classmethod
    def by(cls, tagger: Tagger, validation: list[Labelled]) -> "_Judged":
        return cls(
            np.concatenate([tagger.probabilities(v.units) for v in validation]),
            *_stacked(validation, "targets", "weights", "group"),
        )

    def thresholds(self) -> dict[str, float]:
        """The threshold of best F1 of each head."""
        return {
            name: round(best_threshold(self.probability[:, i], self.target[:, i], self.weight[:, i]), 4)
            for i, name in enumerate(head_names())
        }

    def compare_calibrations(self, report: Callable[[str], None]) -> None:
        """Say of each head how Platt scaling, which is what it has, does beside isotonic regression."""
        for i, name in enumerate(head_names()):
            logits = logit(np.clip(self.probability[:, i].astype(float), 1e-6, 1 - 1e-6))
            found = rivals(logits, self.target[:, i], self.weight[:, i], self.group)
            if found:
                report(
                    f"{name}: log-loss on left-out groups {found[0]:.4f} by Platt scaling, {found[1]:.4f} isotonic"
                )


@torch.no_grad()
def _through_half(model: torch.nn.Module) -> None:
    """Round the weights to the precision in which they are stored, so that what is measured is what is shipped."""
    for parameter in model.parameters():
        parameter.copy_(parameter.half().float())
