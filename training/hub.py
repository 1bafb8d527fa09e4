"""Encoders of a model hub, read by single characters: what lets `fit --encoder NAME` take another family than our own.

Chinese encoders of the hub (`hfl/chinese-macbert-base`, `BAAI/bge-small-zh-v1.5`) hold every Chinese character as one token.
Their embeddings of single characters are kept, in the order of a `Vocabulary` of ours; a platform code (`[doge]`) starts as
the mean of the characters in it. Pieces of Latin words are given up: letters are read one by one, as everywhere here.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

from ..model.checkpoint import DEFAULT
from ..model.errors import InputError
from ..model.vocabulary import CLS, PAD, SEP, SPECIALS, Vocabulary

LEAST_CHARACTERS = 1000  # fewer single characters are no encoder of Chinese


@contextlib.contextmanager
def encoder_folder(name: str) -> Iterator[Path]:
    """The folder of an encoder that reads by our characters: `name` itself, or what `adopt` makes of it for the while.

    Parameters
    ----------
    name
        A folder that `huizan-train pretrain` wrote, a folder of another encoder, or its name on the hub.
    """
    listed = Path(name) / "vocab.txt"
    if (
        listed.is_file()
        and tuple(listed.read_text(encoding="utf-8").split("\n")[: len(SPECIALS)]) == SPECIALS
    ):
        yield Path(name)
        return
    with tempfile.TemporaryDirectory(prefix="huizan-encoder-") as folder:
        yield adopt(name, Path(folder))


def adopt(name: str, folder: Path) -> Path:
    """Write an encoder anew, with our vocabulary and its own weights.

    Raises
    ------
    InputError
        If there is no such encoder, or it does not read Chinese by characters.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model = AutoModel.from_pretrained(name, dtype=torch.float32)
    except (OSError, ValueError) as problem:
        raise InputError(
            "--encoder is a folder that `huizan-train pretrain` wrote, or an encoder that `transformers` can load",
            f"{name}: {str(problem).splitlines()[0]}",
            "Give a folder, or a name on the model hub while it can be reached",
        ) from problem
    known = tokenizer.get_vocab()
    characters = sorted((token for token in known if len(token) == 1), key=known.__getitem__)
    marks = [
        tokenizer.pad_token,
        tokenizer.unk_token,
        tokenizer.cls_token,
        tokenizer.sep_token,
        tokenizer.mask_token,
    ]
    if len(characters) < LEAST_CHARACTERS or None in marks:
        raise InputError(
            "An encoder reads Chinese by single characters, and has tokens for padding, the unknown, begin, end and mask",
            f"{name}: {len(characters):,} single characters, marks {marks}",
            "Take one of the BERT family for Chinese, such as hfl/chinese-macbert-base",
        )
    codes = [
        token for token in Vocabulary.read(DEFAULT / "vocab.txt").tokens[len(SPECIALS) :] if len(token) > 1
    ]
    spaces = [] if " " in known else [" "]
    vocabulary = Vocabulary([*SPECIALS, *codes, *spaces, *characters])
    of_token = {token: [known[mark]] for token, mark in zip(SPECIALS, marks, strict=True)}
    everything = [known[character] for character in characters]
    old = model.get_input_embeddings().weight.detach()
    rows = [
        old[of_token.get(token) or [known[c] for c in token if c in known] or everything].mean(dim=0)
        for token in vocabulary.tokens
    ]
    model.set_input_embeddings(
        torch.nn.Embedding.from_pretrained(torch.stack(rows), freeze=False, padding_idx=PAD)
    )
    model.config.vocab_size = len(vocabulary)
    model.config.pad_token_id, model.config.cls_token_id, model.config.sep_token_id = PAD, CLS, SEP
    model.save_pretrained(folder)
    vocabulary.write(folder / "vocab.txt")
    return folder
