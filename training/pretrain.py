"""Pre-training: the encoder learns Chinese from unlabelled short-video text, from its first weight.

Masked-language modelling with whole-word masking on packed rows, or replaced-token detection (`replaced`); bf16 where the
device has it, output layer on hidden positions only, warm-up and decay, checkpoints from which a killed run goes on
exactly, several GPUs under `torchrun`. It knows nothing of tags: `fit` teaches those.

    huizan-train pretrain --corpus CORPUS.parquet --out checkpoints/encoder --steps 6000

`--begin-with` another encoder goes on from its weights on other texts, those that are to be tagged (domain-adaptive
pre-training; Gururangan et al. 2020, arXiv:2004.10964).
"""

import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import ModernBertForMaskedLM

from ..model.encoder import EncoderSize, encoder_config
from ..model.errors import InputError
from ..model.vocabulary import Vocabulary
from ..model.whole import whole
from .masking import MaskedBatch, mask_words
from .optimisers import optimisers, set_learning_rate
from .optimisers import step as follow
from .packing import Packed, pack
from .replaced import ReplacedTokenDetection

LAST = "last.pt"


@dataclass(frozen=True)
class PretrainSettings:
    """Everything that decides a pre-training run; saved as JSON beside its checkpoint."""

    corpus: str
    out: str
    steps: int = 6000
    rows: int = 64
    length: int = 128
    accumulate: int = 1
    learning_rate: float = 1e-3
    warm_up: float = 0.04
    decay: float = 0.25
    weight_decay: float = 0.05
    masked: float = 0.2
    vocabulary: int = 7680
    layers: int = 6
    hidden: int = 256
    heads: int = 4
    intermediate: int = 512
    seed: int = 0
    device: str = "auto"
    save_every: int = 100
    compiled: bool = False
    objective: str = "mlm"
    optimiser: str = "muon"
    without: tuple[str, ...] = ()
    begin_with: str = ""

    @property
    def size(self) -> EncoderSize:
        return EncoderSize(self.layers, self.hidden, self.heads, self.intermediate)


def learning_rate(step: int, settings: PretrainSettings) -> float:
    """Trapezoid: linear warm-up, a plateau, linear decay to zero over the last `decay` of the steps."""
    up = max(1, round(settings.warm_up * settings.steps))
    down = max(1, round(settings.decay * settings.steps))
    factor = min((step + 1) / up, 1.0, (settings.steps - step) / down)
    return settings.learning_rate * max(factor, 0.0)


def pretrain(settings: PretrainSettings) -> Path:
    """Pre-train to the last step, from the last checkpoint if there is one, and save in the Hugging Face layout.

    Returns
    -------
    The folder with `config.json`, `model.safetensors`, `vocab.txt` and `log.jsonl`.
    """
    out = Path(settings.out)
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = _device(settings.device)
    if world > 1:
        torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    before = _beginning(settings.begin_with)
    packed = pack(
        Path(settings.corpus), out / "packed", vocabulary_size=settings.vocabulary, length=settings.length,
        without=settings.without, vocabulary=Vocabulary.read(before / "vocab.txt") if before else None,
    )  # fmt: skip
    torch.manual_seed(settings.seed)
    encoder = ModernBertForMaskedLM(
        encoder_config(len(packed.vocabulary), settings.size, sparse_prediction=True)
    )
    model = _objective(encoder, settings, device)
    optimised = optimisers(model, settings.optimiser, settings.learning_rate, settings.weight_decay)
    if before:
        _begin_with(before / LAST, model, device)
    first = _resume(out / LAST, model, optimised, device)
    if settings.compiled:
        model.compile()
    trained = torch.nn.parallel.DistributedDataParallel(model) if world > 1 else model
    trained.train()
    since, tokens, losses = time.perf_counter(), 0, []
    for step in range(first, settings.steps):
        set_learning_rate(optimised, learning_rate(step, settings))
        for part in range(settings.accumulate):
            batch = batch_at(step, part * world + rank, settings.accumulate * world, packed, settings)
            loss = _loss(trained, batch, device, settings, step) / settings.accumulate
            loss.backward()
            losses.append(float(loss.detach()) * settings.accumulate)
            tokens += batch.ids.size * world
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        follow(optimised)
        if rank == 0 and ((step + 1) % 20 == 0 or step + 1 == settings.steps):
            rate = tokens / (time.perf_counter() - since)
            line = {"step": step + 1, "loss": round(float(np.mean(losses)), 4), "tokens_per_s": round(rate)}
            with open(out / "log.jsonl", "a", encoding="utf-8") as log:
                print(json.dumps(line), file=log)
            since, tokens, losses = time.perf_counter(), 0, []
        if rank == 0 and ((step + 1) % settings.save_every == 0 or step + 1 == settings.steps):
            _save(out / LAST, model, optimised, step + 1)
    if rank == 0:
        encoder.save_pretrained(out)
        packed.vocabulary.write(out / "vocab.txt")
        (out / "pretrain_settings.json").write_text(json.dumps(asdict(settings), indent=2))
    if world > 1:
        torch.distributed.destroy_process_group()
    return out


