"""Refit what comes after a network that stays as it is, except claim heads: in minutes, without training a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from inquit.inference.attributor import Attributor, load_encoder
from inquit.models.folder import CLAIM_DATA, ENCODER, HEADS, TOKENIZER, Manifest, verify
from inquit.models.result import ArticleResult
from inquit.training.articles import (
    calibration_articles,
    data_hashes,
    fresh_articles,
    is_held_for_calibration,
    training_articles,
    training_texts,
    unlabelled_articles,
)
from inquit.training.build import finish_folder, unfitted_arrays
from inquit.training.claims.data import article_hash
from inquit.training.config import CorpusConfig, TrainingConfig
from inquit.training.corpora import read_corpus
from inquit.training.detection import fit_detection
from inquit.training.narration import fit_narration
from inquit.training.seen_texts import seen_texts
from inquit.training.speakers.fit import fit_speakers
from inquit.training.speakers.known_speakers import articles_with_speakers, known_speakers_of
from inquit.training.whole_folder import claim_folder, make_parent, whole_folder

Floats = NDArray[np.float32]

_FITTED = ("confidence.", "narration.", "speaker.")
"""Prefixes of the arrays that are refitted here. Of the rest, only the tagger's bias may change (`Detection.apply`)."""


def refit_model(base: str | Path, config: TrainingConfig, data: Path, output: Path) -> Manifest:
    """Write a model folder with the base model's network and claim heads, and everything else refitted.

    Refitted are the detection of attributions and their confidence, narration, and which speakers sources stand for.
    The folder appears only when it is complete.

    Args:
        base: a model, even one fitted to other features than this version computes. The search for the readiness to see
            a cue starts from the base's own readiness and only adds to it.
        config: its corpora, their speakers and its seed are used; its name and version become the new model's.
        data: the folder that the configuration's corpus paths start from.
        output: the new folder.

    Raises:
        ModelError: there is no such model, or it is damaged.
        CorpusError: a corpus is missing or cannot be read.
        OutputError: the folder exists, or cannot be created.
        LockedError: another process is making the same folder.
    """
    make_parent(output)
    with claim_folder(output):
        manifest = verify(base)
        kept = {
            name: array for name, array in load_file(manifest.folder / HEADS).items() if not name.startswith(_FITTED)
        }
        config = replace(config, corpus=tuple(_corpora_with_speakers(config)))
        fresh = fresh_articles(config, data)
        labelled = [
            gold for corpus in config.labelled for gold in training_articles(corpus, data, config, with_held=True)
        ]
        pipeline = partial(
            Attributor.from_arrays,
            load_encoder(manifest, n_threads=os.cpu_count() or 1),
            name=f"{config.name}-{config.version}",
            fingerprint="",
            claim_types=manifest.data["labels"]["claim_types"],
        )
        held = list(calibration_articles(config, data))
        heads = kept | unfitted_arrays()
        heads = fit_detection(pipeline(heads), held).apply(heads)
        heads |= fit_narration(pipeline(heads), held).to_arrays()
        heads |= fit_speakers(
            pipeline(heads),
            [*(gold for gold in labelled if gold.id not in fresh), *_known_speakers(config, data)],
            [gold for gold in labelled if gold.id in fresh],
            held,
            seed=config.seed,
        )
        return _write(manifest, config, data, heads, pipeline(heads), output)


def _corpora_with_speakers(config: TrainingConfig) -> Iterator[CorpusConfig]:
    """The corpora to refit on; unlabelled ones only with the speakers that the network did not see.

    The speakers that it saw made the scorer worse; see docs/experiments.md.
    """
    for corpus in config.corpus:
        if not corpus.unlabelled:
            yield corpus
        elif corpus.held_labels:
            yield replace(corpus, labels="")


def _known_speakers(config: TrainingConfig, data: Path) -> Iterator[ArticleResult]:
    """The texts of unlabelled corpora with their sources of known speakers, except the calibration articles."""
    for corpus in config.corpus:
        if corpus.unlabelled:
            texts = list(unlabelled_articles(corpus, data))
            _, held = known_speakers_of(corpus, data, texts)
            for article in articles_with_speakers(texts, held):
                if not is_held_for_calibration(article.id, config.calibration_share):
                    yield article


def _write(
    base: Manifest, config: TrainingConfig, data: Path, heads: dict[str, Floats], model: Attributor, output: Path
) -> Manifest:
    kept = {name: value for name, value in base.data.items() if name not in ("format_version", "files")}
    refit = {
        "base": base.title,
        "base_fingerprint": base.fingerprint,
        "seed": config.seed,
        "data_sha256": data_hashes(config, data),
    }
    # The base's own speaker scorer is gone, and so is the record of where it came from.
    training = {name: value for name, value in kept["training"].items() if name != "speakers"} | {"refit": refit}
    facts = kept | {"name": config.name, "version": config.version, "training": training}
    dev = {config.dev: list(read_corpus(data / config.dev))} if config.dev else {}
    texts = seen_texts(base).union(map(article_hash, training_texts(config, data)))
    with whole_folder(output) as temporary:
        for name in (ENCODER, TOKENIZER, CLAIM_DATA):
            if name in base.data["files"]:
                shutil.copyfile(base.folder / name, temporary / name)
        finish_folder(temporary, heads, model, dev=dev, texts=texts, facts=facts)
    return verify(output)
