"""The training loop of the tagger: labelled texts and related tasks in, a model with one output per head out.

All kinds and tasks share one encoder and stand mixed in every batch. A label that is unknown carries no weight, and a row of a
related task (`auxiliary`) counts for its own outputs alone, which are cut off when training ends. The weights are an
average over the last steps. It knows nothing of splits, calibration or files (`fit`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional
from transformers import AutoConfig, AutoModelForSequenceClassification, PreTrainedModel

from ..model.errors import InputError
from ..model.tagger import padded, pick_device
from ..model.taxonomy import head_names
from ..model.vocabulary import MASK, Ragged, Vocabulary
from .auxiliary import Auxiliary, task_sample
from .labels import Labelled
from .optimisers import optimisers, set_learning_rate
from .optimisers import step as follow

if TYPE_CHECKING:
    from .fit import FitSettings

DROPOUTS = ("classifier_dropout", "mlp_dropout", "hidden_dropout_prob")  # as families of encoders call it


@dataclass(frozen=True)
class Material:
    """What is learned from, tagged rows first and those of related tasks after them.

    `rows` (n,); `targets`, `weights` float32 (tagged, heads); `related` int64 (n - tagged,): the output that is right;
    `competing` bool (outputs, outputs): which outputs belong to the task of an output; `tasks` as they were given; `shift`
    float32 (tagged, heads): added to the logits of a row while it is learned from (`extra_shift`).
    """

    rows: Ragged
    targets: np.ndarray
    weights: np.ndarray
    related: np.ndarray
    competing: np.ndarray
    tasks: list[Auxiliary]
    shift: np.ndarray

    @property
    def tagged(self) -> int:
        return self.targets.shape[0]

    @classmethod
    def of(cls, parts: list[Labelled], tasks: list[Auxiliary], vocabulary: Vocabulary) -> "Material":
        """Encode everything; outputs of related tasks follow those of the heads."""
        heads = len(head_names())
        firsts = heads + np.cumsum([0] + [task.classes for task in tasks])
        competing = np.zeros((firsts[-1], firsts[-1]), dtype=bool)
        for first, last in pairwise(firsts):
            competing[first:last, first:last] = True
        related = [task.target + first for task, first in zip(tasks, firsts, strict=False)]
        targets, weights, extra = (
            np.concatenate([getattr(part, column) for part in parts])
            for column in ("targets", "weights", "extra")
        )
        return cls(
            stack([part.units.encode(vocabulary) for part in [*parts, *tasks]]),
            targets,
            weights,
            np.concatenate([np.zeros(0, dtype=np.int64), *related]),
            competing,
            tasks,
            extra[:, None] * extra_shift(targets, weights, extra),
        )


def learn(
    parts: list[Labelled],
    tasks: list[Auxiliary],
    vocabulary: Vocabulary,
    settings: "FitSettings",
    report: Callable[[str], None],
) -> PreTrainedModel:
    """Train the encoder of `settings` on labelled parts and related tasks.

    Returns
    -------
    The model with `len(head_names())` outputs, averaged over the last steps, on the device it was trained on.
    """
    device = pick_device(settings.device)
    material = Material.of(parts, tasks, vocabulary)
    model = _model(settings, material.competing.shape[0])
    model.to(device)  # pyright: ignore[reportArgumentType]
    rng = np.random.default_rng(settings.seed)
    schedule = _schedule(material, settings, rng)
    optimised = optimisers(model, settings.optimiser, settings.learning_rate, settings.weight_decay)
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(settings.averaged)
    )
    balance = torch.from_numpy(_balance(material.targets, material.weights)).to(device)
    model.train()
    losses: list[float] = []
    for step, chosen in enumerate(schedule):
        set_learning_rate(optimised, settings.learning_rate * _warmth(step / len(schedule), settings.warm_up))
        ids, mask = padded(material.rows.take(chosen))
        ids = _blank(ids, settings.blanked, rng)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = model(
                input_ids=torch.from_numpy(ids).to(device), attention_mask=torch.from_numpy(mask).to(device)
            ).logits.float()
        loss = _loss(logits, chosen, material, balance, settings.auxiliary_weight)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        follow(optimised)
        average.update_parameters(model)
        losses.append(float(loss.detach()))
        if (step + 1) % 100 == 0:
            report(f"step {step + 1}/{len(schedule)} loss {np.mean(losses[-100:]):.4f}")
    model.load_state_dict(average.module.state_dict())
    return _cut(model).eval()


def _model(settings: "FitSettings", outputs: int) -> PreTrainedModel:
    config = AutoConfig.from_pretrained(settings.encoder)
    dropouts = [name for name in DROPOUTS if hasattr(config, name)]
    return AutoModelForSequenceClassification.from_pretrained(
        settings.encoder,
        dtype=torch.float32,
        num_labels=outputs,
        problem_type="multi_label_classification",
        **dict.fromkeys(dropouts, settings.dropout),
    )


@torch.no_grad()
def _cut(model: PreTrainedModel) -> PreTrainedModel:
    """Keep the outputs of our tags alone, and say in the configuration what they are."""
    names = head_names()
    whole = model.classifier
    if not isinstance(whole, torch.nn.Linear):
        raise InputError(
            "The encoder's last layer is linear, as that of the BERT family",
            f"{type(model).__name__} ends in {type(whole).__name__}",
            "Take an encoder of another family",
        )
    model.classifier = torch.nn.Linear(whole.in_features, len(names), device=whole.weight.device)
    model.classifier.weight.copy_(whole.weight[: len(names)])
    model.classifier.bias.copy_(whole.bias[: len(names)])
    model.config.id2label = dict(enumerate(names))
    model.config.label2id = {name: i for i, name in enumerate(names)}
    return model


def _warmth(progress: float, warm_up: float) -> float:
    return min(progress / warm_up, (1 - progress) / (1 - warm_up))


def _loss(
    logits: torch.Tensor, chosen: np.ndarray, material: Material, balance: torch.Tensor, weight: float
) -> torch.Tensor:
    """Binary cross-entropy of the tags over known labels, plus `weight` times the cross-entropy of related tasks."""
    device = logits.device
    ours = chosen < material.tagged
    tags, wanted = chosen[ours], material.related[chosen[~ours] - material.tagged]
    each = functional.binary_cross_entropy_with_logits(
        logits[torch.from_numpy(ours).to(device), : balance.numel()]
        + torch.from_numpy(material.shift[tags]).to(device),
        torch.from_numpy(material.targets[tags]).to(device),
        reduction="none",
        pos_weight=balance,
    )
    known = torch.from_numpy(material.weights[tags]).to(device)
    loss = (each * known).sum() / known.sum().clamp(min=1.0)
    if wanted.size:
        others = torch.from_numpy(~material.competing[wanted]).to(device)
        own = logits[torch.from_numpy(~ours).to(device)].masked_fill(others, -1e4)
        loss = loss + weight * functional.cross_entropy(own, torch.from_numpy(wanted).to(device))
    return loss


def _balance(targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weight of a positive per head: the square root of negatives per positive, between 1 and 6."""
    positive, negative = _classes(targets, weights)
    return np.clip(np.sqrt(negative / np.maximum(positive, 1)), 1.0, 6.0).astype(np.float32)


