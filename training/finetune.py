"""Fine-tune a finished model, encoder and all heads, on its own articles and new ones.

The old articles are rehearsed, because without them the network forgets what the new ones do not show. This needs torch
and the model's training data; `inquit.training.retrain` refits only the claim heads, in seconds and without either.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from inquit.inference.writers import open_atomically, to_json_line
from inquit.models.result import ArticleResult
from inquit.training.config import CorpusConfig
from inquit.training.labels import check_training_labels
from inquit.training.network.warm_start import config_of
from inquit.training.train import train_model
from inquit.training.whole_folder import claim_folder, make_parent

REPEAT = 3
"""How often an epoch reads each new article: there are few of them."""

_RATE = 0.25  # of the run's own learning rates: the network should move, not start over


def finetune_model(
    fitted: str | Path, labels: Sequence[Path], output: Path, *, data: Path, drop_bad: bool = False
) -> Path:
    """Write a model that has also learnt from new labels; the run that made it is kept beside it, as ``OUTPUT.run``.

    Args:
        fitted: a model, or the folder of a finished `inquit train`, whose network was not rounded to 8 bits.
        labels: label files, checked as `inquit labels check` does.
        data: the folder that the model's corpus paths start from.
        drop_bad: repair or leave out bad labels instead of refusing to train.

    Raises:
        ModelError: there is no such model.
        CorpusError: its training data is missing, or the labels cannot be learnt from.
        OutputError: the output exists, or cannot be created.
        LockedError: another process is writing the same model.
    """
    make_parent(output)
    with claim_folder(output):
        config = config_of(fitted)
        check = check_training_labels(labels, drop_bad=drop_bad, joins_others=True)
        folder = output.with_name(f"{output.name}.run")
        folder.mkdir(parents=True, exist_ok=True)
        checked = (folder / "labels.jsonl").resolve()
        with open_atomically(checked) as file:
            file.writelines(to_json_line(ArticleResult.from_dict(record)) for record in check.kept)
        digest = hashlib.sha256(checked.read_bytes()).hexdigest()[:8]
        optimizer = replace(
            config.optimizer,
            epochs=1,
            max_minutes=0.0,
            encoder_rate=config.optimizer.encoder_rate * _RATE,
            head_rate=config.optimizer.head_rate * _RATE,
        )
        config = replace(
            config,
            version=f"{config.version.split('+')[0]}+{digest}",
            # Without the unlabelled corpora: they need a teacher, and there is none here.
            corpus=(*config.labelled, CorpusConfig(path=str(checked), repeat=REPEAT)),
            optimizer=optimizer,
        )
        train_model(config, data, folder, warm_start=fitted)
        os.replace(folder / "model", output)
        return output
