"""Fitting the tagger: a pre-trained encoder learns the tags from texts that were labelled by reading.

Both kinds are learned at once through one encoder; unknown labels carry no weight. The weights are an average over
the last steps; calibration and thresholds come from validation groups that were not trained on, and the test groups are
looked at once, at the end, beside the n-gram baseline. It knows nothing of pre-training but its folder.

    huizan-train fit --encoder checkpoints/encoder --comments comments.jsonl --videos videos.jsonl --out checkpoint
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import ModernBertForSequenceClassification

from ..model.checkpoint import Card, write_checkpoint
from ..model.tagger import Tagger, padded, pick_device
from ..model.taxonomy import Kind, head_names
from ..model.vocabulary import MASK, Ragged, Vocabulary
from .calibration import platt
from .evaluation import Evaluation, evaluate
from .labels import Labelled, concatenate, read_labels
from .metrics import best_threshold
from .splits import Side, split
from .widening import widen


@dataclass(frozen=True)
class FitSettings:
    """Everything that decides a fit; saved as `fit_settings.json` beside the checkpoint."""

    encoder: str
    out: str
    comments: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    extra_comments: tuple[str, ...] = ()
    extra_videos: tuple[str, ...] = ()
    name: str = "huizan-small"
    version: str = "1"
    epochs: float = 6.0
    repeats: int = 1
    wide: bool = True
    tokens: int = 3072
    learning_rate: float = 4e-4
    warm_up: float = 0.1
    weight_decay: float = 0.05
    dropout: float = 0.1
    blanked: float = 0.08
    averaged: float = 0.995
    seed: int = 0
    split_seed: int = 0
    device: str = "auto"


def fit(settings: FitSettings, report: Callable[[str], None] = print) -> Evaluation:
    """Train, calibrate, measure and save; the checkpoint appears whole under `settings.out` or not at all.

    Returns
    -------
    The evaluation on the test groups, of the tagger and of the n-gram baseline.
    """
    torch.manual_seed(settings.seed)
    sides: dict[Kind, dict[Side, Labelled]] = {
        "comment": _sides(settings.comments, "comment", settings.split_seed),
        "video": _sides(settings.videos, "video", settings.split_seed),
    }
    train = [kind["train"] for kind in sides.values()] * settings.repeats
    train += _extra(settings.extra_comments, "comment", sides["comment"])
    train += _extra(settings.extra_videos, "video", sides["video"])
    vocabulary = Vocabulary.read(Path(settings.encoder) / "vocab.txt")
    model = _train(train, vocabulary, settings, report)
    card = Card(settings.name, settings.version, {name: 0.5 for name in head_names()})
    tagger = Tagger(model.cpu(), vocabulary, card)
    validation: dict[Kind, Labelled] = {kind: side["validation"] for kind, side in sides.items()}
    _calibrate(tagger, list(validation.values()))
    _through_half(model)
    if settings.wide:
        tagger.wide = widen(tagger, {kind: side["train"] for kind, side in sides.items()}, validation)
    thresholds = _thresholds(tagger, list(validation.values()))
    tagger.card = Card(settings.name, settings.version, thresholds)
    result = evaluate(
        tagger,
        {kind: side["test"] for kind, side in sides.items()},
        {k: s["train"] for k, s in sides.items()},
    )
    tagger.card = Card(settings.name, settings.version, thresholds, metrics=result.as_dict())
    write_checkpoint(Path(settings.out), model.half(), vocabulary, tagger.card, tagger.wide)
    (Path(settings.out) / "fit_settings.json").write_text(
        json.dumps(_told(settings), indent=2, ensure_ascii=False)
    )
    return result


def _told(settings: FitSettings) -> dict:
    """Settings for the record: files by name, for where they lay says nothing elsewhere."""
    told = asdict(settings)
    for name in ("encoder", "out"):
        told[name] = Path(told[name]).name
    for name in ("comments", "videos", "extra_comments", "extra_videos"):
        told[name] = [Path(path).name for path in told[name]]
    return told


def _sides(paths: tuple[str, ...], kind: Kind, seed: int) -> dict[Side, Labelled]:
    whole = concatenate(read_labels(Path(path), kind) for path in paths)
    return {side: whole.take(rows) for side, rows in split(whole.group, seed).items()}


def _extra(paths: tuple[str, ...], kind: Kind, sides: dict[Side, Labelled]) -> list[Labelled]:
    """Labels to train on only, without the groups that validation and test hold."""
    held_back = set(sides["validation"].group) | set(sides["test"].group)
    parts = [read_labels(Path(path), kind) for path in paths]
    return [part.take(np.flatnonzero([group not in held_back for group in part.group])) for part in parts]


def _train(
    parts: list[Labelled], vocabulary: Vocabulary, settings: FitSettings, report: Callable[[str], None]
) -> ModernBertForSequenceClassification:
    device = pick_device(settings.device)
    names = head_names()
    model = ModernBertForSequenceClassification.from_pretrained(
        settings.encoder,
        dtype=torch.float32,
        num_labels=len(names),
        id2label=dict(enumerate(names)),
        label2id={name: i for i, name in enumerate(names)},
        problem_type="multi_label_classification",
        classifier_dropout=settings.dropout,
        mlp_dropout=settings.dropout,
    )
    model.to(device)  # pyright: ignore[reportArgumentType]
    rows = _stack([part.units.encode(vocabulary) for part in parts])
    targets = np.concatenate([part.targets for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    rng = np.random.default_rng(settings.seed)
    passes = int(np.ceil(settings.epochs))  # none of them: the model is only calibrated and widened
    schedule = [b for _ in range(passes) for b in _shuffled(rows.lengths, settings.tokens, rng)]
    schedule = schedule[: round(len(schedule) * settings.epochs / max(passes, 1))]
    optimiser = torch.optim.AdamW(
        model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
    )
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(settings.averaged)
    )
    balance = torch.from_numpy(_balance(targets, weights)).to(device)
    model.train()
    losses: list[float] = []
    for step, chosen in enumerate(schedule):
        progress = step / len(schedule)
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * min(
                progress / settings.warm_up, (1 - progress) / (1 - settings.warm_up)
            )
        ids, mask = padded(rows.take(chosen))
        ids = _blank(ids, settings.blanked, rng)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = model(
                input_ids=torch.from_numpy(ids).to(device), attention_mask=torch.from_numpy(mask).to(device)
            ).logits
        loss = _loss(
            logits.float(),
            torch.from_numpy(targets[chosen]).to(device),
            torch.from_numpy(weights[chosen]).to(device),
            balance,
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        average.update_parameters(model)
        losses.append(float(loss.detach()))
        if (step + 1) % 100 == 0:
            report(f"step {step + 1}/{len(schedule)} loss {np.mean(losses[-100:]):.4f}")
    model.load_state_dict(average.module.state_dict())
    return model.eval()


def _loss(
    logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor, balance: torch.Tensor
) -> torch.Tensor:
    """Binary cross-entropy, positives weighted by `balance`, averaged over known labels."""
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, targets, reduction="none", pos_weight=balance
    )
    return (each * weights).sum() / weights.sum().clamp(min=1.0)


def _balance(targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weight of a positive per head: the square root of negatives per positive, between 1 and 6."""
    positive = (targets * weights).sum(axis=0)
    negative = ((1 - targets) * weights).sum(axis=0)
    return np.clip(np.sqrt(negative / np.maximum(positive, 1)), 1.0, 6.0).astype(np.float32)


