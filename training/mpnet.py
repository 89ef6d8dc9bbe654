"""A faster attention for MPNet, whose own in transformers adds the relative bias by hand and keeps all scores."""

from __future__ import annotations

from types import MethodType
from typing import Any

from torch import Tensor, nn


def use_fast_attention(encoder: nn.Module) -> None:
    """Let an MPNet encoder use PyTorch's fused attention; any other encoder is left as it is.

    The relative bias is frozen: with a gradient through the bias there is no fused kernel, and training is four times
    slower.
    """
    if getattr(encoder.config, "model_type", None) != "mpnet":
        return
    encoder.encoder.relative_attention_bias.requires_grad_(False)  # type: ignore[union-attr]
    for layer in encoder.encoder.layer:  # type: ignore[union-attr]
        layer.attention.attn.forward = MethodType(_attend, layer.attention.attn)


def _attend(
    attention: Any,
    hidden_states: Tensor,
    attention_mask: Tensor | None = None,
    position_bias: Tensor | None = None,
    output_attentions: bool = False,
    **_: Any,
) -> tuple[Tensor]:
    shape = (*hidden_states.shape[:-1], attention.num_attention_heads, attention.attention_head_size)
    query, key, value = (
        layer(hidden_states).view(shape).transpose(1, 2) for layer in (attention.q, attention.k, attention.v)
    )
    if position_bias is not None and attention_mask is not None:
        position_bias = position_bias + attention_mask
    mask = None if position_bias is None else position_bias.to(query.dtype)
    context = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    return (attention.o(context.transpose(1, 2).reshape(hidden_states.shape)),)
