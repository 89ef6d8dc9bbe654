"""Record the inputs of linear layers and prepare them for 8 bits, where all inputs of a window share one scale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from inquit.training.network.attribution_network import AttributionNetwork

Floats = NDArray[np.float32]

OUTLIER = 20.0
"""How many times larger than a usual token's largest value an input may be before 8 bits cannot represent both."""

SMOOTHING = 0.8
"""How much of the difference between input channels is moved to the weights; .65 to .8 were tried
(docs/experiments.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerInputs:
    """The inputs of a linear layer, recorded while articles were read.

    Attributes:
        largest: shape (n_inputs,), the largest absolute value of each channel.
        usual: the largest absolute value of a token, as the median over a window's tokens, averaged over windows.
    """

    largest: Floats
    usual: float


def watch_inputs(network: AttributionNetwork, read: Callable[[], None]) -> dict[str, LayerInputs]:
    """Record the inputs of the encoder's linear layers, by name, while ``read`` reads articles with the network."""
    largest: dict[str, Floats] = {}
    usual: defaultdict[str, list[float]] = defaultdict(list)

    def watch(name: str, inputs: Tensor) -> None:
        values = inputs.detach().float().abs().flatten(0, -2)
        of_channels = values.amax(dim=0).numpy()
        largest[name] = np.maximum(largest.get(name, of_channels), of_channels)
        usual[name].append(float(values.amax(dim=1).median()))

    hooks = [
        module.register_forward_pre_hook(lambda _, inputs, name=name: watch(name, inputs[0]))
        for name, module in network.named_modules()
        if name.startswith("encoder.") and isinstance(module, nn.Linear)
    ]
    try:
        read()
    finally:
        for hook in hooks:
            hook.remove()
    return {name: LayerInputs(largest[name], fmean(usual[name])) for name in largest}


def outlier_layers(inputs: Mapping[str, LayerInputs]) -> set[str]:
    """The layers whose inputs have outliers. MPNet-base has five such layers, MiniLM none.

    A single token with values far beyond the others leaves those only a few steps of 8 bits (Bondarenko, Nagel and
    Blankevoort 2021).
    """
    return {name for name, of_layer in inputs.items() if of_layer.largest.max() > OUTLIER * of_layer.usual}


def smoothing_scales(largest: Floats, weights: Floats) -> Floats:
    """The factors, one per channel, to divide a layer's inputs by and multiply its weights with: shape (n_inputs,).

    With them, no single channel takes up most of the scale (SmoothQuant, Xiao et al. 2023).

    Args:
        largest: shape (n_inputs,), as in `LayerInputs`.
        weights: shape (n_outputs, n_inputs), of all layers that share the inputs.
    """
    of_inputs = SMOOTHING * np.log(np.maximum(largest, 1e-3))
    of_weights = (1 - SMOOTHING) * np.log(np.maximum(np.abs(weights).max(axis=0), 1e-5))
    logs = of_inputs - of_weights
    scales: Floats = np.exp(logs - logs.mean()).astype(np.float32)
    return scales