def batch_at(step: int, part: int, parts: int, packed: Packed, settings: PretrainSettings) -> MaskedBatch:
    """The rows of one part of one step: a function of the seed and the step alone, so that any run can be resumed."""
    per_pass = packed.ids.shape[0] // (settings.rows * parts)
    if per_pass == 0:
        parts_needed = settings.rows * parts
        raise ValueError(f"the corpus must pack to {parts_needed} rows or more, was: {packed.ids.shape[0]}")
    epoch, position = divmod(step, per_pass)
    order = np.random.default_rng([settings.seed, epoch]).permutation(packed.ids.shape[0])
    first = (position * parts + part) * settings.rows
    rows = np.sort(order[first : first + settings.rows])
    rng = np.random.default_rng([settings.seed, step, part, 1])
    return mask_words(packed.ids[rows], packed.begins[rows], len(packed.vocabulary), rng, settings.masked)


def _objective(
    encoder: ModernBertForMaskedLM, settings: PretrainSettings, device: torch.device
) -> torch.nn.Module:
    if settings.objective not in ("mlm", "rtd"):
        raise ValueError(f"objective must be mlm or rtd, was: {settings.objective}")
    model = encoder if settings.objective == "mlm" else ReplacedTokenDetection(encoder, settings.size)
    if device.type == "cpu":
        # Fused attention with a mask is slow on processors: its backward pass alone is a quarter of the time.
        for part in model.modules():
            if isinstance(part, ModernBertForMaskedLM):
                part.set_attn_implementation("eager")
    return model.to(device)  # pyright: ignore[reportArgumentType]


def _loss(
    model: torch.nn.Module,
    batch: MaskedBatch,
    device: torch.device,
    settings: PretrainSettings,
    step: int,
) -> torch.Tensor:
    ids = torch.from_numpy(batch.ids).to(device)
    labels = torch.from_numpy(batch.labels).to(device)
    document = torch.from_numpy(batch.document).to(device)
    allowed = document[:, None, :, None] == document[:, None, None, :]  # (rows, 1, length, length)
    if device.type == "cpu":  # eager attention adds the mask
        allowed = torch.zeros(allowed.shape).masked_fill_(~allowed, torch.finfo(torch.float32).min)
    mask = {"full_attention": allowed, "sliding_attention": allowed}
    low = torch.autocast(device.type, dtype=torch.bfloat16) if _has_bf16(device) else contextlib.nullcontext()
    with low:
        if settings.objective == "rtd":
            return model(ids, labels, mask, seed=settings.seed * 1_000_003 + step)
        return model(input_ids=ids, labels=labels, attention_mask=mask).loss


def _beginning(folder: str) -> Path | None:
    """The folder of the encoder to begin with, if one is named."""
    if not folder:
        return None
    missing = [name for name in ("vocab.txt", LAST) if not (Path(folder) / name).is_file()]
    if missing:
        raise InputError(
            "An encoder to begin with lies where it was pre-trained, with its vocabulary and its last checkpoint",
            f"{folder} without {' and '.join(missing)}",
            "Give the folder that `huizan-train pretrain --out` wrote to its end",
        )
    return Path(folder)


def _begin_with(path: Path, model: torch.nn.Module, device: torch.device) -> None:
    """The weights of another run's last checkpoint; its optimisers' memory is of other texts."""
    try:
        model.load_state_dict(torch.load(path, map_location=device, weights_only=True)["model"])
    except RuntimeError as problem:
        raise InputError(
            "The encoder to begin with has the size and the objective of this run",
            f"{path}: {str(problem).splitlines()[0]}",
            "Give --layers, --hidden, --heads, --intermediate and --objective as its pretrain_settings.json says",
        ) from problem


def _resume(
    path: Path, model: torch.nn.Module, optimisers: list[torch.optim.Optimizer], device: torch.device
) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, map_location=device, weights_only=True)
    model.load_state_dict(state["model"])
    for optimiser, was in zip(optimisers, state["optimisers"], strict=True):
        optimiser.load_state_dict(was)
    return int(state["step"])


def _save(path: Path, model: torch.nn.Module, optimisers: list[torch.optim.Optimizer], step: int) -> None:
    state = {"model": model.state_dict(), "optimisers": [o.state_dict() for o in optimisers], "step": step}
    with whole(path) as temporary:
        torch.save(state, temporary)


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and "LOCAL_RANK" in os.environ:
        name = f"cuda:{os.environ['LOCAL_RANK']}"
    return torch.device(name)


def _has_bf16(device: torch.device) -> bool:
    return torch.cuda.is_bf16_supported() if device.type == "cuda" else torch.backends.mkldnn.is_available()
