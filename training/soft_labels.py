"""A teacher's answers for whole corpora, kept on disk, for a smaller network to learn from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file

from inquit.models.article import text_sha256
from inquit.models.claims import N_CLAIM_OUTPUTS
from inquit.models.pieces import WindowConfig
from inquit.training.examples import ClaimExample, LabelledDocument, SoftLabels, collate, cut_windows
from inquit.training.losses import pooled_claims, word_states
from inquit.training.network import AttributionNetwork


def teach(
    network: AttributionNetwork, document: LabelledDocument, config: WindowConfig, special: tuple[int, int, int]
) -> SoftLabels:
    """The scores of a fitted network for one article: tags and mentions by word, claims by attribution."""
    tags, mentions = [], []
    claims = np.zeros((len(document.claims), N_CLAIM_OUTPUTS), dtype=np.float32)
    asked = replace(document, claims=tuple(_asked(claim, i) for i, claim in enumerate(document.claims)))
    with torch.no_grad():
        for window in cut_windows([asked], config):
            batch = collate([window], special)
            states = word_states(network, batch)
            core = torch.from_numpy(batch.is_core)
            tags.append(network.tags(states)[core].numpy())
            mentions.append(network.mentions(states)[core].numpy())
            if batch.claims:
                rows = [int(claim.soft[0]) for claim in batch.claims if claim.soft is not None]
                claims[rows] = network.claims(pooled_claims(states, batch)).numpy()
    return SoftLabels(np.concatenate(tags), np.concatenate(mentions), claims)


def _asked(claim: ClaimExample, index: int) -> ClaimExample:
    """A claim that passes through a batch with its place in the document, whether labelled or not."""
    return replace(claim, soft=np.array([index], dtype=np.float32))


def write_soft_labels(folder: Path, article_id: str, labels: SoftLabels) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {"tags": labels.tags, "mentions": labels.mentions, "claims": labels.claims}
    # Half precision is finer than a teacher's scores are certain.
    save_file({name: array.astype(np.float16) for name, array in arrays.items()}, _path(folder, article_id))


def read_soft_labels(folder: Path, article_id: str) -> SoftLabels | None:
    """The teacher's answers for an article, None where it was not asked."""
    path = _path(folder, article_id)
    if not path.exists():
        return None
    arrays = load_file(path)
    return SoftLabels(*(arrays[name].astype(np.float32) for name in ("tags", "mentions", "claims")))


def _path(folder: Path, article_id: str) -> Path:
    # An id is data, never a file name.
    return folder / f"{text_sha256(article_id)[:24]}.safetensors"
