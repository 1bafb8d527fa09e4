"""Replaced-token detection: an encoder that learns from every token of a row, not from the hidden ones alone.

A small generator fills the hidden words; the encoder reads the filled row, says of every token whether it was replaced
(ELECTRA; Clark et al. 2020, arXiv:2003.10555) and names the right token where a word was hidden (corrective language
modelling; Meng et al. 2021, arXiv:2102.08473). Where compute is short this learns more from a token than masking does.
`pretrain` runs the steps; the generator is thrown away when they are done.
"""

import torch
from torch import nn
from torch.nn import functional
from transformers import ModernBertForMaskedLM

from ..model.encoder import EncoderSize, encoder_config
from .masking import IGNORED

DETECTION_WEIGHT = 50.0  # of the detection loss beside the two cross-entropies, as in the paper


def generator_size(size: EncoderSize) -> EncoderSize:
    """Half as wide and half as deep: a generator too good leaves nothing that can be detected."""
    return EncoderSize(
        max(1, size.layers // 2), size.hidden // 2, max(1, size.heads // 2), size.intermediate // 2
    )


class ReplacedTokenDetection(nn.Module):
    """Generator and encoder under one loss.

    Parameters
    ----------
    encoder
        What is trained; its output layer names the right tokens.
    size
        The encoder's size, from which the generator's follows.
    """

    def __init__(self, encoder: ModernBertForMaskedLM, size: EncoderSize):
        super().__init__()
        self.encoder = encoder
        config = encoder_config(encoder.config.vocab_size, generator_size(size), sparse_prediction=True)
        self.generator = ModernBertForMaskedLM(config)
        self.detector = nn.Linear(size.hidden, 1)

    def forward(
        self, ids: torch.Tensor, labels: torch.Tensor, mask: dict[str, torch.Tensor], seed: int
    ) -> torch.Tensor:
        """Loss of one batch; `ids` and `labels` int64 (rows, length), `seed` decides what the generator draws."""
        hidden = labels != IGNORED
        right = labels[hidden]
        guess = self.generator.decoder(
            self.generator.head(self.generator.model(ids, attention_mask=mask)[0][hidden])
        ).float()
        filled = ids.clone()
        filled[hidden] = _draw(guess.detach(), seed)
        # A hidden word that was left in place or swapped at random is filled like the others.
        replaced = torch.zeros(ids.shape, dtype=torch.bool, device=ids.device)
        replaced[hidden] = filled[hidden] != right
        states = self.encoder.model(filled, attention_mask=mask)[0]  # (rows, length, hidden size)
        detected = self.detector(states).squeeze(-1).float()
        corrected = self.encoder.decoder(self.encoder.head(states[hidden])).float()
        return (
            functional.cross_entropy(guess, right)
            + functional.cross_entropy(corrected, right)
            + DETECTION_WEIGHT
            * functional.binary_cross_entropy_with_logits(detected, replaced.to(detected.dtype))
        )


def _draw(logits: torch.Tensor, seed: int) -> torch.Tensor:
    """One token per row of `logits` (n, vocabulary) by its probability: one uniform number each, looked up in the sums."""
    source = torch.Generator(device=logits.device).manual_seed(seed)
    uniform = torch.rand(logits.shape[0], 1, device=logits.device, generator=source)
    sums = logits.softmax(dim=-1).cumsum(dim=-1)
    return torch.searchsorted(sums, uniform * sums[:, -1:]).squeeze(-1).clamp(max=logits.shape[1] - 1)
