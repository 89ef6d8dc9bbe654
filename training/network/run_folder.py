"""The folder of a network that is being fitted: configuration and tokenizer, checkpoints, and starting weights."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.optim.swa_utils import AveragedModel
from transformers import AutoConfig

from inquit.inference.writers import open_atomically
from inquit.training.config import TrainingConfig
from inquit.training.network.attribution_network import AttributionNetwork

NETWORK_FILE, STATE_FILE, OPTIMIZER_FILE = "network.safetensors", "state.json", "optimizer.pt"
UNAVERAGED_FILE, START_FILE = "unaveraged.safetensors", "start.safetensors"
CONFIG_FILE = "training.json"
_EPOCH, _CHECKPOINT = "epoch-", "checkpoint"


@dataclass(slots=True)
class History:
    """The course of training, for the report: one entry per epoch."""

    losses: list[dict[str, float]] = field(default_factory=list)
    scores: list[dict[str, float]] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    steps: int = 0
    minutes: float = 0.0


def save_checkpoint(
    network: AttributionNetwork,
    average: AveragedModel,
    optimizer: torch.optim.Optimizer,
    history: History,
    output: Path,
) -> None:
    """Write both networks and the optimizer to a folder for the epoch.

    The history, which names that folder, is written afterwards, so that it only ever names a complete one. The previous
    epoch is deleted last.
    """
    checkpoint = output / f"{_EPOCH}{len(history.losses)}"
    shutil.rmtree(checkpoint, ignore_errors=True)
    checkpoint.mkdir(parents=True)
    save_file(average.module.state_dict(), checkpoint / NETWORK_FILE)
    save_file(network.state_dict(), checkpoint / UNAVERAGED_FILE)
    torch.save(optimizer.state_dict(), checkpoint / OPTIMIZER_FILE)
    _write_json(output / STATE_FILE, {_CHECKPOINT: checkpoint.name, **asdict(history)})
    for other in output.glob(f"{_EPOCH}*"):
        if other != checkpoint:
            shutil.rmtree(other)


def load_checkpoint(
    network: AttributionNetwork, average: AveragedModel, optimizer: torch.optim.Optimizer, output: Path
) -> History:
    checkpoint, history = _last_epoch(output)
    network.load_state_dict(load_file(checkpoint / UNAVERAGED_FILE))
    average.module.load_state_dict(load_file(checkpoint / NETWORK_FILE))
    average.n_averaged.fill_(history.steps)
    optimizer.load_state_dict(torch.load(checkpoint / OPTIMIZER_FILE, weights_only=True))
    return history


def _last_epoch(output: Path) -> tuple[Path, History]:
    """The folder of the last finished epoch, and the history; old runs name no folder and have it all in their own."""
    state = json.loads((output / STATE_FILE).read_text(encoding="utf-8"))
    return output / state.pop(_CHECKPOINT, "."), History(**state)


def network_file(output: Path) -> Path:
    """The file with the weights of the last finished epoch."""
    return _last_epoch(output)[0] / NETWORK_FILE


def save_network_frame(network: AttributionNetwork, tokenizer: Tokenizer, config: TrainingConfig, output: Path) -> None:
    """Write what `load_network` needs besides the weights: encoder configuration, tokenizer, training configuration."""
    output.mkdir(parents=True, exist_ok=True)
    network.encoder.config.save_pretrained(output / "encoder")  # type: ignore[union-attr, operator]
    tokenizer.save(str(output / "tokenizer.json"))
    save_config(config, output)


def save_config(config: TrainingConfig, output: Path) -> None:
    """Write the training configuration; a resumed run replaces its earlier one."""
    _write_json(output / CONFIG_FILE, config.to_dict())


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    with open_atomically(path) as file:
        file.write(json.dumps(data, indent=1).encode())


def save_start(network: AttributionNetwork, output: Path) -> None:
    """Write the weights that training starts with."""
    temporary = output / f".tmp-{START_FILE}"
    save_file(network.state_dict(), temporary)
    os.replace(temporary, output / START_FILE)


def load_network(folder: Path, weights: Path | None = None) -> tuple[AttributionNetwork, Tokenizer]:
    """Load a fitted network and its tokenizer from a run's folder; ``weights``: instead of those fitted last."""
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    network = AttributionNetwork.from_config(
        AutoConfig.from_pretrained(folder / "encoder"),
        n_pair_dimensions=config["n_pair_dimensions"],
        dropout=config["optimizer"]["dropout"],
    )
    network.load_state_dict(load_file(weights or network_file(folder)))
    return network.eval(), load_tokenizer(folder)


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load the folder's tokenizer, with truncation and padding turned off: some tokenizers come with both on."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
