"""Fit a network on labelled documents: epochs, learning rate schedule, steps."""

from __future__ import annotations

import logging
import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import cast

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from inquit.models.pieces import Window
from inquit.training.config import OptimizerConfig, TrainingConfig
from inquit.training.network.attribution_network import AttributionNetwork
from inquit.training.network.batches import Batch, collate, cut_windows
from inquit.training.network.examples import LabelledDocument
from inquit.training.network.losses import batch_losses
from inquit.training.network.renaming import Pool, rename, surname_pool
from inquit.training.network.run_folder import STATE_FILE, History, load_checkpoint, save_checkpoint

logger = logging.getLogger(__name__)

ParamList = list[Tensor] | tuple[Tensor, ...]

_N_SAMPLED = 60  # batches whose loss `sample_losses` gives


def special_pieces(tokenizer: Tokenizer) -> tuple[int, int, int]:
    """Ids of the pieces that start, end and pad a window, by the names that common tokenizers use."""
    return _piece(tokenizer, "[CLS]", "<s>"), _piece(tokenizer, "[SEP]", "</s>"), _piece(tokenizer, "[PAD]", "<pad>")


def _piece(tokenizer: Tokenizer, *names: str) -> int:
    """The id of the first of these pieces that the tokenizer has."""
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
        resume: continue after the last finished epoch in ``output``, if there is one.
        evaluate: returns the scores of the network; called after each epoch.
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
    """A mean of the weights over about the last 1 / (1 - ``decay``) steps; over fewer near the start of training."""

    @torch.no_grad()
    def update(averages: ParamList, weights: ParamList, n_steps: Tensor | int) -> None:
        share = max(1 - decay, 10 / (10 + int(n_steps)))
        for average, weight in zip(averages, weights, strict=True):
            average.lerp_(weight, share)

    return update


def hide_pieces(
    batch: Batch, share: float, hidden: int, special: tuple[int, int, int], rng: np.random.Generator
) -> None:
    """Mask some word pieces, so that a network that reads an article often does not learn it by heart."""
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
    """Linear warm-up and decay, over all steps or the allowed time, whichever ends first."""

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
    """Batches of windows of similar length. The core size differs by epoch, so that windows end elsewhere each time;
    the articles that are renamed, and their new names, differ too.
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
    """The loss on some batches of an epoch, for decisions before training, such as which attention heads to cut."""
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
