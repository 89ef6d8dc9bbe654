"""Cut attention heads: attention is the half of a window's cost that 8-bit weights do not make cheaper.

The heads that the loss hardly depends on are cut (Michel, Levy and Neubig 2019) before training continues, in which the
others learn to do without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn


def cut_heads(encoder: nn.Module, n_heads: int, losses: Iterable[Tensor]) -> None:
    """Keep the ``n_heads`` attention heads of a BERT encoder that the losses depend on most, at least one per layer.

    Args:
        losses: scalars, each computed lazily with the encoder in its present state.

    Raises:
        ValueError: the encoder is not a BERT, or ``n_heads`` is less than its layers or more than its heads.
    """
    if encoder.config.model_type != "bert":  # type: ignore[union-attr]
        raise ValueError(f"heads are cut from BERT encoders only, got {encoder.config.model_type!r}")  # type: ignore[union-attr]
    importance = head_importance(encoder, losses)
    if not len(importance) <= n_heads <= sum(map(len, importance)):
        raise ValueError(
            f"heads must be between {len(importance)}, one per layer, and the encoder's {sum(map(len, importance))}, "
            f"got {n_heads}"
        )
    ranked = sorted(
        (
            (torch.inf if head == int(row.argmax()) else float(share), layer, head)
            for layer, row in enumerate(importance)
            for head, share in enumerate(row)
        ),
        reverse=True,
    )
    kept = ranked[:n_heads]
    keep_heads(encoder, [sorted(head for _, of, head in kept if of == layer) for layer in range(len(importance))])


def head_importance(encoder: nn.Module, losses: Iterable[Tensor]) -> list[Tensor]:
    """How much the loss depends on each head's output, relative to its layer: for each layer, shape (n_heads,)."""
    layers = _attentions(encoder)
    gates = [torch.ones(layer.self.num_attention_heads, requires_grad=True) for layer in layers]
    hooks = [
        layer.output.dense.register_forward_pre_hook(_gated_by(gate, layer.self.attention_head_size))
        for layer, gate in zip(layers, gates, strict=True)
    ]
    importance = [torch.zeros_like(gate) for gate in gates]
    try:
        for loss in losses:
            for total, gradient in zip(importance, torch.autograd.grad(loss, gates), strict=True):
                total += gradient.abs()
    finally:
        for hook in hooks:
            hook.remove()
    return [total.detach() / total.norm().clamp_min(1e-12) for total in importance]


def count_heads(encoder: nn.Module) -> int:
    """The number of attention heads in all layers of a BERT encoder; 0 for any other encoder."""
    is_bert = encoder.config.model_type == "bert"  # type: ignore[union-attr]
    return sum(layer.self.num_attention_heads for layer in _attentions(encoder)) if is_bert else 0


def _gated_by(gate: Tensor, size: int) -> Any:
    return lambda module, inputs: (inputs[0] * gate.repeat_interleave(size),)


def keep_heads(encoder: nn.Module, kept: Sequence[Sequence[int]]) -> None:
    """Cut all but these heads of each layer, and record in the encoder's configuration how many are left."""
    for layer, heads in zip(_attentions(encoder), kept, strict=True):
        attention = layer.self
        size = attention.attention_head_size
        rows = torch.cat([torch.arange(head * size, (head + 1) * size) for head in heads])
        for name in ("query", "key", "value"):
            setattr(attention, name, _linear(*(tensor[rows] for tensor in _weights(getattr(attention, name)))))
        weight, bias = _weights(layer.output.dense)
        layer.output.dense = _linear(weight[:, rows], bias)
        attention.num_attention_heads, attention.all_head_size = len(heads), len(rows)
    encoder.config.heads_by_layer = [len(heads) for heads in kept]  # type: ignore[union-attr]


def shape_heads(encoder: nn.Module) -> None:
    """Cut an encoder made from its configuration to as many heads as that records; its weights do not matter."""
    if (left := getattr(encoder.config, "heads_by_layer", None)) is not None:
        keep_heads(encoder, [range(n) for n in left])


def _attentions(encoder: nn.Module) -> list[Any]:
    return [layer.attention for layer in encoder.encoder.layer]  # type: ignore[union-attr]


def _weights(linear: nn.Linear) -> tuple[Tensor, Tensor]:
    return linear.weight.detach(), linear.bias.detach()


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    linear = nn.Linear(weight.shape[1], weight.shape[0])
    linear.weight, linear.bias = nn.Parameter(weight.clone()), nn.Parameter(bias.clone())
    return linear
