"""Refit claim heads and their probabilities on new labels: in seconds, without torch and without the old articles."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file, save_file
from threadpoolctl import threadpool_limits

from inquit import __version__
from inquit.inference.attributor import Attributor
from inquit.inference.writers import OutputError
from inquit.models.claims import NETWORK_OUTPUTS, ClaimOutputs
from inquit.models.folder import (
    CARD,
    CLAIM_DATA,
    ENCODER,
    HEADS,
    TOKENIZER,
    TRAINING_TEXTS,
    Manifest,
    ModelError,
    file_sha256,
    verify,
    write_manifest,
)
from inquit.models.result import ArticleResult, Claim
from inquit.training.card import write_retrained_card
from inquit.training.claims.data import ClaimData, pool_claims
from inquit.training.claims.fit import MIN_TYPE_EXAMPLES, ClaimFitConfig, FittedClaims, fit_claims
from inquit.training.corpora import CorpusError, files_of
from inquit.training.labels import Vocabulary, check_training_labels
from inquit.training.labels.agreement import cohens_kappa
from inquit.training.whole_folder import claim_folder, whole_folder


@dataclass(frozen=True, slots=True)
class NewLabels:
    """Labels to learn from.

    Attributes:
        articles: those with claims, each once.
        n_claims: how many labelled claims they have.
        new_types: claim types that the model does not know yet, in alphabetical order.
        sha256: of every file, by its path in the folder that contains them all.
    """

    articles: tuple[ArticleResult, ...]
    n_claims: int
    new_types: tuple[str, ...]
    sha256: Mapping[str, str]


def read_new_labels(
    paths: Sequence[Path],
    known_types: Sequence[str],
    *,
    allowed_new_types: Collection[str] = (),
    drop_bad: bool = False,
) -> NewLabels:
    """Read label files, checked as `inquit labels check` does; answers that nobody reviewed are left out.

    Args:
        known_types: the claim types of the model.
        allowed_new_types: new types that are intended even if they look like a misspelt known one.
        drop_bad: repair or leave out bad labels instead of raising an error.

    Raises:
        CorpusError: a file cannot be read or has an error, or there is nothing to learn from.
    """
    vocabulary = Vocabulary(new_types=tuple(dict.fromkeys((*known_types, *allowed_new_types))))
    check = check_training_labels(paths, drop_bad=drop_bad, vocabulary=vocabulary, joins_others=True)
    articles = [article for article in map(ArticleResult.from_dict, check.kept) if any(_claims(article))]
    names = ", ".join(map(str, paths))
    if not articles:
        left_out = (
            f" ({check.n_dropped} labels were left out: `inquit labels check` says why)" if check.n_dropped else ""
        )
        raise CorpusError(f"{names}: no labels: wanted articles whose attributions or narration have a claim{left_out}")
    claims = [claim for article in articles for claim in _claims(article)]
    new_types = sorted({name for claim in claims for name in (claim.type, *claim.secondary)} - set(known_types))
    _check_new_types(claims, new_types, known_types, names)
    return NewLabels(tuple(articles), len(claims), tuple(new_types), _label_hashes(paths))


def _label_hashes(paths: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of every file, by its path in the folder that contains them all."""
    root = os.path.commonpath([path.absolute().parent for path in paths])
    files = (file for path in paths for file in files_of(path.absolute()))
    return {file.relative_to(root).as_posix(): file_sha256(file) for file in files}


def _claims(article: ArticleResult) -> Iterator[Claim]:
    claims = (*(a.claim for a in article.attributions), *(sentence.claim for sentence in article.narration))
    return (claim for claim in claims if claim is not None)


def _check_new_types(claims: Sequence[Claim], new: Sequence[str], known: Sequence[str], names: str) -> None:
    """Refuse a new type with very few examples: it is a slip, or cannot be learnt."""
    counts = Counter(claim.type for claim in claims)
    for name in new:
        if counts[name] < MIN_TYPE_EXAMPLES:
            raise CorpusError(
                f"{names}: claim type {name!r} is new and has {counts[name]} claims, wanted at least "
                f"{MIN_TYPE_EXAMPLES}: label more, or use one of {list(known)}"
            )
    ClaimOutputs((*known, *new))  # raises ValueError for a name that is not allowed


