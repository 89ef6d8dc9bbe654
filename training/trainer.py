"""Fit a network on labelled documents: schedule, checkpoints, progress."""

from __future__ import annotations

import json
import logging
import math
import os
import random
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.optim.swa_utils import AveragedModel
from transformers import AutoConfig

from inquit.inference.writers import open_atomically
from inquit.models.pieces import Window
from inquit.training.batches import Batch, collate, cut_windows
from inquit.training.config import OptimizerConfig, TrainingConfig
from inquit.training.examples import LabelledDocument
from inquit.training.losses import batch_losses
from inquit.training.network import AttributionNetwork
from inquit.training.renaming import Pool, rename, surname_pool

logger = logging.getLogger(__name__)

ParamList = list[Tensor] | tuple[Tensor, ...]

NETWORK_FILE, STATE_FILE, OPTIMIZER_FILE = "network.safetensors", "state.json", "optimizer.pt"
UNAVERAGED_FILE, START_FILE = "unaveraged.safetensors", "start.safetensors"
CONFIG_FILE = "training.json"
_EPOCH, _CHECKPOINT = "epoch-", "checkpoint"
_N_SAMPLED = 60  # batches whose loss is sampled


@dataclass(slots=True)
class History:
    """What happened in training, for the report: one entry an epoch."""

    losses: list[dict[str, float]] = field(default_factory=list)
    scores: list[dict[str, float]] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    steps: int = 0
    minutes: float = 0.0


def special_pieces(tokenizer: Tokenizer) -> tuple[int, int, int]:
    """Ids of the pieces that start, end and pad a window, by the names that the common tokenizers use."""
    return _piece(tokenizer, "[CLS]", "<s>"), _piece(tokenizer, "[SEP]", "</s>"), _piece(tokenizer, "[PAD]", "<pad>")


def _piece(tokenizer: Tokenizer, *names: str) -> int:
    """The piece of the first of these names that the tokenizer has."""
    for name in names:
        if (piece := tokenizer.token_to_id(name)) is not None:
            return int(piece)
    raise ValueError(f"the tokenizer has none of the special pieces {names}")


def fit(
    network: AttributionNetwork,
    documents: Sequence[LabelledDocument],
    tokenizer: Tokenizer,
    config: TrainingConfig,
    output: Path,
    *,
    resume: bool = False,
    evaluate: Callable[[AttributionNetwork], dict[str, float]] | None = None,
) -> History:
    """Fit ``network`` in place; after every epoch a checkpoint is written to ``output``.

    Args:
        documents: read in a new order each epoch; a document may occur several times.
        resume: go on after the last finished epoch that ``output`` holds, if it holds one.
        evaluate: gives the scores of an epoch; called after each.
    """
    special, hidden = special_pieces(tokenizer), _piece(tokenizer, "[MASK]", "<mask>", "[UNK]", "<unk>")
    optimizer = _make_optimizer(network, config.optimizer)
    average = AveragedModel(network, multi_avg_fn=_moving_average(config.optimizer.average))
    history = History()
    if resume and (output / STATE_FILE).exists():
        history = load_checkpoint(network, average, optimizer, output)
        logger.info("resumed after epoch %d", len(history.losses))
    schedule = _Schedule(config.optimizer, history.minutes)
    surnames = surname_pool(documents) if config.optimizer.renamed else {}
    for epoch in range(len(history.losses), config.optimizer.epochs):
        if schedule.is_over():
            break
        batches = _plan_epoch(documents, config, epoch, surnames)
        cpu, epoch_losses = time.process_time(), _Mean()
        rng = np.random.default_rng([config.seed, epoch])
        network.train()
        for i, windows in enumerate(batches):
            if schedule.is_over():
                break
            progress = (epoch + i / len(batches)) / config.optimizer.epochs
            schedule.set_rates(optimizer, progress)
            batch = collate(windows, special)
            hide_pieces(batch, config.optimizer.hidden_pieces, hidden, special, rng)
            epoch_losses.add(_step(network, optimizer, batch, config))
            average.update_parameters(network)
            history.steps += 1
            if i % 25 == 0:
                logger.info(
                    "epoch %d batch %d/%d rate x%.3f %.1f min | %s",
                    epoch + 1, i, len(batches), schedule.factor(progress), schedule.minutes(), epoch_losses,
                )  # fmt: skip
        if not epoch_losses.n:
            break
        history.losses.append(epoch_losses.values())
        history.cpu_seconds.append(time.process_time() - cpu)
        if evaluate is not None:
            history.scores.append(evaluate(cast(AttributionNetwork, average.module.eval())))
            logger.info("epoch %d scores %s", epoch + 1, history.scores[-1])
        history.minutes = schedule.minutes()
        save_checkpoint(network, average, optimizer, history, output)
    network.load_state_dict(average.module.state_dict())
    network.eval()
    return history


