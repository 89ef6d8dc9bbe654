"""What several tests need: a tiny encoder, a data folder with the project's examples, the shared data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
EXAMPLES = ROOT / "examples"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="needs ../shared, which only developers and CI have beside their checkouts"
)


@pytest.fixture(scope="session", autouse=True)
def no_promoted_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make tests use the shipped model, whatever was promoted on this machine."""
    before = os.environ.get("INQUIT_HOME")
    os.environ["INQUIT_HOME"] = str(tmp_path_factory.mktemp("home") / "inquit")
    yield
    if before is None:
        del os.environ["INQUIT_HOME"]
    else:
        os.environ["INQUIT_HOME"] = before


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer BERT with random weights, and a tokenizer trained on the example articles."""
    tokenizers = pytest.importorskip("tokenizers")
    transformers = pytest.importorskip("transformers", reason="training needs inquit[train]")
    folder = tmp_path_factory.mktemp("tiny-encoder")
    tokenizer = tokenizers.BertWordPieceTokenizer(lowercase=True)
    tokenizer.train([str(path) for path in sorted((EXAMPLES / "articles").glob("*.txt"))], vocab_size=800)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    transformers.set_seed(7)
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `inquit train` expects it, with the project's own labelled examples."""
    folder = tmp_path_factory.mktemp("data")
    shutil.copy(EXAMPLES / "labels.jsonl", folder / "examples.jsonl")
    return folder
