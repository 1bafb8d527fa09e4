"""An encoder read twice in PyTorch: with every layer computed, and by the shortcut (`model.shortcut`).

`shortening` teaches both readings to say the same.
"""

from typing import Any

import numpy as np
import torch
from torch import nn

from ..model.shortcut import Shortcut

FROZEN = 1  # layers that stay, and the embeddings: both readings begin with them
_RIDGE = 1e-4
_Rotations = tuple[torch.Tensor, torch.Tensor]


class Twofold(nn.Module):
    """A ModernBERT classifier `network`, and `key` and `value` (hidden, hidden), by which its last layer reads from afar."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network
        hidden = network.config.hidden_size
        self.key, self.value = (
            nn.Parameter(torch.zeros(hidden, hidden, device=network.device)) for _ in range(2)
        )
        core = network.model
        for part in (core.embeddings, *core.layers[:FROZEN]):
            part.requires_grad_(False)

    @property
    def shortcut(self) -> Shortcut:
        """The shortcut as it is now."""
        return Shortcut(*(part.detach().cpu().numpy() for part in (self.key, self.value)))

    def forward(self, ids: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (rows, heads) of ids (rows, length): with every layer computed, and by the shortcut."""
        x, where = self._entering(ids)
        before, last = self.network.model.layers[-2:]
        normed = before.attn_norm(x)
        far = [normed @ part.T for part in (self.key, self.value)]
        x = before(x, attention_mask=None, position_embeddings=where)
        first = x[:, :1]
        first = first + _attended(last, first, far)
        first = first + last.mlp(last.mlp_norm(first))
        return self._told(last(x, attention_mask=None, position_embeddings=where)), self._told(first)

    @torch.no_grad()
    def begin(self, batches: list[np.ndarray]) -> None:
        """Keys and values of the last layer, of its norm as least squares tell it from the norm a layer earlier."""
        before, last = self.network.model.layers[-2:]
        hidden = self.network.config.hidden_size
        gram, cross = (torch.zeros(hidden, hidden, dtype=torch.float64) for _ in range(2))
        for ids in batches:
            x, where = self._entering(ids)
            after = before(x, attention_mask=None, position_embeddings=where)
            a, b = (y.flatten(0, 1).double().cpu() for y in (before.attn_norm(x), last.attn_norm(after)))
            gram += a.T @ a
            cross += a.T @ b
        gram += torch.eye(hidden) * _RIDGE * gram.diagonal().mean()
        jump = torch.linalg.solve(gram, cross).T.to(self.key)
        _, key, value = last.attn.Wqkv.weight.chunk(3)
        self.key.copy_(key @ jump)
        self.value.copy_(value @ jump)

    def _entering(self, ids: np.ndarray) -> tuple[torch.Tensor, _Rotations]:
        """What enters the last layer but one (rows, length, hidden), and the rotations of positions."""
        core, given = self.network.model, torch.from_numpy(ids).to(self.key.device)
        steps = torch.arange(ids.shape[1], device=given.device)[None]
        x = core.embeddings(input_ids=given)
        where = core.rotary_emb(x, steps, "full_attention")
        for layer in core.layers[:-2]:
            x = layer(x, attention_mask=None, position_embeddings=where)
        return x, where

    def _told(self, x: torch.Tensor) -> torch.Tensor:
        return self.network.classifier(self.network.head(self.network.model.final_norm(x)[:, 0]))


def _attended(layer: Any, x: torch.Tensor, far: list[torch.Tensor]) -> torch.Tensor:
    """What attention adds to x (rows, 1, hidden), the first position; by keys and values `far`, none of them rotated."""
    query = layer.attn_norm(x) @ layer.attn.Wqkv.weight.chunk(3)[0].T
    q, k, v = (part.unflatten(-1, (-1, layer.attn.head_dim)).transpose(1, 2) for part in (query, *far))
    return layer.attn.Wo(nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