def extra_shift(targets: np.ndarray, weights: np.ndarray, extra: np.ndarray) -> np.ndarray:
    """How much likelier each tag is in texts for training only than in the others; log-odds, float32 (heads,).

    Added to the logits of such texts while they are learned from, it takes what their author chose, how often a tag stands
    in them, off the words that only this author uses (Menon et al. 2021, "Long-tail learning via logit adjustment",
    arXiv:2007.07314, for the classes of one set).
    """
    odds = []
    for rows in (extra, ~extra):
        positive, negative = _classes(targets[rows], weights[rows])
        odds.append(np.log(positive + 0.5) - np.log(negative + 0.5))
    both = (weights[extra] > 0).any(axis=0) & (weights[~extra] > 0).any(axis=0)
    return np.where(both, odds[0] - odds[1], 0.0).astype(np.float32)


def _classes(targets: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weight of the positives and of the negatives of each head; both (heads,)."""
    return (targets * weights).sum(axis=0), ((1 - targets) * weights).sum(axis=0)


def _schedule(material: Material, settings: "FitSettings", rng: np.random.Generator) -> list[np.ndarray]:
    """Batches of every step: in each pass all tagged rows, and a sample of the related tasks."""
    passes = int(np.ceil(settings.epochs))  # none of them: the model is only calibrated and widened
    schedule: list[np.ndarray] = []
    for _ in range(passes):
        sample = material.tagged + task_sample(material.tasks, settings.auxiliary_rows, rng)
        rows = np.concatenate([np.arange(material.tagged), sample])
        schedule += [rows[b] for b in _shuffled(material.rows.lengths[rows], settings.tokens, rng)]
    return schedule[: round(len(schedule) * settings.epochs / max(passes, 1))]


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


def stack(parts: list[Ragged]) -> Ragged:
    """The rows of all parts, one part after the other."""
    lengths = np.concatenate([part.lengths for part in parts])
    return Ragged(np.concatenate([part.ids for part in parts]), np.concatenate([[0], np.cumsum(lengths)]))
