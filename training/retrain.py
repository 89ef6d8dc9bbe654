"""Learn from new labels: claim heads and their probabilities, in seconds, without torch and without the old articles."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from safetensors.numpy import load_file, save_file
from threadpoolctl import threadpool_limits

from inquit import __version__
from inquit.inference.attributor import Attributor
from inquit.inference.writers import OutputError
from inquit.models.article import text_sha256
from inquit.models.claims import NETWORK_OUTPUTS, ClaimOutputs
from inquit.models.folder import (
    CARD,
    CLAIM_DATA,
    ENCODER,
    HEADS,
    TOKENIZER,
    Manifest,
    ModelError,
    file_sha256,
    verify,
    write_manifest,
)
from inquit.models.lock import hold_lock
from inquit.models.result import ArticleResult, Attribution, Claim, Narration
from inquit.training.card import write_retrained_card
from inquit.training.claim_data import ClaimData, pool_claims
from inquit.training.claim_fit import MIN_TYPE_EXAMPLES, ClaimFitConfig, FittedClaims, fit_claims
from inquit.training.corpora import CorpusError, read_corpus

logger = logging.getLogger(__name__)

Item = TypeVar("Item", Attribution, Narration)


@dataclass(frozen=True, slots=True)
class NewLabels:
    """Labels to learn from.

    Attributes:
        articles: those with claims, each once.
        n_claims: how many of their claims are labelled.
        n_unreviewed: claims that were left out because they are a model's own answers.
        new_types: claim types that the model does not know yet, in alphabetical order.
        sha256: of every file by its name.
    """

    articles: tuple[ArticleResult, ...]
    n_claims: int
    n_unreviewed: int
    new_types: tuple[str, ...]
    sha256: Mapping[str, str]


def read_new_labels(
    paths: Sequence[Path], known_types: Sequence[str], *, allowed_new_types: Collection[str] = ()
) -> NewLabels:
    """Read label files.

    A claim that carries a model's probabilities was not looked at by anybody, unless its article's metadata says
    ``reviewed_by``; it is left out and counted.

    Args:
        known_types: the claim types of the model.
        allowed_new_types: new types that are meant even where they look like a misspelt known one.

    Raises:
        CorpusError: a file cannot be read, has no text, or holds nothing to learn; an article comes twice; a type looks
            misspelt, or is new and too rare to be learnt.
    """
    articles: dict[str, ArticleResult] = {}
    n_unreviewed = 0
    for path in paths:
        for article in read_corpus(path):
            if article.text is None:
                raise CorpusError(f"{path}: article {article.id!r} has no text; labels are learnt from the words")
            if article.text_hash not in (None, text_sha256(article.text)):
                raise CorpusError(f"{path}: article {article.id!r} was labelled on another text than it has here")
            if article.id in articles:
                raise CorpusError(f"{path}: article {article.id!r} was labelled before; keep one of the two")
            reviewed, n_dropped = _reviewed(article)
            n_unreviewed += n_dropped
            if any(_claims(reviewed)):
                articles[article.id] = reviewed
    names = ", ".join(map(str, paths))
    if not articles:
        left_out = f" ({n_unreviewed} are a model's own answers, unreviewed)" if n_unreviewed else ""
        raise CorpusError(f"{names}: no labels: wanted articles whose attributions or narration have a claim{left_out}")
    claims = [claim for article in articles.values() for claim in _claims(article)]
    new_types = _new_types(claims, known_types, allowed_new_types, names)
    hashes = {path.name: file_sha256(path) for path in paths if path.is_file()}
    return NewLabels(tuple(articles.values()), len(claims), n_unreviewed, new_types, hashes)


def _reviewed(article: ArticleResult) -> tuple[ArticleResult, int]:
    """The article without claims that nobody has looked at, and how many those are."""
    if article.metadata.get("reviewed_by"):
        return article, 0
    attributions = tuple(_without_own_answer(attribution) for attribution in article.attributions)
    narration = tuple(_without_own_answer(sentence) for sentence in article.narration)
    reviewed = replace(article, attributions=attributions, narration=narration)
    return reviewed, len(list(_claims(article))) - len(list(_claims(reviewed)))


def _without_own_answer(item: Item) -> Item:
    return replace(item, claim=None) if item.claim is not None and item.claim.probabilities else item


def _claims(article: ArticleResult) -> Iterator[Claim]:
    claims = (*(a.claim for a in article.attributions), *(sentence.claim for sentence in article.narration))
    return (claim for claim in claims if claim is not None)


def _new_types(claims: Sequence[Claim], known: Sequence[str], allowed: Collection[str], names: str) -> tuple[str, ...]:
    """The types that the model does not know. One or two examples of a type are a slip of the pen, or too few."""
    counts = Counter(claim.type for claim in claims)
    used = sorted({name for claim in claims for name in (claim.type, *claim.secondary)} - set(known))
    for name in used:
        close = get_close_matches(name.strip().lower(), known, n=1, cutoff=0.75)
        if close and name not in allowed:
            raise CorpusError(
                f"{names}: claim type {name!r} is not one of {list(known)}. Did you mean {close[0]!r}? "
                f"If it is a type of its own, say so with --new-type {name}"
            )
        if counts[name] < MIN_TYPE_EXAMPLES:
            raise CorpusError(
                f"{names}: claim type {name!r} is new and has {counts[name]} claims, wanted at least "
                f"{MIN_TYPE_EXAMPLES}: label more, or use one of {list(known)}"
            )
    ClaimOutputs((*known, *used))  # raises ValueError for a name that no type may have
    return tuple(used)


def retrain_model(
    base: str | Path,
    labels: Sequence[Path],
    output: Path,
    *,
    allowed_new_types: Collection[str] = (),
    config: ClaimFitConfig | None = None,
) -> tuple[Manifest, FittedClaims, NewLabels]:
    """Write a model folder that has learnt from new labels as well. The same call gives the same bytes.

    Everything but the claim heads stays as it is in the base model. The folder appears only when it is whole.

    Args:
        base: the model to go on from; it must hold the claims it was fitted on.
        labels: label files in the result format.
        output: the new folder.

    Raises:
        ModelError: the base cannot be loaded, or holds no claims.
        CorpusError: the labels cannot be learnt from; see `read_new_labels`.
        LockedError: another retrain is writing the same folder.
        OutputError: the folder exists, or cannot be written.
    """
    config = config or ClaimFitConfig()
    manifest = verify(base)
    data = _load_claims(manifest)
    new = read_new_labels(labels, data.claim_types, allowed_new_types=allowed_new_types)
    if output.exists():
        raise OutputError(f"{output}: exists already; remove it or name another folder")
    try:
        with hold_lock(output.with_name(f".{output.name}.lock")):
            # One thread: sums over several come out in another order on another machine.
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
    # Corrected labels take the place of those that the model was made from.
    kept = data.without_articles(pooled.articles)
    joined = kept.with_claims(pooled, claim_types)
    return joined, fit_claims(joined, new_articles=set(pooled.articles), config=config)


def _write(
    base: Manifest, output: Path, data: ClaimData, fitted: FittedClaims, new: NewLabels, config: ClaimFitConfig
) -> Manifest:
    temporary = output.with_name(f".tmp-{output.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir(parents=True)
        for name in (ENCODER, TOKENIZER):
            shutil.copyfile(base.folder / name, temporary / name)
        save_file(load_file(base.folder / HEADS) | fitted.to_arrays(), temporary / HEADS)
        data.save(temporary / CLAIM_DATA)
        facts = _manifest(base, fitted, new, config)
        write_retrained_card(temporary / CARD, facts, fitted.after)
        write_manifest(temporary, facts)
        os.replace(temporary, output)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return verify(output)


def _manifest(base: Manifest, fitted: FittedClaims, new: NewLabels, config: ClaimFitConfig) -> dict[str, Any]:
    """The base's manifest with what is different now."""
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
    # Semantic versions allow what was built from what after a plus sign; of a second retraining only the last is named.
    version = f"{base.version.split('+')[0]}+{hashlib.sha256(recipe).hexdigest()[:8]}"
    kept = {name: value for name, value in base.data.items() if name not in ("format_version", "files", "measures")}
    labels = {**kept["labels"], "claim_types": list(fitted.claim_types)}
    training = {**kept["training"], "retrainings": [*kept["training"].get("retrainings", []), retraining]}
    return kept | {"version": version, "inquit_version": __version__, "labels": labels, "training": training}


