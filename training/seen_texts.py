"""The texts that a model was fitted on, as short hashes, so that nobody measures it on them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from inquit.models.folder import CLAIM_DATA, TRAINING_TEXTS, Manifest
from inquit.training.claims.data import ClaimData

_HASHES = "hashes"


def write_texts(path: Path, hashes: Iterable[str]) -> None:
    """Keep hashes of texts, as `inquit.training.claims.data.article_hash` gives them; the same ones give the same bytes."""
    values = sorted(int(name, 16) for name in set(hashes))
    save_file({_HASHES: np.array(values, dtype=np.uint64)}, path)


def read_texts(path: Path) -> frozenset[str]:
    """What `write_texts` kept."""
    return frozenset(f"{value:016x}" for value in load_file(path)[_HASHES].tolist())


def seen_texts(manifest: Manifest) -> frozenset[str]:
    """Hashes of the texts that a model is known to be fitted on: those with claims at least, all since folders list them."""
    folder, files = manifest.folder, manifest.data["files"]
    with_claims = ClaimData.load(folder / CLAIM_DATA).article_hashes if CLAIM_DATA in files else ()
    listed = read_texts(folder / TRAINING_TEXTS) if TRAINING_TEXTS in files else ()
    return frozenset((*with_claims, *listed))
