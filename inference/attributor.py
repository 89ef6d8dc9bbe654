"""The pipeline: from an article to who said what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from inquit.models.article import Article, Span, first_surrogate, text_sha256
from inquit.models.calibration import LogisticCalibrator
from inquit.models.claims import ClaimTyper
from inquit.models.encoder import Encoder, OnnxEncoder
from inquit.models.evidence import Explanation, explain_passage
from inquit.models.folder import CURRENT, ENCODER, HEADS, TOKENIZER, Manifest, ModelError, verify
from inquit.models.labels import CLAIM_TYPES
from inquit.models.linker import LINK_FEATURES, Link, Linker
from inquit.models.narration import NarrationFinder, OwnSentence
from inquit.models.passage import Passage
from inquit.models.pieces import WindowConfig
from inquit.models.quotation_marks import has_unbalanced_quotation
from inquit.models.result import ArticleResult, Attribution, Claim, Narration, Speaker
from inquit.models.segmentation import Document, Floats, segment
from inquit.models.speakers.resolver import SpeakerResolver
from inquit.models.style import has_unusual_style
from inquit.models.tagger import Tagger

Part = TypeVar("Part")


class Attributor:
    """A loaded model. Call it with a text or an article; it never modifies its input and keeps no state.

    Attributes:
        name: name and version of the model, as it appears in results.
        fingerprint: SHA-256 of the model's manifest.
        least_confidence: attributions with a lower confidence are left out.
    """

    def __init__(
        self,
        encoder: Encoder,
        tagger: Tagger,
        linker: Linker,
        resolver: SpeakerResolver,
        claims: ClaimTyper,
        narration: NarrationFinder,
        confidence: LogisticCalibrator,
        *,
        least_confidence: float,
        name: str,
        fingerprint: str,
    ) -> None:
        self.encoder = encoder
        self.tagger = tagger
        self.linker = linker
        self.resolver = resolver
        self.claims = claims
        self.narration = narration
        self.confidence = confidence
        self.least_confidence = least_confidence
        self.name = name
        self.fingerprint = fingerprint

    @classmethod
    def load(
        cls,
        model: str | Path = CURRENT,
        *,
        n_threads: int = 1,
        expect_sha256: str | None = None,
        min_confidence: float | None = None,
    ) -> Attributor:
        """Check a model folder and load it.

        Args:
            min_confidence: attributions with a lower confidence are left out. 0 keeps all, more gives fewer wrong ones;
                None uses the best threshold overall, as fitted in `inquit.training.detection`.

        Raises:
            ModelError: a file is missing, changed, cannot be parsed, or lacks something that this version needs.
        """
        manifest = verify(model, expect_sha256=expect_sha256)
        try:
            encoder = load_encoder(manifest, n_threads=n_threads)
            arrays = _parse(load_file, manifest.folder / HEADS)
            return cls.from_arrays(
                encoder,
                arrays,
                name=manifest.title,
                fingerprint=manifest.fingerprint,
                claim_types=manifest.data["labels"]["claim_types"],
                min_confidence=min_confidence,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{manifest.folder}: its parts do not fit together: {error!r}") from error

    @classmethod
    def from_arrays(
        cls,
        encoder: Encoder,
        arrays: Mapping[str, Floats],
        *,
        name: str,
        fingerprint: str,
        claim_types: Sequence[str] = CLAIM_TYPES,
        min_confidence: float | None = None,
    ) -> Attributor:
        """Assemble a pipeline from an encoder and the arrays of its heads.

        Raises:
            ValueError: the arrays were fitted to features that another version of inquit computes.
        """
        return cls(
            encoder,
            Tagger.from_arrays(arrays),
            Linker.from_arrays(arrays),
            SpeakerResolver.from_arrays(arrays),
            ClaimTyper.from_arrays(arrays, claim_types),
            NarrationFinder.from_arrays(arrays),
            LogisticCalibrator.from_arrays(arrays, "confidence", n_features=len(LINK_FEATURES)),
            least_confidence=float(arrays["confidence.least"][0]) if min_confidence is None else min_confidence,
            name=name,
            fingerprint=fingerprint,
        )

    def __call__(self, article: Article | str) -> ArticleResult:
        """Who said what in one article; the id of a plain text is made from its hash.

        Raises:
            TypeError: the input is neither an article nor a text.
            ValueError: the text contains lone surrogates, which no file format can store.
        """
        if isinstance(article, str):
            article = Article(text_sha256(article)[:16], article)
        elif not isinstance(article, Article):
            raise TypeError(f"the input must be an Article or a str, got {type(article).__name__}")
        return self.attribute(article)

    def score(self, articles: Iterable[Article | str]) -> Iterator[ArticleResult]:
        """One result per article, in order, computed lazily."""
        return map(self, articles)

    def attribute(self, article: Article) -> ArticleResult:
        check_text(article.text)
        document, states = self.encoder.encode(segment(article))
        tags = self.tagger.tag(document, states)
        found = self.linker.link(document, tags, states)
        found_confidences = self.confidences(found)
        links, confidences = self.confident(found, found_confidences)
        speakers, entities = self.resolver.resolve(document, states, links)
        claims = self.claims.label(document, states, links)
        return ArticleResult(
            id=article.id,
            text=article.text,
            attributions=_attributions(document, links, confidences, speakers, claims),
            narration=self._narration(document, states, self.narration.find(document, tags, found, found_confidences)),
            entities=entities,
            warnings=_warnings(document),
            model=self.name,
            metadata=article.metadata,
        )

    def explain(
        self,
        article: ArticleResult | Article | str,
        passage: str | Span,
        *,
        label: str | None = None,
        against: str | None = None,
    ) -> Explanation:
        """Which words moved a claim label, and by how much; see docs/claims.md.

        Args:
            article: a result, corrected or not, whose passages are taken as they are; or an article or text, which is
                scored first.
            passage: the id of an attribution, or the span of one of the journalist's own sentences.
            label: a claim type, a polarity, ``checkworthy`` or ``secondary:TYPE``; None for the type that the model
                gives the passage.
            against: the alternative to compare it with; None for the average of all.

        Raises:
            ValueError: there is no such passage or label, or the result was written without its text.
        """
        result = article if isinstance(article, ArticleResult) else self(article)
        if result.text is None:
            raise ValueError(f"result {result.id} has no text; score the article again and keep its text")
        document, states = self.encoder.encode(segment(Article(result.id, result.text)))
        found = _find_passage(document, result, passage)
        head = self.claims.narrated if isinstance(passage, Span) else self.claims.attributed
        return explain_passage(document, states, found, head, self.claims.outputs, label=label, against=against)

    def confidences(self, links: Sequence[Link]) -> list[float]:
        """For each link, the calibrated probability that content and source are both right."""
        if not links:
            return []
        confidences: list[float] = self.confidence.probabilities(np.stack([link.evidence for link in links])).tolist()
        return confidences

    def confident(self, links: Sequence[Link], confidences: Sequence[float]) -> tuple[list[Link], list[float]]:
        """The links whose confidence reaches `least_confidence`, and their confidences."""
        kept = [i for i, confidence in enumerate(confidences) if confidence >= self.least_confidence]
        return [links[i] for i in kept], [confidences[i] for i in kept]

    def _narration(self, document: Document, states: Floats, own: list[OwnSentence]) -> tuple[Narration, ...]:
        claims = self.claims.label_sentences(document, states, [sentence.span for sentence in own])
        return tuple(
            Narration(sentence.span, claim, round(sentence.confidence, 4))
            for sentence, claim in zip(own, claims, strict=True)
        )


def _attributions(
    document: Document,
    links: Sequence[Link],
    confidences: Sequence[float],
    speakers: Sequence[Speaker | None],
    claims: Sequence[Claim],
) -> tuple[Attribution, ...]:
    return tuple(
        link.attribution(document, i, confidence=round(confidence, 4), speaker=speaker, claim=claim)
        for i, (link, confidence, speaker, claim) in enumerate(zip(links, confidences, speakers, claims, strict=True))
    )


def _warnings(document: Document) -> tuple[str, ...]:
    if not len(document.words):
        return ("W_EMPTY",)
    warnings = {
        "W_UNBALANCED_QUOTE": has_unbalanced_quotation(document.quotations, document.paragraphs),
        "W_DEPTH": document.quotations_nest_too_deeply,
        "W_STYLE": has_unusual_style(document),
    }
    return tuple(code for code, applies in warnings.items() if applies)


def _find_passage(document: Document, result: ArticleResult, passage: str | Span) -> Passage:
    """The passage of an attribution, given its id, or of a narration sentence, given its span."""
    if isinstance(passage, Span):
        found = Passage.of_sentence(document, passage) if passage.end <= len(document.text) else None
    else:
        by_id = {attribution.id: attribution for attribution in result.attributions}
        if passage not in by_id:
            raise ValueError(f"article {result.id} has no attribution {passage!r}; it has {list(by_id)}")
        found = Passage.of_attribution(document, by_id[passage])
    if found is None or found.parts[0][0] == found.parts[0][1]:
        raise ValueError(f"article {result.id}: {passage!r} contains no words to explain")
    return found


def check_text(text: object) -> None:
    """Raise if a text cannot be scored or written."""
    if not isinstance(text, str):
        raise TypeError(f"an article's text must be str, got {type(text).__name__}")
    if (place := first_surrogate(text)) is not None:
        raise ValueError(
            f"the text contains a lone surrogate {text[place]!r} at character {place}: "
            "a character was cut in half; read the text again from its source"
        )


def load_encoder(manifest: Manifest, *, n_threads: int) -> Encoder:
    """The encoder of a model folder, with its tokenizer and window settings.

    Raises:
        ModelError: the tokenizer or the network cannot be parsed.
    """
    data = manifest.data["encoder"]
    return Encoder(
        _parse(lambda path: Tokenizer.from_file(str(path)), manifest.folder / TOKENIZER),
        _parse(lambda path: OnnxEncoder(path, n_threads=n_threads), manifest.folder / ENCODER),
        special=(data["first_piece"], data["last_piece"]),
        n_hidden=data["n_hidden"],
        window=WindowConfig(**data["window"]),
    )


def _parse(parser: Callable[[Path], Part], path: Path) -> Part:
    try:
        return parser(path)
    except MemoryError:
        raise
    except Exception as error:  # ONNX Runtime, tokenizers and safetensors share no base class for their errors
        raise ModelError(f"{path}: cannot be parsed: {error}") from error