@torch.no_grad()
def _calibrate(tagger: Tagger, validation: list[Labelled]) -> None:
    """Fold the calibration of validation groups into the heads."""
    head = tagger.model.classifier
    logits = np.concatenate([tagger.logits(v.units.encode(tagger.vocabulary)) for v in validation])
    targets, weights = (
        np.concatenate([getattr(v, name) for v in validation]) for name in ("targets", "weights")
    )
    scaled = [platt(logits[:, i], targets[:, i], weights[:, i]) for i in range(logits.shape[1])]
    scale = torch.tensor([s for s, _ in scaled], dtype=head.weight.dtype)
    head.weight.mul_(scale[:, None])
    head.bias.mul_(scale).add_(torch.tensor([b for _, b in scaled], dtype=head.weight.dtype))


def _thresholds(tagger: Tagger, validation: list[Labelled]) -> dict[str, float]:
    """The threshold of best F1 of each head on validation groups."""
    probability = np.concatenate([tagger.probabilities(v.units) for v in validation])
    targets, weights = (
        np.concatenate([getattr(v, name) for v in validation]) for name in ("targets", "weights")
    )
    return {
        name: round(best_threshold(probability[:, i], targets[:, i], weights[:, i]), 4)
        for i, name in enumerate(head_names())
    }


@torch.no_grad()
def _through_half(model: torch.nn.Module) -> None:
    """Round the weights to the precision in which they are stored, so that what is measured is what is shipped."""
    for parameter in model.parameters():
        parameter.copy_(parameter.half().float())


def _shuffled(lengths: np.ndarray, tokens: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Batches of like length in random order, with other neighbours in every pass."""
    jittered = lengths * rng.uniform(0.8, 1.25, size=lengths.size)
    order = np.argsort(jittered, kind="stable")
    groups = _runs(lengths[order], tokens)
    return [order[g] for g in (groups[i] for i in rng.permutation(len(groups)))]


def _runs(lengths: np.ndarray, tokens: int) -> list[np.ndarray]:
    """Consecutive rows, each run at most `tokens` with its padding."""
    runs, start, longest = [], 0, 0
    for i, length in enumerate(lengths):
        longest = max(longest, int(length))
        if i > start and longest * (i - start + 1) > tokens:
            runs.append(np.arange(start, i))
            start, longest = i, int(length)
    runs.append(np.arange(start, lengths.size))
    return runs


def _blank(ids: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Hide a share of the characters, so that no single one decides."""
    hidden = (rng.random(ids.shape) < share) & (ids > MASK)
    return np.where(hidden, MASK, ids)


def _stack(parts: list[Ragged]) -> Ragged:
    lengths = np.concatenate([part.lengths for part in parts])
    return Ragged(np.concatenate([part.ids for part in parts]), np.concatenate([[0], np.cumsum(lengths)]))
