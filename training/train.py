"""The way from a training file to a fitted network: corpora, documents, network, fit."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from inquit.models.folder import file_sha256
from inquit.models.result import ArticleResult
from inquit.training.build import build_model, dev_scores
from inquit.training.config import CorpusConfig, TrainingConfig
from inquit.training.corpora import join_labels, read_corpus
from inquit.training.examples import (
    LabelledDocument,
    SilverMarks,
    is_held_for_calibration,
    label_document,
    read_marks,
)
from inquit.training.heads import count_heads, cut_heads
from inquit.training.network import AttributionNetwork
from inquit.training.pretrained import find_encoder
from inquit.training.report import write_report
from inquit.training.soft_labels import (
    answered_question,
    mean_answers,
    question_sha256,
    read_soft_labels,
    teach,
    write_soft_labels,
)
from inquit.training.trainer import (
    START_FILE,
    STATE_FILE,
    History,
    fit,
    load_network,
    load_tokenizer,
    sample_losses,
    save_network_frame,
    save_start,
    special_pieces,
)
from inquit.training.warm_start import load_fitted, title_of, weights_sha256

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
) -> None:
    """Fit, export, calibrate and measure: ``output`` gets ``network/``, ``model/`` and ``report.md``.

    Args:
        data: the folder that the configuration's corpus paths start from.
        encoder: a folder to read the pretrained encoder from, in place of the configured name.
        teachers: finished runs or models; what they say together of the training articles is learnt from as well.
        warm_start: a finished run or a model to go on from.
        resume: go on after the last finished epoch in ``output``.

    Raises:
        FileNotFoundError: a corpus, an encoder or a run is missing.
        ValueError: a corpus cannot be read, or gives nothing to learn from.
    """
    origins = {
        role: " and ".join(title_of(one) for one in fitted)
        for role, fitted in (("went_on_from", [warm_start] if warm_start else []), ("teacher", teachers))
        if fitted
    }
    fresh = fresh_articles(config, data)
    soft_labels = [
        write_teacher_labels(teacher, config, data, output / "soft-labels" / weights_sha256(teacher)[:12])
        for teacher in teachers
    ]
    dev = list(read_corpus(data / config.dev)) if config.dev else []
    network, tokenizer, history = train_network(
        config,
        data,
        output / "network",
        encoder=encoder,
        soft_labels=soft_labels,
        warm_start=warm_start,
        resume=resume,
        evaluate=lambda fitted: dev_scores(fitted, load_tokenizer(output / "network"), config, dev) if dev else {},
    )
    logger.info("exporting, calibrating, measuring")
    labelled = [gold for corpus in config.corpus for gold in training_articles(corpus, data, config, with_held=True)]
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
        origins=origins,
    )
    write_report(output, config, history, evaluation)


def train_network(
    config: TrainingConfig,
    data: Path,
    output: Path,
    *,
    encoder: str | None = None,
    soft_labels: Sequence[Path] = (),
    warm_start: str | Path | None = None,
    resume: bool = False,
    evaluate: Callable[[AttributionNetwork], dict[str, float]] | None = None,
) -> tuple[AttributionNetwork, Tokenizer, History]:
    """Fit a network; ``output`` gets its checkpoints, without the share that a warm start has in what is returned.

    Args:
        soft_labels: a folder of answers (`write_teacher_labels`) for each teacher.
    """
    torch.manual_seed(config.seed)
    if resume and (output / START_FILE).exists():
        network, tokenizer = load_network(output, START_FILE)
        documents = _training_documents(config, data, tokenizer, soft_labels)
    else:
        network, tokenizer = _unfitted(config, encoder, warm_start)
        documents = _training_documents(config, data, tokenizer, soft_labels)
        if config.heads and config.heads != count_heads(network.encoder):
            cut_heads(network.encoder, config.heads, sample_losses(network, documents, tokenizer, config))
            logger.info("attention heads by layer: %s", network.encoder.config.heads_by_layer)  # type: ignore[union-attr]
        save_network_frame(network, tokenizer, config, output)
        save_start(network, output)
        if not resume:  # what another run left here is not to be gone on with
            (output / STATE_FILE).unlink(missing_ok=True)
    # Few articles would only spoil them.
    network.encoder.get_input_embeddings().requires_grad_(False)  # type: ignore[operator]
    logger.info("%d documents an epoch", len(documents))
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
    network = AttributionNetwork.from_pretrained(
        path, n_pair_dimensions=config.n_pair_dimensions, dropout=config.optimizer.dropout
    )
    return network, load_tokenizer(Path(path))


def _training_documents(
    config: TrainingConfig, data: Path, tokenizer: Tokenizer, soft_labels: Sequence[Path]
) -> list[LabelledDocument]:
    documents: list[LabelledDocument] = []
    for corpus in config.corpus:
        marks = read_silver_marks(corpus, data)
        for gold in training_articles(corpus, data, config):
            answers = [read_soft_labels(folder, gold.id) for folder in soft_labels]
            if len({of.tags.shape for of in answers}) > 1:
                raise ValueError(f"the teachers do not cut article {gold.id} into the same words: take some that do")
            soft = mean_answers(answers) if answers else None
            document = label_document(gold, tokenizer, marks=marks.get(gold.id), soft=soft)
            documents += [document] * corpus.repeat
    return documents


def _mix(network: AttributionNetwork, start: Mapping[str, Tensor], share: float) -> None:
    """Let the weights that training began with have a share in the network (Wortsman et al. 2022)."""
    fitted = network.state_dict()
    network.load_state_dict({name: tensor.lerp(start[name], share) for name, tensor in fitted.items()})


def write_teacher_labels(teacher: str | Path, config: TrainingConfig, data: Path, folder: Path) -> Path:
    """Ask a finished run or a model about every training article; what is there already is not asked again."""
    network, tokenizer = load_fitted(teacher)
    special, teacher_sha256 = special_pieces(tokenizer), weights_sha256(teacher)
    for corpus in config.corpus:
        marks = read_silver_marks(corpus, data)
        for gold in training_articles(corpus, data, config):
            document = label_document(gold, tokenizer, marks=marks.get(gold.id))
            question = question_sha256(teacher_sha256, document, config.window)
            if answered_question(folder, gold.id) != question:
                write_soft_labels(folder, gold.id, teach(network, document, config.window, special), question)
    logger.info("the teacher has answered")
    return folder


def training_articles(
    corpus: CorpusConfig, data: Path, config: TrainingConfig, *, with_held: bool = False
) -> Iterator[ArticleResult]:
    """The articles of a corpus that train the network: all but those held for calibration."""
    for gold in corpus_articles(corpus, data, with_held=with_held):
        if not is_held_for_calibration(gold.id, config.calibration_share):
            yield gold


def calibration_articles(config: TrainingConfig, data: Path) -> Iterator[ArticleResult]:
    """The articles that no training has seen, of all corpora."""
    for corpus in config.corpus:
        for gold in corpus_articles(corpus, data, with_held=True):
            if is_held_for_calibration(gold.id, config.calibration_share):
                yield gold


def corpus_articles(corpus: CorpusConfig, data: Path, *, with_held: bool = False) -> Iterator[ArticleResult]:
    """The articles with their labels; ``with_held``: also with those that the network is not to see."""
    articles = read_corpus(data / corpus.path)
    for name in (corpus.labels, corpus.held_labels if with_held else ""):
        if name:
            articles = join_labels(articles, read_corpus(find_labels(name, data)))
    return iter(articles)


def fresh_articles(config: TrainingConfig, data: Path) -> set[str]:
    """Ids of the articles whose labels the network is not to see."""
    held: set[str] = set()
    for corpus in config.corpus:
        seen, own = (
            {labels.id for labels in read_corpus(find_labels(name, data))} if name else set()
            for name in (corpus.labels, corpus.held_labels)
        )
        if both := sorted(seen & own):
            raise ValueError(f"labels and held_labels of {corpus.path} both name {both[0]}: the network would see it")
        held |= own
    return held


def find_labels(name: str, data: Path) -> Path:
    """A file of labels, in the data or among those that inquit brings."""
    own = Path(__file__).parent / name
    return own if own.exists() and not (data / name).exists() else data / name


def read_silver_marks(corpus: CorpusConfig, data: Path) -> dict[str, SilverMarks]:
    if not corpus.mentions:
        return {}
    with open(data / corpus.mentions, encoding="utf-8") as file:
        return read_marks(json.loads(line) for line in file if line.strip())


def data_hashes(config: TrainingConfig, data: Path) -> dict[str, str]:
    """SHA-256 of every file that a model is made from, by its path in the data; of labels that inquit brings by its name."""
    names = [name for corpus in config.corpus for name in (corpus.path, corpus.mentions)]
    labels = [name for corpus in config.corpus for name in (corpus.labels, corpus.held_labels)]
    files = {data / name for name in [*names, config.dev] if name} | {
        find_labels(name, data) for name in labels if name
    }
    hashes = {}
    for path in sorted(files):
        for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
            name = file.relative_to(data).as_posix() if file.is_relative_to(data) else file.name
            hashes[name] = file_sha256(file)
    return hashes
