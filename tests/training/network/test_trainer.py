"""Fitting: cases that the tests of a whole training do not reach."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs inquit[train]")

from inquit.models.result import ArticleResult
from inquit.training.config import CorpusConfig, OptimizerConfig, TrainingConfig
from inquit.training.network.attribution_network import AttributionNetwork
from inquit.training.network.examples import label_document
from inquit.training.network.run_folder import load_tokenizer
from inquit.training.network.trainer import fit


def test_an_epoch_without_a_step_is_none(tiny_encoder: Path, tmp_path: Path) -> None:
    """Time may run out while an epoch is being planned; planning these documents takes longer than the limit."""
    optimizer = OptimizerConfig(max_minutes=1e-5)
    config = TrainingConfig(
        name="tiny", version="1", encoder="e", corpus=(CorpusConfig(path="c"),), optimizer=optimizer
    )
    network = AttributionNetwork.from_pretrained(str(tiny_encoder), n_pair_dimensions=8, dropout=0.1)
    tokenizer = load_tokenizer(tiny_encoder)
    documents = [label_document(ArticleResult("a", "“Yes,” said Ann Lee."), tokenizer)] * 1000
    assert fit(network, documents, tokenizer, config, tmp_path).losses == []