def cross_validated(fitted: FittedClaims) -> dict[str, dict[str, dict[str, float]]]:
    """What new labels changed on articles that took no part in fitting: by domain, measure, and before or after."""
    return {
        domain: {
            name: {"before": round(before.score(name), 4), "after": round(fitted.after[domain].score(name), 4)}
            for name in before.measures
        }
        for domain, before in fitted.before.items()
    }


def label_agreement(fitted: FittedClaims) -> dict[str, float]:
    """How far new labels of known types agree with heads that have not learnt from them: Cohen's kappa (1960)."""
    known = set(NETWORK_OUTPUTS.claim_types)
    table = fitted.before["new"].confusion if "new" in fitted.before else {}
    pairs = Counter({(a, b): n for a, row in table.items() for b, n in row.items() if a in known})
    total = pairs.total()
    if not total:
        return {"label_kappa": 0.0, "n_known_claims": 0}
    agreed = sum(n for (a, b), n in pairs.items() if a == b) / total
    theirs, ours = Counter[str](), Counter[str]()
    for (a, b), n in pairs.items():
        theirs[a] += n
        ours[b] += n
    expected = sum(theirs[name] * ours[name] for name in theirs) / total**2
    kappa = (agreed - expected) / (1 - expected) if expected < 1 else 0.0
    return {"label_kappa": round(kappa, 4), "n_known_claims": total}
