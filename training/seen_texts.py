"""The texts that a model was fitted on, as short hashes, so that it is not measured on them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from inquit.models.folder import CLAIM_DATA, TRAINING_TEXTS, Manifest
from inquit.training.claims.data import ClaimData

_HASHES = "hashes"


def write_texts(path: Path, hashes: Iterable[str]) -> None:
    """Store hashes of texts (`inquit.training.claims.data.article_hash`); the same hashes give the same bytes."""
    values = sorted(int(name, 16) for name in set(hashes))
    save_file({_HASHES: np.array(values, dtype=np.uint64)}, path)


def read_texts(path: Path) -> frozenset[str]:
    """Read the hashes that `write_texts` stored."""
    return frozenset(f"{value:016x}" for value in load_file(path)[_HASHES].tolist())


def seen_texts(manifest: Manifest) -> frozenset[str]:
    """Hashes of the texts that a model is known to be fitted on; an older folder lists only those with claims."""
    folder, files = manifest.folder, manifest.data["files"]
    with_claims = ClaimData.load(folder / CLAIM_DATA).article_hashes if CLAIM_DATA in files else ()
    listed = read_texts(folder / TRAINING_TEXTS) if TRAINING_TEXTS in files else ()
    return frozenset((*with_claims, *listed))