def _moving_average(decay: float) -> Callable[[ParamList, ParamList, Tensor | int], None]:
    """A mean of the weights over the last 1 / (1 - ``decay``) steps or so; over fewer while few were made."""

    @torch.no_grad()
    def update(averages: ParamList, weights: ParamList, n_steps: Tensor | int) -> None:
        share = max(1 - decay, 10 / (10 + int(n_steps)))
        for average, weight in zip(averages, weights, strict=True):
            average.lerp_(weight, share)

    return update


def hide_pieces(
    batch: Batch, share: float, hidden: int, special: tuple[int, int, int], rng: np.random.Generator
) -> None:
    """Put the mask in place of some pieces: a network that reads an article often should not learn it by heart."""
    is_hidden = (rng.random(batch.ids.shape) < share) & ~np.isin(batch.ids, special)
    batch.ids[is_hidden] = hidden


def _make_optimizer(network: AttributionNetwork, config: OptimizerConfig) -> torch.optim.Optimizer:
    encoder = [p for p in network.encoder.parameters() if p.requires_grad]
    heads = [p for name, p in network.named_parameters() if not name.startswith("encoder.") and p.requires_grad]
    groups = [
        {
            "params": [p for p in encoder if p.ndim > 1],
            "rate": config.encoder_rate,
            "weight_decay": config.weight_decay,
        },
        {"params": [p for p in encoder if p.ndim <= 1], "rate": config.encoder_rate, "weight_decay": 0.0},
        {"params": heads, "rate": config.head_rate, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.encoder_rate, fused=True)


class _Schedule:
    """Linear warm-up and decay, over all steps or all of the time allowed, whichever ends first."""

    def __init__(self, config: OptimizerConfig, minutes_before: float) -> None:
        self.config = config
        self.started = time.monotonic() - 60 * minutes_before

    def minutes(self) -> float:
        return (time.monotonic() - self.started) / 60

    def is_over(self) -> bool:
        return 0 < self.config.max_minutes <= self.minutes()

    def factor(self, progress: float) -> float:
        if self.config.max_minutes > 0:
            progress = max(progress, self.minutes() / self.config.max_minutes)
        if progress < self.config.warmup:
            return progress / self.config.warmup
        return max(0.0, (1 - progress) / (1 - self.config.warmup))

    def set_rates(self, optimizer: torch.optim.Optimizer, progress: float) -> None:
        factor = self.factor(progress)
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * factor


def _plan_epoch(
    documents: Sequence[LabelledDocument], config: TrainingConfig, epoch: int, surnames: Pool
) -> list[list[tuple[LabelledDocument, Window]]]:
    """Batches of windows of like length. The core size differs by epoch, so that windows end elsewhere each time, and so do
    the names in the articles that are renamed.
    """
    rng = random.Random(config.seed * 1000 + epoch)
    windows = []
    for document in documents:
        core = rng.randint(*config.core_jitter)
        if rng.random() < config.optimizer.renamed:
            document = rename(document, surnames, rng)
        windows += cut_windows([document], replace(config.window, core=core))
    rng.shuffle(windows)
    size = config.optimizer.batch_windows
    batches = []
    for start in range(0, len(windows), size * 16):
        pool = sorted(windows[start : start + size * 16], key=lambda item: item[1].stop - item[1].start)
        batches += [pool[i : i + size] for i in range(0, len(pool), size)]
    rng.shuffle(batches)
    return batches


def sample_losses(
    network: AttributionNetwork,
    documents: Sequence[LabelledDocument],
    tokenizer: Tokenizer,
    config: TrainingConfig,
) -> Iterator[Tensor]:
    """The loss on some batches of an epoch, for what is to be judged by it before training."""
    special = special_pieces(tokenizer)
    for windows in _plan_epoch(documents, config, 0, surname_pool(documents))[:_N_SAMPLED]:
        yield _total_loss(batch_losses(network, collate(windows, special), config.loss), config)


def _total_loss(losses: Mapping[str, Tensor], config: TrainingConfig) -> Tensor:
    weights = asdict(config.loss)
    return torch.stack([weights[name] * loss for name, loss in losses.items()]).sum()


def _step(
    network: AttributionNetwork, optimizer: torch.optim.Optimizer, batch: Batch, config: TrainingConfig
) -> dict[str, float]:
    losses = batch_losses(network, batch, config.loss)
    total = _total_loss(losses, config)
    optimizer.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    norm = torch.nn.utils.clip_grad_norm_(
        [p for p in network.parameters() if p.grad is not None], config.optimizer.clip_norm
    )
    if math.isfinite(float(norm)):
        optimizer.step()
    return {name: float(loss.detach()) for name, loss in losses.items()}


class _Mean:
    def __init__(self) -> None:
        self.sums: defaultdict[str, float] = defaultdict(float)
        self.n = 0

    def add(self, values: dict[str, float]) -> None:
        self.n += 1
        for name, value in values.items():
            self.sums[name] += value

    def values(self) -> dict[str, float]:
        return {name: value / self.n for name, value in self.sums.items()}

    def __str__(self) -> str:
        return " ".join(f"{name} {value:.3f}" for name, value in self.values().items())


def save_checkpoint(
    network: AttributionNetwork,
    average: AveragedModel,
    optimizer: torch.optim.Optimizer,
    history: History,
    output: Path,
) -> None:
    """Write both networks and the optimizer to a folder of the epoch. The history comes after it and names it, so that
    what it names is whole; only then the epoch before goes.
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
    """The folder of the last finished epoch, and the history up to it; runs that name no folder have all in their own."""
    state = json.loads((output / STATE_FILE).read_text(encoding="utf-8"))
    return output / state.pop(_CHECKPOINT, "."), History(**state)


def network_file(output: Path) -> Path:
    """The weights that the last finished epoch left."""
    return _last_epoch(output)[0] / NETWORK_FILE


def save_network_frame(network: AttributionNetwork, tokenizer: Tokenizer, config: TrainingConfig, output: Path) -> None:
    """Write what `load_network` needs beside the weights: encoder configuration, tokenizer, training configuration."""
    output.mkdir(parents=True, exist_ok=True)
    network.encoder.config.save_pretrained(output / "encoder")  # type: ignore[union-attr, operator]
    tokenizer.save(str(output / "tokenizer.json"))
    save_config(config, output)


def save_config(config: TrainingConfig, output: Path) -> None:
    """Write what a network is fitted with, in place of what a run that goes on was to be fitted with before."""
    _write_json(output / CONFIG_FILE, config.to_dict())


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    with open_atomically(path) as file:
        file.write(json.dumps(data, indent=1).encode())


def save_start(network: AttributionNetwork, output: Path) -> None:
    """Keep the weights that training begins with."""
    temporary = output / f".tmp-{START_FILE}"
    save_file(network.state_dict(), temporary)
    os.replace(temporary, output / START_FILE)


def load_network(folder: Path, weights: Path | None = None) -> tuple[AttributionNetwork, Tokenizer]:
    """A fitted network and its tokenizer, from a folder that `fit` wrote; with other ``weights`` than those fitted last."""
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    network = AttributionNetwork.from_config(
        AutoConfig.from_pretrained(folder / "encoder"),
        n_pair_dimensions=config["n_pair_dimensions"],
        dropout=config["optimizer"]["dropout"],
    )
    network.load_state_dict(load_file(weights or network_file(folder)))
    return network.eval(), load_tokenizer(folder)


def load_tokenizer(folder: Path) -> Tokenizer:
    """The folder's tokenizer with truncation and padding off: some travel with both on."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
