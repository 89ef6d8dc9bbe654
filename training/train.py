"""Train a model from a training file: read the corpora, ask the teachers, fit the network, build the model folder."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from inquit.models.article import Article
from inquit.models.folder import TRAINING_TEXTS
from inquit.training.articles import (
    calibration_articles,
    data_hashes,
    fresh_articles,
    read_silver_marks,
    training_articles,
    training_texts,
)
from inquit.training.build import build_model, dev_scores
from inquit.training.claims.data import article_hash
from inquit.training.config import CorpusConfig, TrainingConfig, training_config_from_dict
from inquit.training.corpora import read_corpus
from inquit.training.network.attention_heads import count_heads, cut_heads
from inquit.training.network.attribution_network import AttributionNetwork
from inquit.training.network.examples import LabelledDocument, label_document
from inquit.training.network.pretrained import find_encoder
from inquit.training.network.run_folder import (
    CONFIG_FILE,
    START_FILE,
    STATE_FILE,
    History,
    load_network,
    load_tokenizer,
    save_config,
    save_network_frame,
    save_start,
)
from inquit.training.network.soft_labels import mean_answers, read_soft_labels
from inquit.training.network.teacher import Teacher
from inquit.training.network.trainer import fit, sample_losses
from inquit.training.network.warm_start import load_fitted, texts_of, title_of
from inquit.training.report import write_report
from inquit.training.seen_texts import write_texts

logger = logging.getLogger(__name__)


def train_model(
    config: TrainingConfig,
    data: Path,
    output: Path,
    *,
    encoder: str | None = None,
    teachers: Sequence[str | Path] = (),
    warm_start: str | Path | None = None,
    resume: bool = False,
    network_only: bool = False,
) -> None:
    """Fit, export, calibrate and measure: ``output`` gets ``network/``, ``model/`` and ``report.md``.

    Args:
        data: the folder that the configuration's corpus paths start from.
        encoder: a folder to read the pretrained encoder from, instead of the configured name.
        teachers: finished runs or models; the mean of their answers for the training articles is learnt too.
        warm_start: a finished run or a model to continue from.
        resume: continue after the last finished epoch in ``output``.
        network_only: stop after fitting the network, which is all that a teacher or a warm start needs.

    Raises:
        CorpusError: a corpus is missing or cannot be read.
        OSError: the encoder is not available.
        ModelError: there is no such teacher, or no such model to continue from.
        ValueError: a corpus gives nothing to learn from, or a run was to be resumed with a different configuration.
    """
    origins = {
        role: " and ".join(title_of(one) for one in fitted)
        for role, fitted in (("went_on_from", [warm_start] if warm_start else []), ("teacher", teachers))
        if fitted
    }
    if resume:
        _check_goes_on(config, output / "network" / CONFIG_FILE)
    fresh = fresh_articles(config, data)
    corpora, soft_labels = ask_teachers(teachers, config, data, output)
    dev = list(read_corpus(data / config.dev)) if config.dev else []
    network, tokenizer, history = train_network(
        config,
        data,
        output / "network",
        corpora=corpora,
        encoder=encoder,
        soft_labels=soft_labels,
        warm_start=warm_start,
        resume=resume,
        evaluate=lambda fitted: dev_scores(fitted, load_tokenizer(output / "network"), config, dev) if dev else {},
    )
    seen = {*map(article_hash, training_texts(config, data)), *(texts_of(warm_start) if warm_start else ())}
    write_texts(output / "network" / TRAINING_TEXTS, seen)
    if network_only:
        return
    logger.info("exporting, calibrating, measuring")
    labelled = [
        gold
        for corpus in corpora
        for gold in training_articles(corpus, data, config, with_held=True)
        if gold.narration or any(of.speaker is not None or of.claim is not None for of in gold.attributions)
    ]
    evaluation = build_model(
        network,
        tokenizer,
        config,
        output / "model",
        training=[gold for gold in labelled if gold.id not in fresh],
        fresh=[gold for gold in labelled if gold.id in fresh],
        calibration=calibration_articles(config, data),
        dev={config.dev: dev} if dev else {},
        data_hashes=data_hashes(config, data),
        texts=seen,
        origins=origins,
    )
    write_report(output, config, history, evaluation)


def _check_goes_on(config: TrainingConfig, path: Path) -> None:
    """Raise an error if the network would be fitted differently than so far; ``path``: the run's own configuration."""
    if not path.exists():
        return
    begun = training_config_from_dict(json.loads(path.read_text(encoding="utf-8")), str(path))
    if changed := begun.changes_of_network(config):
        raise ValueError(
            f"{path}: the run was started with other values of {', '.join(changed)}: restore them, "
            "or start over without --resume"
        )


