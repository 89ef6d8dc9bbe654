"""The claims that a model was fitted on, small enough to ship with it: features and labels, no text.

A claim is stored as its pooled state, projected onto the directions in which pooled states vary most (8 bits each), the
scores that the network's own head gives it, and its labels. Both the projection and the scores are linear in the pooled
state, so a head fitted on them folds into a single matrix.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from inquit.inference.attributor import Attributor
from inquit.models.article import Article, text_sha256
from inquit.models.claims import NETWORK_OUTPUTS, ClaimHead, ClaimOutputs
from inquit.models.labels import CLAIM_TYPES, POLARITIES
from inquit.models.linker import spans_of_words
from inquit.models.passage import Passage
from inquit.models.result import ArticleResult, Claim
from inquit.models.segmentation import Document, segment
from inquit.training.evaluation.labels import match_attributions
from inquit.training.evaluation.tokens import TokenIndex, with_content

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

N_COMPONENTS = 160
_LEVELS = 127
_QUANTILE = 0.999  # features are clipped to this quantile of their absolute values over the training claims
_FORMAT = "inquit-claims-1"


class Origin(IntEnum):
    """Where a claim's passage comes from, which decides what its scores can be used for.

    SEEN: labelled, in an article that the encoder was fitted on, so its scores are overconfident. UNSEEN: labelled, in
    any other article. FOUND: as the model found it in an UNSEEN article, with the label that it matches. Scoring meets
    such passages, so they are used to calibrate.
    """

    SEEN = 0
    UNSEEN = 1
    FOUND = 2


@dataclass(frozen=True, slots=True, eq=False)
class PooledClaims:
    """Labelled claims with their pooled states, one row each.

    Attributes:
        states: shape (n, 3 * n_hidden).
        articles: a short hash of each claim's article.
    """

    states: Floats
    claims: tuple[Claim, ...]
    is_narration: Flags
    origins: Ints
    articles: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.claims)


def article_hash(text: str) -> str:
    """The short hash that identifies an article among claims."""
    return text_sha256(text)[:16]


def pool_claims(
    model: Attributor,
    articles: Iterable[ArticleResult],
    *,
    is_seen: Callable[[ArticleResult], bool],
    claim_types: Sequence[str] = CLAIM_TYPES,
) -> PooledClaims:
    """Compute the pooled states of the claims in labelled articles with a model's encoder.

    Args:
        is_seen: whether an article trained the encoder; if not, the passages that the model finds are pooled too.
        claim_types: claims with any other type or secondary type are skipped.
    """
    pooled: list[Floats] = []
    claims: list[Claim] = []
    is_narration: list[bool] = []
    origins: list[int] = []
    names: list[str] = []
    for gold in articles:
        assert gold.text is not None
        if not _holds_claims(gold):
            continue
        document, states = model.encoder.encode(segment(Article(gold.id, gold.text)))
        origin = Origin.SEEN if is_seen(gold) else Origin.UNSEEN
        passages = [(*labelled, origin) for labelled in _labelled_passages(document, gold)]
        if origin is Origin.UNSEEN:
            found = _found_passages(model, document, states, gold)
            passages += [(passage, claim, False, Origin.FOUND) for passage, claim in found]
        for passage, claim, narrates, where in passages:
            if not {claim.type, *claim.secondary} <= {*claim_types}:
                logger.warning("article %s: skipped a claim of a type that the model does not have", gold.id)
                continue
            pooled.append(passage.pool(states))
            claims.append(claim)
            is_narration.append(narrates)
            origins.append(int(where))
            names.append(article_hash(gold.text))
    n_inputs = model.claims.attributed.weight.shape[1]
    return PooledClaims(
        np.stack(pooled) if pooled else np.zeros((0, n_inputs), dtype=np.float32),
        tuple(claims),
        np.array(is_narration, dtype=bool),
        np.array(origins, dtype=np.int64),
        tuple(names),
    )


def _holds_claims(article: ArticleResult) -> bool:
    claims = (*(a.claim for a in article.attributions), *(sentence.claim for sentence in article.narration))
    return any(claim is not None for claim in claims)


def _labelled_passages(document: Document, gold: ArticleResult) -> list[tuple[Passage, Claim, bool]]:
    found = [
        (Passage.of_attribution(document, attribution), attribution.claim, False) for attribution in gold.attributions
    ]
    found += [(Passage.of_sentence(document, sentence.span), sentence.claim, True) for sentence in gold.narration]
    return [
        (passage, claim, is_narration)
        for passage, claim, is_narration in found
        if passage is not None and claim is not None and passage.parts[0][1] > passage.parts[0][0]
    ]


def _found_passages(
    model: Attributor, document: Document, states: Floats, gold: ArticleResult
) -> list[tuple[Passage, Claim]]:
    """The passages of the attributions that the model finds and that match a labelled one, with its claim."""
    labels = {attribution.id: attribution.claim for attribution in gold.attributions}
    links = model.linker.link(document, model.tagger.tag(document, states), states)
    predicted = [
        {"row": i, "content": [(span.start, span.end) for span in spans_of_words(document, link.contents)]}
        for i, link in enumerate(links)
    ]
    pairs = match_attributions(TokenIndex(document.text), with_content(gold.to_dict()), predicted)
    labelled = [(links[ours["row"]], labels[theirs["id"]]) for theirs, ours in pairs]
    return [(Passage.of_link(link), claim) for link, claim in labelled if claim is not None]


@dataclass(frozen=True, slots=True, eq=False)
class ClaimData:
    """Labelled claims in compact form, one row each, and the projection that made their pooled states compact.

    Attributes:
        claim_types: the names behind ``types`` and the columns of ``secondary``; the network's own come first.
        network: the head that was fitted with the encoder, on ``CLAIM_TYPES``.
        mean, components: of pooled states; shape (3 * n_hidden,) and (n_components, 3 * n_hidden).
        steps: shape (n_components,), the value of one unit of a quantised feature.
        quantised: shape (n, n_components), 8-bit features.
        scores: shape (n, n_network_outputs), from the network's own head.
        types, polarities: shape (n,), indices.
        secondary: shape (n, n_claim_types).
        origins: shape (n,), `Origin`.
        articles: shape (n,), indices into ``article_hashes``.
    """

    claim_types: tuple[str, ...]
    network: ClaimHead
    mean: Floats
    components: Floats
    steps: Floats
    quantised: NDArray[np.int8]
    scores: Floats
    types: Ints
    secondary: Flags
    polarities: Ints
    is_checkworthy: Flags
    is_narration: Flags
    origins: Ints
    articles: Ints
    article_hashes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.types)

    @property
    def features(self) -> Floats:
        """Shape (n, n_components), scaled so that their mean square is about that of standardised features."""
        scaled: Floats = self.quantised * (self.steps / self.feature_scale)
        return scaled.astype(np.float32)

    @property
    def feature_scale(self) -> float:
        return float(np.sqrt(np.mean((self.steps * _LEVELS / 3) ** 2)))

    @property
    def outputs(self) -> ClaimOutputs:
        return ClaimOutputs(self.claim_types)

    def fold(self, weight: NDArray[np.floating], bias: NDArray[np.floating]) -> ClaimHead:
        """The head on pooled states that is equivalent to a linear map of the features."""
        on_states = weight @ (self.components / self.feature_scale)
        return ClaimHead(on_states.astype(np.float32), (bias - on_states @ self.mean).astype(np.float32))

    def rows(self, chosen: Flags | Ints) -> ClaimData:
        """The chosen claims."""
        return replace(
            self,
            quantised=self.quantised[chosen],
            scores=self.scores[chosen],
            types=self.types[chosen],
            secondary=self.secondary[chosen],
            polarities=self.polarities[chosen],
            is_checkworthy=self.is_checkworthy[chosen],
            is_narration=self.is_narration[chosen],
            origins=self.origins[chosen],
            articles=self.articles[chosen],
        )

    def without_articles(self, hashes: Iterable[str]) -> ClaimData:
        """The claims of all other articles."""
        return self.rows(~self.is_of(hashes))

    def is_of(self, hashes: Iterable[str]) -> Flags:
        """Which claims belong to these articles."""
        wanted = set(hashes)
        return np.isin(self.articles, [i for i, name in enumerate(self.article_hashes) if name in wanted])

    def with_claims(self, pooled: PooledClaims, claim_types: Sequence[str] | None = None) -> ClaimData:
        """These claims with more added. ``claim_types``: all types of the result, if there are new ones.

        Raises:
            ValueError: ``claim_types`` do not begin with the old ones.
        """
        claim_types = self.claim_types if claim_types is None else tuple(claim_types)
        if claim_types[: len(self.claim_types)] != self.claim_types:
            raise ValueError(f"claim types {list(claim_types)} must begin with the old ones, {list(self.claim_types)}")
        names = {name: i for i, name in enumerate(dict.fromkeys((*self.article_hashes, *pooled.articles)))}
        levels = np.round((pooled.states - self.mean) @ self.components.T / self.steps)
        n_new_types = len(claim_types) - len(self.claim_types)
        secondary = np.zeros((len(pooled), len(claim_types)), dtype=bool)
        for row, claim in enumerate(pooled.claims):
            secondary[row, [claim_types.index(name) for name in claim.secondary]] = True
        return replace(
            self,
            claim_types=claim_types,
            quantised=np.concatenate([self.quantised, levels.clip(-_LEVELS, _LEVELS).astype(np.int8)]),
            scores=_half(np.concatenate([self.scores, self.network.scores(pooled.states)])),
            types=_join(self.types, [claim_types.index(claim.type) for claim in pooled.claims]),
            secondary=np.concatenate([np.pad(self.secondary, ((0, 0), (0, n_new_types))), secondary]),
            polarities=_join(self.polarities, [POLARITIES.index(claim.polarity) for claim in pooled.claims]),
            is_checkworthy=np.concatenate(
                [self.is_checkworthy, np.array([bool(claim.checkworthy) for claim in pooled.claims], dtype=bool)]
            ),
            is_narration=np.concatenate([self.is_narration, pooled.is_narration]),
            origins=_join(self.origins, pooled.origins),
            articles=_join(self.articles, [names[name] for name in pooled.articles]),
            article_hashes=tuple(names),
        )

    def save(self, path: Path) -> None:
        """Write to a file; the same claims give the same bytes."""
        arrays: dict[str, NDArray[Any]] = {
            "network.weight": self.network.weight,
            "network.bias": self.network.bias,
            "mean": self.mean,
            "components": self.components,
            "steps": self.steps,
            "quantised": self.quantised,
            "scores": self.scores.astype(np.float16),
            "types": self.types.astype(np.uint8),
            "secondary": self.secondary.astype(np.uint8),
            "polarities": self.polarities.astype(np.uint8),
            "is_checkworthy": self.is_checkworthy.astype(np.uint8),
            "is_narration": self.is_narration.astype(np.uint8),
            "origins": self.origins.astype(np.uint8),
            "articles": self.articles.astype(np.int32),
        }
        # A single entry, because safetensors writes several in no fixed order.
        facts = {"format": _FORMAT, "claim_types": self.claim_types, "article_hashes": self.article_hashes}
        save_file(
            {name: np.ascontiguousarray(array) for name, array in arrays.items()},
            path,
            metadata={"claims": json.dumps(facts)},
        )

    @classmethod
    def load(cls, path: Path) -> ClaimData:
        """Read what `save` wrote.

        Raises:
            ValueError: the file does not hold claims.
        """
        try:
            with safe_open(path, framework="numpy") as file:
                facts = json.loads((file.metadata() or {})["claims"])
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            if facts["format"] != _FORMAT:
                raise ValueError(f"its format is {facts['format']!r}, this inquit reads {_FORMAT!r}")
            data = cls(
                claim_types=tuple(facts["claim_types"]),
                network=ClaimHead(arrays["network.weight"], arrays["network.bias"]),
                **{name: arrays[name] for name in ("mean", "components", "steps", "quantised")},
                scores=arrays["scores"].astype(np.float32),
                **{name: arrays[name].astype(np.int64) for name in ("types", "polarities", "origins", "articles")},
                **{name: arrays[name].astype(bool) for name in ("secondary", "is_checkworthy", "is_narration")},
                article_hashes=tuple(facts["article_hashes"]),
            )
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise ValueError(f"{path}: does not hold the claims of an inquit model: {error!r}") from error
        data._check(path)
        return data

    def _check(self, path: Path) -> None:
        n, n_types = len(self.types), len(self.outputs.claim_types)
        wanted = {
            "quantised": (n, len(self.components)),
            "scores": (n, len(NETWORK_OUTPUTS)),
            "secondary": (n, n_types),
            "components": (len(self.steps), len(self.mean)),
        } | dict.fromkeys(("polarities", "is_checkworthy", "is_narration", "origins", "articles"), (n,))
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{path}: {name} must have shape {shape}, got {getattr(self, name).shape}")


def compress_claims(pooled: PooledClaims, network: ClaimHead, *, n_components: int = N_COMPONENTS) -> ClaimData:
    """Put claims into compact form.

    Args:
        network: the head that was fitted with the encoder.
        n_components: how many directions to keep; fewer are kept if there are fewer claims.

    Raises:
        ValueError: there are fewer than two claims.
    """
    # Imported here because claims are also read where scikit-learn is not installed.
    from sklearn.decomposition import PCA

    if len(pooled) < 2:
        raise ValueError(f"wanted at least two labelled claims, got {len(pooled)}")
    pca = PCA(min(n_components, len(pooled), pooled.states.shape[1]), svd_solver="covariance_eigh")
    features = pca.fit_transform(pooled.states.astype(np.float64))
    reach = np.quantile(np.abs(features), _QUANTILE, axis=0)
    empty = ClaimData(
        claim_types=CLAIM_TYPES,
        network=network,
        mean=pca.mean_.astype(np.float32),
        components=pca.components_.astype(np.float32),
        steps=(np.maximum(reach, 1e-6) / _LEVELS).astype(np.float32),
        quantised=np.zeros((0, pca.n_components_), dtype=np.int8),
        scores=np.zeros((0, len(NETWORK_OUTPUTS)), dtype=np.float32),
        types=np.zeros(0, dtype=np.int64),
        secondary=np.zeros((0, len(CLAIM_TYPES)), dtype=bool),
        polarities=np.zeros(0, dtype=np.int64),
        is_checkworthy=np.zeros(0, dtype=bool),
        is_narration=np.zeros(0, dtype=bool),
        origins=np.zeros(0, dtype=np.int64),
        articles=np.zeros(0, dtype=np.int64),
        article_hashes=(),
    )
    return empty.with_claims(pooled)


def _join(old: Ints, new: Sequence[int] | Ints) -> Ints:
    return np.concatenate([old, np.asarray(new, dtype=np.int64)])


def _half(scores: Floats) -> Floats:
    """Round to the precision of the file, so that loaded data gives the same fit as data that was never saved."""
    return scores.astype(np.float16).astype(np.float32)
