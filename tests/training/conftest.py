"""A model with the claims it was fitted on: the shipped encoder, and claim heads fitted on the example articles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from inquit.inference.attributor import Attributor
from inquit.models.folder import CLAIM_DATA, HEADS, MANIFEST, MANIFEST_DIGEST, WEIGHTS, write_manifest
from inquit.training.corpora import read_jsonl
from tests.conftest import EXAMPLES


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Run on one thread: in fits this small, threads would only wait for each other."""
    with pytest.importorskip("threadpoolctl").threadpool_limits(1):
        yield


@pytest.fixture
def float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the network in float32 even if the processor has bfloat16, because an export is compared with it."""
    pytest.importorskip("torch", reason="training needs inquit[train]")
    monkeypatch.setattr("inquit.training.build.encoder_precision", nullcontext)


@pytest.fixture(scope="session")
def claims_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sklearn", reason="retraining needs inquit[retrain]")
    from inquit.training.claims.heads import fit_claim_heads

    folder = tmp_path_factory.mktemp("claims") / "model"
    shutil.copytree(WEIGHTS / "en", folder)
    facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for name in (MANIFEST, MANIFEST_DIGEST, CLAIM_DATA):
        (folder / name).unlink(missing_ok=True)
    articles = list(read_jsonl(EXAMPLES / "labels.jsonl"))
    held = {article.id for article in articles[::2]}
    heads = fit_claim_heads(Attributor.load(WEIGHTS / "en"), articles, held, folder / CLAIM_DATA)
    save_file(load_file(folder / HEADS) | heads, folder / HEADS)
    write_manifest(folder, {name: facts[name] for name in facts if name not in ("format_version", "files")})
    return folder