def retrain_model(
    base: str | Path,
    labels: Sequence[Path],
    output: Path,
    *,
    allowed_new_types: Collection[str] = (),
    drop_bad: bool = False,
) -> tuple[Manifest, FittedClaims, NewLabels]:
    """Write a model folder whose claim heads have also learnt from new labels. The same call gives the same bytes.

    Everything except the claim heads stays as it is in the base model. The folder appears only when it is complete.

    Args:
        base: the model to continue from; it must contain the claims it was fitted on.
        labels: label files in the result format.
        output: the new folder.

    Raises:
        ModelError: the base cannot be loaded, or contains no claims.
        CorpusError: the labels cannot be learnt from; see `read_new_labels`.
        LockedError: another process is writing the same folder.
        OutputError: the folder exists, or cannot be written.
    """
    config = ClaimFitConfig()
    manifest = verify(base)
    data = _load_claims(manifest)
    new = read_new_labels(labels, data.claim_types, allowed_new_types=allowed_new_types, drop_bad=drop_bad)
    try:
        with claim_folder(output):
            # One thread, because sums over several threads can come out differently on another machine.
            with threadpool_limits(1):
                model = Attributor.load(manifest.folder)
                data, fitted = _learn(model, data, new, config)
            return _write(manifest, output, data, fitted, new, config), fitted, new
    except OSError as error:
        raise OutputError(f"{output}: cannot be written: {error.strerror or error}") from error


def _load_claims(manifest: Manifest) -> ClaimData:
    if CLAIM_DATA not in manifest.data["files"]:
        raise ModelError(
            f"{manifest.folder}: holds no {CLAIM_DATA}, so its claim heads cannot be refitted without forgetting; "
            "start from a model that does"
        )
    try:
        return ClaimData.load(manifest.folder / CLAIM_DATA)
    except ValueError as error:
        raise ModelError(str(error)) from error


def _learn(
    model: Attributor, data: ClaimData, new: NewLabels, config: ClaimFitConfig
) -> tuple[ClaimData, FittedClaims]:
    claim_types = (*data.claim_types, *new.new_types)
    pooled = pool_claims(model, new.articles, is_seen=lambda article: False, claim_types=claim_types)
    # Corrected labels replace those that the model was made from.
    kept = data.without_articles(pooled.articles)
    joined = kept.with_claims(pooled, claim_types)
    return joined, fit_claims(joined, new_articles=set(pooled.articles), config=config)


def _write(
    base: Manifest, output: Path, data: ClaimData, fitted: FittedClaims, new: NewLabels, config: ClaimFitConfig
) -> Manifest:
    with whole_folder(output) as temporary:
        for name in (ENCODER, TOKENIZER, TRAINING_TEXTS):
            if name in base.data["files"]:
                shutil.copyfile(base.folder / name, temporary / name)
        save_file(load_file(base.folder / HEADS) | fitted.to_arrays(), temporary / HEADS)
        data.save(temporary / CLAIM_DATA)
        facts = _manifest(base, fitted, new, config)
        write_retrained_card(temporary / CARD, facts, fitted.after)
        write_manifest(temporary, facts)
    return verify(output)


def _manifest(base: Manifest, fitted: FittedClaims, new: NewLabels, config: ClaimFitConfig) -> dict[str, Any]:
    """The manifest of the retrained model: the base's, with what has changed."""
    retraining = {
        "base": base.title,
        "base_fingerprint": base.fingerprint,
        "labels_sha256": dict(new.sha256),
        "n_articles": len(new.articles),
        "n_claims": new.n_claims,
        "new_types": list(new.new_types),
        "config": asdict(config),
        "strength": fitted.strength,
        "balance": fitted.balance,
        **label_agreement(fitted),
        "cross_validated": cross_validated(fitted),
    }
    recipe = json.dumps(retraining, sort_keys=True).encode()
    # Semantic versions allow build metadata after a plus sign; after several retrainings only the last is named.
    version = f"{base.version.split('+')[0]}+{hashlib.sha256(recipe).hexdigest()[:8]}"
    kept = {name: value for name, value in base.data.items() if name not in ("format_version", "files", "measures")}
    labels = {**kept["labels"], "claim_types": list(fitted.claim_types)}
    training = {**kept["training"], "retrainings": [*kept["training"].get("retrainings", []), retraining]}
    return kept | {"version": version, "inquit_version": __version__, "labels": labels, "training": training}


def cross_validated(fitted: FittedClaims) -> dict[str, dict[str, dict[str, float]]]:
    """What the new labels changed on left-out articles: scores by domain and measure, before and after."""
    return {
        domain: {
            name: {"before": round(before.score(name), 4), "after": round(fitted.after[domain].score(name), 4)}
            for name in before.measures
        }
        for domain, before in fitted.before.items()
    }


def label_agreement(fitted: FittedClaims) -> dict[str, float]:
    """Agreement of the new labels of known types with heads that have not learnt from them: Cohen's kappa (1960)."""
    known = set(NETWORK_OUTPUTS.claim_types)
    table = fitted.before["new"].confusion if "new" in fitted.before else {}
    pairs = [pair for a, row in table.items() if a in known for b, n in row.items() for pair in [(a, b)] * n]
    if len({theirs for theirs, _ in pairs}) < 2:  # with one type, kappa means nothing
        return {"label_kappa": 0.0, "n_known_claims": 0}
    return {"label_kappa": round(cohens_kappa(pairs).kappa or 0.0, 4), "n_known_claims": len(pairs)}
