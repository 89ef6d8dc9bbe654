"""Turn a fitted network into a model folder: export, calibrate, measure, describe."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from inquit import __version__
from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.encoder import Encoder, OnnxEncoder, PieceEncoder
from inquit.models.folder import CARD, CLAIM_DATA, HEADS, TOKENIZER, TRAINING_TEXTS, write_manifest
from inquit.models.labels import CLAIM_TYPES, MENTION_KINDS, POLARITIES, ROLES, SPEAKER_KINDS
from inquit.models.linker import LINK_FEATURES
from inquit.models.result import ArticleResult
from inquit.models.segmentation import Ints, segment
from inquit.training.calibrate import constant_calibration
from inquit.training.card import write_card
from inquit.training.claims.heads import fit_claim_heads
from inquit.training.config import TrainingConfig
from inquit.training.detection import fit_detection
from inquit.training.evaluation import ATTRIBUTION_MEASURES, Evaluation, evaluate
from inquit.training.narration import fit_narration, unfitted_narration
from inquit.training.network.attribution_network import AttributionNetwork
from inquit.training.network.export import encoder_facts, export_encoder, head_arrays
from inquit.training.network.precision import encoder_precision
from inquit.training.network.quantisation import LayerInputs, outlier_layers, watch_inputs
from inquit.training.network.trainer import special_pieces
from inquit.training.seen_texts import write_texts
from inquit.training.speakers.fit import fit_speakers, untrained_scorer
from inquit.training.whole_folder import whole_folder

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

N_WATCHED = 20
"""How many articles are read to record the inputs of the layers."""


class TorchPieceEncoder:
    """Encodes with the network itself instead of its ONNX export, to score it during training."""

    def __init__(self, network: AttributionNetwork) -> None:
        self._network = network

    def __call__(self, ids: Ints, features: Ints, rows: Ints) -> Floats:
        with torch.inference_mode(), encoder_precision():
            states = self._network.encode(torch.from_numpy(ids)[None], torch.from_numpy(features)[None])
        return states[0].float().numpy()[rows]


def pipeline(
    network: AttributionNetwork,
    tokenizer: Tokenizer,
    config: TrainingConfig,
    heads: Mapping[str, Floats],
    encoder: PieceEncoder | None = None,
) -> Attributor:
    """A scoring pipeline around a network that has no model folder yet."""
    special = special_pieces(tokenizer)
    return Attributor.from_arrays(
        Encoder(
            tokenizer,
            encoder or TorchPieceEncoder(network),
            special=(special[0], special[1]),
            n_hidden=int(network.encoder.config.hidden_size),  # type: ignore[union-attr, arg-type]
            window=config.window,
        ),
        heads,
        name=f"{config.name}-{config.version}",
        fingerprint="",
    )


def unfitted_arrays() -> dict[str, Floats]:
    """Placeholders for the heads that are fitted after the network: confidences of .5, an untrained speaker scorer."""
    return {
        "confidence.least": np.zeros(1, dtype=np.float32),
        **constant_calibration(n_features=len(LINK_FEATURES)).to_arrays("confidence"),
        **unfitted_narration().to_arrays(),
        **untrained_scorer().to_arrays(),
    }


def dev_scores(
    network: AttributionNetwork, tokenizer: Tokenizer, config: TrainingConfig, dev: Iterable[ArticleResult]
) -> dict[str, float]:
    """The scores on the development articles that the training report shows for each epoch."""
    heads = head_arrays(network) | unfitted_arrays()
    evaluation = evaluate_model(pipeline(network, tokenizer, config, heads), dev)
    names = (*ATTRIBUTION_MEASURES, "type_acc")
    return {name: round(evaluation.score(name), 4) for name in names if name in evaluation.measures}


def evaluate_model(model: Attributor, gold: Iterable[ArticleResult], *, n_bootstrap: int = 0) -> Evaluation:
    """Score the gold articles with a model and compare the results with their labels."""
    gold_records: dict[str, dict[str, Any]] = {}
    predicted: dict[str, dict[str, Any]] = {}
    for record in gold:
        assert record.text is not None
        gold_records[record.id] = record.to_dict()
        predicted[record.id] = model(Article(record.id, record.text)).to_dict()
    return evaluate(gold_records, predicted, n_bootstrap=n_bootstrap)


def build_model(
    network: AttributionNetwork,
    tokenizer: Tokenizer,
    config: TrainingConfig,
    folder: Path,
    *,
    training: Iterable[ArticleResult],
    fresh: Iterable[ArticleResult],
    calibration: Iterable[ArticleResult],
    dev: Mapping[str, list[ArticleResult]],
    data_hashes: Mapping[str, str],
    texts: Iterable[str],
    origins: Mapping[str, str],
) -> Evaluation | None:
    """Write the model folder. It appears under its name only when it is complete.

    Args:
        training: articles that trained the network; the heads that are fitted after it learn from its states for them.
        fresh: articles whose speakers and claims did not train the network, for the same heads.
        calibration: articles that did not train the network.
        dev: articles to measure the finished model on, by corpus name; the measures go into the manifest and the card.
        data_hashes: SHA-256 of every file that the model was made from, by name.
        texts: hashes of all texts that the model was made from, as `inquit.training.seen_texts` stores them.
        origins: ``went_on_from`` (the model that training started from) and ``teacher``, where there were any.

    Returns:
        the evaluation on the first of ``dev``; None if there is none.
    """
    with whole_folder(folder) as temporary:
        tokenizer.save(str(temporary / TOKENIZER))
        heads = head_arrays(network) | unfitted_arrays()
        seen, new, held = list(training), list(fresh), list(calibration)
        inputs = _watch_inputs(network, tokenizer, config, seen[:N_WATCHED])
        encoder = OnnxEncoder(export_encoder(network, temporary, inputs=inputs), n_threads=os.cpu_count() or 1)
        heads = fit_detection(pipeline(network, tokenizer, config, heads, encoder), held).apply(heads)
        heads |= fit_narration(pipeline(network, tokenizer, config, heads, encoder), held).to_arrays()
        uncalibrated = pipeline(network, tokenizer, config, heads, encoder)
        heads |= fit_speakers(uncalibrated, seen, new, held, seed=config.seed)
        heads |= fit_claim_heads(
            uncalibrated, [*seen, *new, *held], {article.id for article in held}, temporary / CLAIM_DATA
        )
        model = pipeline(network, tokenizer, config, heads, encoder)
        facts = {
            "name": config.name,
            "version": config.version,
            "language": config.language,
            "encoder": encoder_facts(network, tokenizer, special_pieces(tokenizer)) | {"window": asdict(config.window)},
            "labels": {
                "roles": ROLES,
                "claim_types": CLAIM_TYPES,
                "polarities": POLARITIES,
                "speaker_kinds": SPEAKER_KINDS,
                "mention_kinds": MENTION_KINDS,
            },
            "training": {"config": config.to_dict(), "data_sha256": dict(data_hashes), **origins},
        }
        evaluations = finish_folder(temporary, heads, model, dev=dev, texts=texts, facts=facts)
    return next(iter(evaluations.values()), None)


def finish_folder(
    folder: Path,
    heads: Mapping[str, Floats],
    model: Attributor,
    *,
    dev: Mapping[str, list[ArticleResult]],
    texts: Iterable[str],
    facts: Mapping[str, Any],
) -> dict[str, Evaluation]:
    """Write the heads, hashes of texts, measures, card and manifest beside the encoder, which completes the folder.

    Args:
        model: a pipeline with these heads, to be measured on ``dev``.
        texts: hashes of all texts that the model was made from.
        facts: the contents of the manifest, apart from inquit's version and the measures.

    Returns:
        the evaluations, by the names in ``dev``.
    """
    save_file({name: np.ascontiguousarray(array) for name, array in heads.items()}, folder / HEADS)
    write_texts(folder / TRAINING_TEXTS, texts)
    evaluations = {name: evaluate_model(model, articles, n_bootstrap=1000) for name, articles in dev.items()}
    measures = {name: _rounded(evaluation) for name, evaluation in evaluations.items()}
    manifest = {**facts, "inquit_version": __version__, "measures": measures}
    write_card(folder / CARD, manifest, evaluations)
    write_manifest(folder, manifest)
    return evaluations


def _watch_inputs(
    network: AttributionNetwork, tokenizer: Tokenizer, config: TrainingConfig, articles: Iterable[ArticleResult]
) -> dict[str, LayerInputs]:
    """Record the inputs of the encoder's layers while it reads some articles."""
    model = pipeline(network, tokenizer, config, head_arrays(network) | unfitted_arrays())

    def read() -> None:
        for article in articles:
            assert article.text is not None
            model.encoder.encode(segment(Article(article.id, article.text)))

    inputs = watch_inputs(network, read)
    logger.info("layers kept in float32: %s", sorted(outlier_layers(inputs)) or "none")
    return inputs


def _rounded(evaluation: Evaluation) -> dict[str, float]:
    return {name: round(evaluation.score(name), 4) for name in sorted(evaluation.measures)}
