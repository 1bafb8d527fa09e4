"""An encoder read twice in PyTorch: with every layer computed, and by the shortcut (`model.shortcut`).

`shortening` teaches both readings to say the same.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers.models.modernbert.modeling_modernbert import rotate_half

from ..model.shortcut import Shortcut

FROZEN = 1  # layers that stay, and the embeddings: both readings begin with them
_RIDGE = 1e-4
_SMALL = 0.01  # of queries before they are fitted
_RATE, _STEPS = 1e-3, 300  # of the queries' first fit
_Rotations = tuple[torch.Tensor, torch.Tensor]


class Twofold(nn.Module):
    """A ModernBERT classifier `network`, and the shortcut's `query` and `value`, both (heads, hidden, hidden).

    The shortcut has twice the heads of a layer; those that the last layer has come first.
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network
        hidden, heads = network.config.hidden_size, 2 * network.config.num_attention_heads
        self.query = nn.Parameter(
            torch.empty(heads, hidden, hidden, device=network.device).normal_(0, _SMALL)
        )
        self.value = nn.Parameter(torch.zeros(heads, hidden, hidden, device=network.device))
        core = network.model
        for part in (core.embeddings, *core.layers[:FROZEN]):
            part.requires_grad_(False)

    @property
    def shortcut(self) -> Shortcut:
        """The shortcut as it is now."""
        return Shortcut(*(part.detach().cpu().numpy() for part in (self.query, self.value)))

    def forward(self, ids: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (rows, heads) of ids (rows, length): with every layer computed, and by the shortcut."""
        x, where = self._entering(ids)
        before, last = self.network.model.layers[-2:]
        normed = before.attn_norm(x)
        keys = _keys(before, normed, where)
        x = before(x, attention_mask=None, position_embeddings=where)
        first = x[:, :1]
        weights = torch.softmax(self._scores(last.attn_norm(first), keys), dim=-1)
        first = first + torch.einsum("bhi,hoi->bo", weights @ normed, self.value)[:, None]
        first = first + last.mlp(last.mlp_norm(first))
        return self._told(last(x, attention_mask=None, position_embeddings=where)), self._told(first)

    def begin(self, batches: list[np.ndarray]) -> None:
        """Fit the shortcut on what the last layer does with every layer computed.

        Values are the last layer's, of its norm as least squares tell it from the norm a layer earlier; queries follow its
        scores, by gradient.
        """
        before, last = self.network.model.layers[-2:]
        hidden = self.network.config.hidden_size
        gram, cross = (torch.zeros(hidden, hidden, dtype=torch.float64) for _ in range(2))
        optimiser = torch.optim.Adam([self.query], lr=_RATE)
        for ids in _drawn(batches):
            with torch.no_grad():
                x, where = self._entering(ids)
                after = last.attn_norm(before(x, attention_mask=None, position_embeddings=where))
                normed = before.attn_norm(x)
                a, b = (y.flatten(0, 1).double().cpu() for y in (normed, after))
                gram += a.T @ a
                cross += a.T @ b
                query = after[:, 0] @ last.attn.Wqkv.weight.chunk(3)[0].T
                wanted, known = (_keys(layer, y, where) for layer, y in ((last, after), (before, normed)))
                heads = (part.unflatten(-1, (-1, last.attn.head_dim)) for part in (query, wanted))
                wanted = torch.einsum("bhd,bshd->bhs", *heads) / last.attn.head_dim**0.5
            apart = self._scores(after[:, :1], known)[:, : wanted.shape[1]] - wanted
            loss = (apart - apart.mean(dim=-1, keepdim=True)).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        gram += torch.eye(hidden) * _RIDGE * gram.diagonal().mean()
        jump = torch.linalg.solve(gram, cross).T.to(self.value)
        values = (last.attn.Wqkv.weight.chunk(3)[2] @ jump).split(last.attn.head_dim)
        with torch.no_grad():
            for into, out, value in zip(
                self.value, last.attn.Wo.weight.split(last.attn.head_dim, dim=1), values, strict=False
            ):
                into.copy_(out @ value)

    def _entering(self, ids: np.ndarray) -> tuple[torch.Tensor, _Rotations]:
        """What enters the last layer but one (rows, length, hidden), and the rotations of positions."""
        core, given = self.network.model, torch.from_numpy(ids).to(self.value.device)
        steps = torch.arange(ids.shape[1], device=given.device)[None]
        x = core.embeddings(input_ids=given)
        where = core.rotary_emb(x, steps, "full_attention")
        for layer in core.layers[:-2]:
            x = layer(x, attention_mask=None, position_embeddings=where)
        return x, where

    def _scores(self, first: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
        """What each head of the shortcut asks of all keys (rows, length, hidden); (rows, heads, length)."""
        asked = (first @ self.query.flatten(0, 1).T).unflatten(-1, (-1, keys.shape[-1])).squeeze(1)
        return asked @ keys.transpose(1, 2) / self.network.model.layers[-1].attn.head_dim ** 0.5

    def _told(self, x: torch.Tensor) -> torch.Tensor:
        return self.network.classifier(self.network.head(self.network.model.final_norm(x)[:, 0]))


def _drawn(batches: list[np.ndarray]) -> Iterator[np.ndarray]:
    """Batches in an order of chance, again and again."""
    random = np.random.default_rng(0)
    for _ in range(_STEPS):
        yield batches[random.integers(len(batches))]


def _keys(layer: Any, normed: torch.Tensor, where: _Rotations) -> torch.Tensor:
    """The rotated keys of a layer's attention; (rows, length, hidden)."""
    keys = (normed @ layer.attn.Wqkv.weight.chunk(3)[1].T).unflatten(-1, (-1, layer.attn.head_dim))
    cos, sin = (part.unsqueeze(2) for part in where)
    return (keys * cos + rotate_half(keys) * sin).flatten(2)
