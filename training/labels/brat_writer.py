"""Write brat standoff: a folder of NAME.txt and NAME.ann, and brat's annotation.conf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from inquit.inference.corrections import claim_types_of
from inquit.inference.writers import OutputError, open_atomically
from inquit.models.article import Spans, text_sha256
from inquit.models.labels import POLARITIES, SPEAKER_KINDS
from inquit.models.result import LIKELY, ArticleResult, Attribution, Claim, QuoteKind

_MAX_NAME = 150


def write_brat(articles: Sequence[ArticleResult], folder: Path) -> None:
    """Write a pair of files for each article, and the configuration that brat needs to show them.

    Files are named after the article's id, percent-encoded; a long id is replaced by a hash.

    Raises:
        ValueError: an article has no text.
        inquit.inference.writers.OutputError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be created: {error.strerror}") from error
    files = {"annotation.conf": annotation_conf(claim_types_of(articles))}
    for article in articles:
        if article.text is None:
            raise ValueError(f"article {article.id}: has no text, which brat needs; score without --no-text")
        name = file_name(article.id)
        files |= {f"{name}.txt": article.text, f"{name}.ann": to_standoff(article)}
        for file_name_, content in files.items():
            with open_atomically(folder / file_name_) as file:
                file.write(content.encode("utf-8", "surrogatepass"))
        files = {}


def file_name(article_id: str) -> str:
    """A safe file name for any id; `unquote` gives the id back unless it was too long.

    >>> file_name("../etc/x"), file_name("border-talks")
    ('%2E%2E%2Fetc%2Fx', 'border-talks')
    """
    quoted = quote(article_id, safe=" ", errors="surrogatepass").replace(".", "%2E")
    return quoted if quoted and len(quoted) <= _MAX_NAME else text_sha256(article_id)[:16]


def to_standoff(article: ArticleResult) -> str:
    """The .ann file of one article."""
    return "".join(f"{line}\n" for line in _Writer(article.text or "").lines(article))


class _Writer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._counts = dict.fromkeys("TEA#", 0)

    def lines(self, article: ArticleResult) -> Iterator[str]:
        for attribution in article.attributions:
            yield from self._attribution(attribution)
        for sentence in article.narration:
            mark = self._next("T")
            yield self._mark(mark, "Narration", (sentence.span,))
            yield from self._claim(mark, sentence.claim)

    def _next(self, kind: str) -> str:
        self._counts[kind] += 1
        return f"{kind}{self._counts[kind]}"

    def _mark(self, name: str, role: str, spans: Spans) -> str:
        offsets = ";".join(f"{span.start} {span.end}" for span in spans)
        words = " ".join(" ".join(span.of(self._text).split()) for span in spans)
        return f"{name}\t{role} {offsets}\t{words}"

    def _attribution(self, attribution: Attribution) -> Iterator[str]:
        parts = {"Content": attribution.content, "Cue": attribution.cue, "Source": attribution.source}
        names = {role: self._next("T") for role, spans in parts.items() if spans}
        for role, name in names.items():
            yield self._mark(name, role, parts[role])
        trigger, event = self._next("T"), self._next("E")
        yield self._mark(trigger, "Attribution", attribution.cue or attribution.content)
        yield f"{event}\t{' '.join([f'Attribution:{trigger}', *(f'{role}:{name}' for role, name in names.items())])}"
        yield from self._claim(event, attribution.claim)
        if attribution.kind is not None:
            yield self._attribute("Kind", event, attribution.kind.value)
        if (speaker := attribution.speaker) is not None:
            yield self._attribute("SpeakerKind", event, speaker.kind.value)
            if speaker.named:
                yield self._attribute("SpeakerNamed", event)
            if speaker.name is not None:
                yield f"{self._next('#')}\tAnnotatorNotes {event}\t{' '.join(speaker.name.split())}"

    def _claim(self, target: str, claim: Claim | None) -> Iterator[str]:
        if claim is None:
            return
        yield self._attribute("ClaimType", target, claim.type)
        for attribute, secondary in zip(("Secondary", "Secondary2"), claim.secondary, strict=False):
            yield self._attribute(attribute, target, secondary)
        yield self._attribute("Polarity", target, claim.polarity.value)
        if claim.checkworthy >= LIKELY:
            yield self._attribute("CheckWorthy", target)

    def _attribute(self, name: str, target: str, value: str | None = None) -> str:
        return f"{self._next('A')}\t{name} {target}" + ("" if value is None else f" {value}")


def annotation_conf(claim_types: Iterable[str]) -> str:
    """brat's annotation.conf for these spans, events and attributes."""

    def attribute(name: str, values: Iterable[str] = ()) -> str:
        choice = f", Value:{'|'.join(values)}" if values else ""
        return f"{name}\tArg:<ANY>{choice}"

    return "\n".join(
        [
            "[entities]",
            *("Content", "Cue", "Source", "Narration"),
            "[relations]",
            "[events]",
            "Attribution\tContent+:Content, Cue*:Cue, Source*:Source",
            "[attributes]",
            *(attribute(name, claim_types) for name in ("ClaimType", "Secondary", "Secondary2")),
            attribute("Polarity", POLARITIES),
            attribute("Kind", [kind.value for kind in QuoteKind]),
            attribute("SpeakerKind", SPEAKER_KINDS),
            *(attribute(name) for name in ("CheckWorthy", "SpeakerNamed")),
            "",
        ]
    )
