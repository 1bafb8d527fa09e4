"""Optimisers of the encoder, the same for pre-training and for learning the tags.

Muon makes a matrix's update orthogonal (Jordan et al. 2024); scaled to AdamW's step (Liu et al. 2025, arXiv:2502.16982) it
uses the same learning rate and needs about a third fewer steps. It is for the matrices between embedding and output alone.
"""

import re

import torch

KINDS = ("muon", "adamw")
LAYER = re.compile(r"\.layers?\.\d+\.")  # as families of encoders name what lies between embedding and output


def optimisers(
    model: torch.nn.Module, kind: str, learning_rate: float, weight_decay: float
) -> list[torch.optim.Optimizer]:
    """AdamW for everything, or Muon for the matrices of the layers and AdamW for the rest; vectors do not decay.

    Raises
    ------
    ValueError
        If `kind` is none of `KINDS`.
    """
    if kind not in KINDS:
        raise ValueError(f"optimiser must be {' or '.join(KINDS)}, was: {kind}")
    inner = [
        p for name, p in model.named_parameters() if kind == "muon" and p.ndim == 2 and LAYER.search(name)
    ]
    turned = {id(p) for p in inner}
    others = [p for p in model.parameters() if id(p) not in turned]
    groups = [
        {"params": [p for p in others if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in others if p.ndim < 2], "weight_decay": 0.0},
    ]
    found: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(groups, lr=learning_rate, betas=(0.9, 0.98), fused=True)
    ]
    if inner:
        muon = torch.optim.Muon(
            inner, lr=learning_rate, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw"
        )
        found.append(muon)
    return found


def set_learning_rate(optimisers: list[torch.optim.Optimizer], rate: float) -> None:
    """Let every group of every optimiser learn at `rate`."""
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = rate


def step(optimisers: list[torch.optim.Optimizer]) -> None:
    """Follow the gradients, and forget them."""
    for optimiser in optimisers:
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