def ask_teachers(
    teachers: Sequence[str | Path], config: TrainingConfig, data: Path, output: Path
) -> tuple[list[CorpusConfig], list[Path]]:
    """Let the teachers label and answer: the corpora, all labelled now, and each teacher's folder of answers.

    The first teacher labels the unlabelled corpora.

    Raises:
        ValueError: a corpus is unlabelled, and there is no teacher to label it.
    """
    corpora, answers = list(config.corpus), []
    if not teachers and (unlabelled := [corpus.path for corpus in corpora if corpus.unlabelled]):
        raise ValueError(f"the corpus {unlabelled[0]} is unlabelled: name a --teacher to label it, or leave it out")
    for fitted in teachers:
        teacher = Teacher(fitted, config, output)
        corpora = [teacher.label(corpus, data) if corpus.unlabelled else corpus for corpus in corpora]
        teacher.answer(corpora, config, data)
        answers.append(teacher.answers)
    return corpora, answers


def train_network(
    config: TrainingConfig,
    data: Path,
    output: Path,
    *,
    corpora: Sequence[CorpusConfig] | None = None,
    encoder: str | None = None,
    soft_labels: Sequence[Path] = (),
    warm_start: str | Path | None = None,
    resume: bool = False,
    evaluate: Callable[[AttributionNetwork], dict[str, float]] | None = None,
) -> tuple[AttributionNetwork, Tokenizer, History]:
    """Fit a network. ``output`` gets its checkpoints; only the returned network has the warm start's share mixed in.

    Args:
        corpora: what to learn from instead of the configuration's corpora, as `ask_teachers` returns it.
        soft_labels: one folder of answers for each teacher.
    """
    torch.manual_seed(config.seed)
    goes_on = resume and (output / START_FILE).exists()
    network, tokenizer = (
        load_network(output, output / START_FILE) if goes_on else _unfitted(config, encoder, warm_start)
    )
    if goes_on:
        save_config(config, output)
    documents = _training_documents(corpora or config.corpus, config, data, tokenizer, soft_labels)
    if not goes_on:
        if config.heads and config.heads != count_heads(network.encoder):
            cut_heads(network.encoder, config.heads, sample_losses(network, documents, tokenizer, config))
            logger.info("attention heads by layer: %s", network.encoder.config.heads_by_layer)  # type: ignore[union-attr]
        if not resume:  # a later --resume must not pick up what another run left here
            (output / STATE_FILE).unlink(missing_ok=True)
        save_network_frame(network, tokenizer, config, output)
        save_start(network, output)
    # Frozen, because so few articles would only make the input embeddings worse.
    network.encoder.get_input_embeddings().requires_grad_(False)  # type: ignore[operator]
    logger.info("%d documents per epoch", len(documents))
    history = fit(network, documents, tokenizer, config, output, resume=resume, evaluate=evaluate)
    if warm_start is not None and (share := config.optimizer.start_share):
        _mix(network, load_file(output / START_FILE), share)
    return network, tokenizer, history


def _unfitted(
    config: TrainingConfig, encoder: str | None, warm_start: str | Path | None
) -> tuple[AttributionNetwork, Tokenizer]:
    if warm_start is not None:
        return load_fitted(warm_start)
    path = encoder or find_encoder(config.encoder)
    try:
        network = AttributionNetwork.from_pretrained(
            path, n_pair_dimensions=config.n_pair_dimensions, dropout=config.optimizer.dropout
        )
    except OSError as error:
        raise OSError(f"the encoder {path} is not available: {error}") from error
    return network, load_tokenizer(Path(path))


def _training_documents(
    corpora: Iterable[CorpusConfig],
    config: TrainingConfig,
    data: Path,
    tokenizer: Tokenizer,
    soft_labels: Sequence[Path],
) -> list[LabelledDocument]:
    documents: list[LabelledDocument] = []
    for corpus in corpora:
        marks = read_silver_marks(corpus, data)
        for gold in training_articles(corpus, data, config):
            assert gold.text is not None
            answers = [read_soft_labels(folder, Article(gold.id, gold.text)) for folder in soft_labels]
            if len({of.tags.shape for of in answers}) > 1:
                raise ValueError(f"the teachers do not split article {gold.id} into the same words: use others")
            soft = mean_answers(answers) if answers else None
            document = label_document(gold, tokenizer, marks=marks.get(gold.id), soft=soft)
            documents += [document] * corpus.repeat
    return documents


def _mix(network: AttributionNetwork, start: Mapping[str, Tensor], share: float) -> None:
    """Mix a share of the weights that training started with into the network (Wortsman et al. 2022)."""
    fitted = network.state_dict()
    network.load_state_dict({name: tensor.lerp(start[name], share) for name, tensor in fitted.items()})
