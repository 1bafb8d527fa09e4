"""A checkpoint on disk: the Hugging Face layout, and beside it what the tagger needs to be trusted.

`config.json`, `model.safetensors`, `tokenizer.json` and `tokenizer_config.json` are what `transformers` reads;
`vocab.txt` is the table look-up's vocabulary; `wide.npz` is the wide part and `shortcut.npz` the shortcut, where there are any;
`ranges.json` is what int8 must span (`ranges`; measured anew where it is missing or of other weights); `huizan.json` is the card:
taxonomy, thresholds, the version of the text path, the metrics and how they were measured. A checkpoint of another taxonomy
or text path is refused. This module knows the files and nothing of their use (`tagger`).

`transformers` loads the encoder by itself, with no code of ours and one import:

    from huizan.model.checkpoint import DEFAULT
    model = AutoModelForSequenceClassification.from_pretrained(DEFAULT, trust_remote_code=False)

It gives one logit per head (`config.id2label`), of which the logistic function is the encoder's own probability. That is not
what `Scorer` returns where the checkpoint has a wide part: n-grams are mixed in by huizan only, and the thresholds are the
mixture's. It also reads texts as they are: pass them through `model.text.normalise` first, a comment with its video's
title as the second text, and of the heads heed those of the kind that was given.
"""

import hashlib
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .errors import InputError
from .shortcut import FILE as SHORTCUT
from .shortcut import Shortcut
from .taxonomy import KINDS, head_names, tag_names
from .text import NORMALISER_VERSION
from .vocabulary import Vocabulary
from .wide import FILE as WIDE
from .wide import Wide

DEFAULT = Path(__file__).parent / "default"
CARD = "huizan.json"
WEIGHTS = "model.safetensors"


@dataclass(frozen=True)
class Card:
    """What a checkpoint says of itself.

    `taxonomy` is {kind: tags}; `thresholds` has one probability per head, at or above which a tag is given;
    `metrics` is what the evaluation printed when the checkpoint was made.
    """

    name: str
    version: str
    thresholds: dict[str, float]
    taxonomy: dict[str, list[str]] = field(
        default_factory=lambda: {kind: list(tag_names(kind)) for kind in KINDS}
    )
    normaliser: int = NORMALISER_VERSION
    metrics: dict[str, Any] = field(default_factory=dict)


def read_card(folder: Path) -> Card:
    """Read and check the card of a checkpoint.

    Raises
    ------
    InputError
        If the folder is no checkpoint, or was made for other tags or another text path.
    """
    path = folder / CARD
    if not path.is_file():
        raise InputError(
            must=f"A checkpoint is a folder with {CARD}, {WEIGHTS} and vocab.txt",
            found=f"no {CARD} in {folder}",
            do="Give the folder that `huizan-train fit` wrote, or leave --model out to use the one in the package",
        )
    card = Card(**json.loads(path.read_text(encoding="utf-8")))
    ours = {kind: list(tag_names(kind)) for kind in KINDS}
    if card.taxonomy != ours:
        raise InputError(
            must=f"The checkpoint's tags equal this version's: {ours}",
            found=f"{folder} was trained for {card.taxonomy}",
            do="Train it again with `huizan-train fit`, or install the version of huizan that made it",
        )
    if card.normaliser != NORMALISER_VERSION:
        raise InputError(
            must=f"The checkpoint was trained on text path {NORMALISER_VERSION}",
            found=f"{folder} was trained on text path {card.normaliser}",
            do="Train it again with `huizan-train fit`",
        )
    if set(card.thresholds) != set(head_names()):
        raise InputError(
            must=f"{CARD} holds one threshold for each of {list(head_names())}",
            found=f"thresholds for {sorted(card.thresholds)} in {path}",
            do="Write the checkpoint again with `huizan-train fit`",
        )
    return card


def write_checkpoint(
    folder: Path,
    model: Any,
    vocabulary: Vocabulary,
    card: Card,
    wide: Wide | None = None,
    shortcut: Shortcut | None = None,
) -> None:
    """Write a whole checkpoint or nothing; what stood under `folder` before is replaced.

    Parameters
    ----------
    model
        A `transformers` model for sequence classification, in the precision in which it shall be stored.
    """
    from .runtime import measured

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".checkpoint-") as made:
        new = Path(made) / "new"
        model.save_pretrained(new)
        vocabulary.write(new / "vocab.txt")
        if wide is not None:
            wide.write(new / WIDE)
        if shortcut is not None:
            shortcut.write(new)
        vocabulary.to_tokenizers().save(str(new / "tokenizer.json"))
        _write_json(new / "tokenizer_config.json", TOKENIZER_CONFIG)
        _write_json(new / CARD, asdict(card))
        if is_ours(new):
            measured(new, vocabulary).write(new)
        if folder.exists():
            shutil.move(folder, Path(made) / "old")
        shutil.move(new, folder)


def is_ours(folder: Path) -> bool:
    """Whether the encoder is of the family that `encoder` describes; those of others run through PyTorch alone (`eager`)."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config.get("model_type") == "modernbert"


TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
    "model_max_length": 512,
}


def fingerprint(folder: Path) -> str:
    """First 12 hex digits of the SHA-256 over card, vocabulary and weights: equal numbers come from equal fingerprints."""
    digest = hashlib.sha256()
    for name in (CARD, "vocab.txt", WEIGHTS, WIDE, SHORTCUT):
        if (folder / name).is_file():
            digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
