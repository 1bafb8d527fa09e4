"""The encoder: a small bidirectional transformer that reads characters.

ModernBERT's design (rotary positions, pre-norm, gated MLP, no biases; Warner et al. 2024, arXiv:2412.13663) as
`transformers` implements it, so that `AutoModel` loads what is trained here. Attention is global in every layer: the
texts are short. This module only decides sizes; heads are in `tagger`.
"""

from dataclasses import dataclass

from transformers import ModernBertConfig

from .vocabulary import CLS, PAD, SEP


@dataclass(frozen=True)
class EncoderSize:
    """Width and depth of an encoder; `hidden` must be a multiple of `heads`."""

    layers: int = 6
    hidden: int = 256
    heads: int = 4
    intermediate: int = 512


def encoder_config(vocabulary_size: int, size: EncoderSize, **changes) -> ModernBertConfig:
    """Configuration of an encoder over `vocabulary_size` tokens; `changes` go to `ModernBertConfig`."""
    return ModernBertConfig(
        vocab_size=vocabulary_size,
        hidden_size=size.hidden,
        intermediate_size=size.intermediate,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        max_position_embeddings=1024,
        layer_types=["full_attention"] * size.layers,
        # Rotary wavelengths for texts of tens to hundreds of characters, not thousands.
        rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": 10_000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0},
        },
        pad_token_id=PAD,
        cls_token_id=CLS,
        bos_token_id=CLS,
        sep_token_id=SEP,
        eos_token_id=SEP,
        **changes,
    )
