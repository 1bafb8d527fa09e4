"""Shortening: a checkpoint is taught to bear the shortcut (`model.shortcut`), and to say with it what it said before.

The layers from the second on, and the shortcut, learn from the checkpoint's own probabilities in float32 before the first step
(self-distillation; Hinton, Vinyals and Dean 2015, arXiv:1503.02531), on texts whose labels are not looked at, in two readings
(`twofold`): every layer computed, and by the shortcut. Calibration, thresholds and n-grams stay, for the probabilities do. How
far they moved is measured on texts held back.

    huizan-train shorten --model checkpoint --comments comments.jsonl --videos videos.jsonl --out shortened
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..model.checkpoint import is_ours, write_checkpoint
from ..model.eager import Eager
from ..model.errors import InputError
from ..model.runtime import Runtime, of_one_length
from ..model.tagger import Tagger, pick_device
from ..model.taxonomy import Kind, head_names, heads_of
from ..model.whole import whole
from .fit import SETTINGS as FITTED
from .labels import read_labels
from .optimisers import set_learning_rate
from .said import Said
from .twofold import FROZEN, Twofold

LEAST = FROZEN + 2  # layers of an encoder that can be shortened
HELD = 20  # one text in so many is held back
_FIRST = 10_000  # texts that the shortcut is first fitted on
_EVENED = (
    0.3  # files are drawn from by this power of their number of texts (Conneau et al. 2020, arXiv:1911.02116)
)
_WARM = 30  # steps
_CLIP = 1.0
# What the reading by every layer weighs in its difference from before, and the two readings' difference, beside the shortcut's
# from before: the shortcut is what int8 runs, and the other is to bend to it.
_LAYERS, _PAIR = 0.5, 3.0
_LOGITS = 0.01  # what a logit's squared difference weighs beside a probability's


@dataclass(frozen=True)
class ShortenSettings:
    """What decides a shortening; `tokens` are those of a batch, `save_every` steps a killed run loses at most.

    `bf16` is the part of the steps, from the first, whose products are in bfloat16; `compiled` needs a C++ compiler.
    """

    steps: int = 6_000
    tokens: int = 4_096
    rate: float = 3e-4
    comments_part: float = 0.75
    seed: int = 0
    bf16: float = 0.0
    compiled: bool = False
    device: str = "auto"
    save_every: int = 100


def shorten(
    model: Path,
    out: Path,
    comments: list[Path],
    videos: list[Path],
    settings: ShortenSettings,
    report: Callable[[str], None] = print,
) -> dict[str, dict[str, float]]:
    """Write the checkpoint `model`, shortened, as `out`; whole or not at all.

    A killed run goes on from the last of its states, which lies beside `out` until that is written.

    Parameters
    ----------
    comments, videos
        JSONL as `fit` reads it; labels are not looked at.

    Returns
    -------
    For every head the mean move of its probability on the texts held back: `layers`, with every layer computed, and
    `shortcut`.

    Raises
    ------
    InputError
        If `out` is there already, or the encoder has too few layers or is of another family.
    """
    if out.exists():
        raise InputError("The folder of a shortened checkpoint is new", f"{out} is there", "Give another")
    tagger, device = Tagger.load(model, "cpu"), pick_device(settings.device)
    network: Any = Eager.load(model, torch.device("cpu")).model
    if not is_ours(model) or network.config.num_hidden_layers < LEAST:
        raise InputError(
            f"The encoder is of our family and has {LEAST} layers or more",
            f"{model} has {network.config.num_hidden_layers}",
            "Leave it as it is",
        )
    exact = Runtime.load(model, tagger.vocabulary, "float32")
    learned, held = [], []
    files: dict[Kind, list[Path]] = {"comment": comments, "video": videos}
    for kind, paths in files.items():
        for path in paths:
            pool = Said.of(read_labels(path, kind).units, tagger, exact)
            order = np.random.default_rng(settings.seed).permutation(len(pool))
            held.append(pool.take(order[: len(pool) // HELD]))
            learned.append(pool.take(order[len(pool) // HELD :]))
    torch.manual_seed(settings.seed)
    twofold = Twofold(network.to(device))
    last = out.with_name(f"{out.name}.last.pt")
    _learn(twofold, learned, settings, last, report)
    layers, shortcut = _moved(twofold, held, settings.tokens)
    moved = {"layers": layers, "shortcut": shortcut}
    card = replace(tagger.card, metrics=tagger.card.metrics | {"moved_by_shortening": moved})
    write_checkpoint(out, network.cpu().half(), tagger.vocabulary, card, tagger.wide, twofold.shortcut)
    if (model / FITTED).is_file():
        shutil.copy(model / FITTED, out)
    (out / "shorten_settings.json").write_text(json.dumps(asdict(settings), indent=2))
    last.unlink()
    return moved


def _learn(
    twofold: Twofold,
    pools: list[Said],
    settings: ShortenSettings,
    last: Path,
    report: Callable[[str], None],
) -> None:
    parameters = [part for part in twofold.parameters() if part.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=settings.rate, weight_decay=0.0)
    begin = _resume(last, twofold, optimiser, settings)
    if not begin:
        some = pools[0].rows.between(0, min(len(pools[0]), _FIRST))
        twofold.begin([ids for _, ids in of_one_length(some, settings.tokens)])
    if settings.compiled:
        twofold.compile(dynamic=True)
    shares, apart, low = _shares(pools, settings), [], settings.bf16 * settings.steps
    for step in range(begin, settings.steps):
        rate = settings.rate * min(1.0, (step + 1) / _WARM) * (1 - step / settings.steps)
        set_learning_rate([optimiser], rate)
        random = np.random.default_rng([settings.seed, step])
        pool = pools[random.choice(len(pools), p=shares)]
        chosen = pool.batch(random, settings.tokens)
        ids = pool.rows.take(chosen).ids.reshape(chosen.size, -1)
        with torch.autocast(twofold.value.device.type, torch.bfloat16, enabled=step < low):
            layers, shortcut = (logits.float() for logits in twofold(ids))
        parts = _apart(layers, shortcut, pool, chosen)
        loss = parts @ parts.new_tensor([_LAYERS, 1.0, _PAIR])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, _CLIP)
        optimiser.step()
        apart.append(parts.tolist())
        if (step + 1) % settings.save_every == 0 or step + 1 == settings.steps:
            told = "layers {:.5f}, shortcut {:.5f}, one from the other {:.5f}".format(*np.mean(apart, axis=0))
            report(f"step {step + 1} of {settings.steps}: {told}")
            apart = []
            _save(last, twofold, optimiser, settings, step + 1)


def _shares(pools: list[Said], settings: ShortenSettings) -> np.ndarray:
    """How often a batch is of each pool."""
    shares = np.array([float(len(pool)) ** _EVENED for pool in pools])
    comments = np.array([pool.kind == "comment" for pool in pools])
    for mine, part in ((comments, settings.comments_part), (~comments, 1 - settings.comments_part)):
        shares[mine] *= part / shares[mine].sum()
    return shares


def _apart(layers: torch.Tensor, shortcut: torch.Tensor, pool: Said, chosen: np.ndarray) -> torch.Tensor:
    """How far what is told is apart: every layer's from before, the shortcut's from before, one from the other; (3,).

    Squared differences of probabilities, and, far less, of logits, where probabilities are flat.
    """
    mine = heads_of(pool.kind)
    said = torch.stack([pool.encoder[chosen].to(layers.device), layers, shortcut])
    one, other = [1, 2, 1], [0, 0, 2]
    probabilities, logits = (
        (x[one] - x[other])[..., mine].square().mean(dim=(1, 2))
        for x in (pool.probability(said, chosen), said)
    )
    return probabilities + _LOGITS * logits


@torch.no_grad()
def _moved(twofold: Twofold, pools: list[Said], tokens: int) -> list[dict[str, float]]:
    """Mean move of each head's probability in either reading, over the texts of its kind."""
    total, count = np.zeros((2, len(head_names()))), np.zeros(len(head_names()))
    for pool in pools:
        mine = heads_of(pool.kind)
        count[mine] += len(pool)
        for chosen, ids in of_one_length(pool.rows, tokens):
            was = pool.probability(pool.encoder[chosen], chosen)
            for way, logits in enumerate(twofold(ids)):
                apart = (pool.probability(logits.cpu(), chosen) - was).abs().sum(dim=0)
                total[way, mine] += apart.numpy()[mine]
    mean = total / np.maximum(count, 1)
    return [dict(zip(head_names(), way.tolist(), strict=True)) for way in mean]


def _resume(last: Path, twofold: Twofold, optimiser: torch.optim.Optimizer, settings: ShortenSettings) -> int:
    if not last.exists():
        return 0
    state = torch.load(last, map_location=twofold.value.device, weights_only=True)
    changed = [name for name, was in state["settings"].items() if asdict(settings)[name] != was]
    if changed:
        raise InputError(
            "A killed run goes on with its settings",
            f"{last} was begun with another {' and '.join(changed)}",
            "Give the same, or remove the file to begin anew",
        )
    twofold.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])


def _save(
    last: Path, twofold: Twofold, optimiser: torch.optim.Optimizer, settings: ShortenSettings, step: int
) -> None:
    decisive = {name: asdict(settings)[name] for name in ("tokens", "rate", "comments_part", "seed", "bf16")}
    state = {
        "model": twofold.state_dict(),
        "optimiser": optimiser.state_dict(),
        "settings": decisive,
        "step": step,
    }
    with whole(last) as temporary:
        torch.save(state, temporary)
