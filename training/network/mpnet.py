"""Faster attention for MPNet: plain matrix products, with relative bias and mask added up once for all layers."""

from __future__ import annotations

from types import MethodType
from typing import Any

import torch
from torch import Tensor, nn


def use_fast_attention(encoder: nn.Module) -> None:
    """Let an MPNet encoder compute attention with plain matrix products; any other encoder stays unchanged.

    With a bias, PyTorch's fused attention takes two thirds more time on a CPU, forward and backward together, and
    transformers' own MPNet attention adds bias and mask to the scores in every layer. The relative bias is frozen.
    """
    if getattr(encoder.config, "model_type", None) != "mpnet":
        return
    layers: Any = encoder.encoder
    layers.relative_attention_bias.requires_grad_(False)
    layers.register_forward_pre_hook(_with_bias_in_mask, with_kwargs=True)
    for layer in layers.layer:
        layer.attention.attn.forward = MethodType(_attend, layer.attention.attn)


def _with_bias_in_mask(layers: Any, inputs: tuple[Tensor], options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Replace ``attention_mask`` by the sum to add to the scores: shape (n_windows * n_heads, n_pieces, n_pieces)."""
    (states,) = inputs
    bias = layers.compute_position_bias(states)
    if (mask := options["attention_mask"]) is not None:
        bias = bias + mask
    if torch.is_autocast_enabled("cpu"):
        bias = bias.to(torch.get_autocast_dtype("cpu"))
    bias = bias.expand(len(states), -1, -1, -1).flatten(0, 1)
    return inputs, {**options, "attention_mask": bias}


def _attend(attention: Any, hidden_states: Tensor, attention_mask: Tensor, *_: Any, **__: Any) -> tuple[Tensor]:
    n_windows, n_pieces = hidden_states.shape[:2]
    size = attention.attention_head_size
    query, key, value = (
        layer(hidden_states).view(n_windows, n_pieces, -1, size).transpose(1, 2).flatten(0, 1)
        for layer in (attention.q, attention.k, attention.v)
    )
    scores = torch.baddbmm(attention_mask, query, key.transpose(1, 2), alpha=size**-0.5)
    context = torch.bmm(scores.softmax(-1), value)
    context = context.view(n_windows, -1, n_pieces, size).transpose(1, 2).flatten(2)
    return (attention.o(context),)
