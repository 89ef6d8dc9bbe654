"""From one record to one result, whatever the record is and whatever goes wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from inquit.inference.batch.language import looks_foreign
from inquit.inference.batch.record import LANGUAGE, PARTIAL_WARNINGS, Page, Record, Skipped
from inquit.inference.records import Scorer, score_safely
from inquit.models.article import Article
from inquit.models.result import ArticleResult, ErrorInfo, Status

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOptions:
    """What goes into a result.

    Attributes:
        with_text: include the text; its hash is always included.
        min_confidence: as in `Attributor.load`; the scorer was loaded with it.
        max_chars: a longer article becomes an error record; it is never cut.
    """

    with_text: bool = True
    min_confidence: float | None = None
    max_chars: int = 5_000_000


def needs_model(record: Record) -> bool:
    """Whether there is something to score; other records already say what their result is."""
    return isinstance(record.content, str | Page)


def score_record(record: Record, scorer: Scorer, options: ScoreOptions) -> bytes:
    """The JSON line with the result of a record; no article makes it raise."""
    try:
        if isinstance(record.content, Page):
            # Imported here: it loads an HTML parser.
            from inquit.inference.batch.pages import with_article

            read = with_article(record, record.content)
        else:
            read = record
        assert isinstance(read.content, str)
        result = _score_text(read, read.content, scorer, options)
        return encode(_with_input(result, record, with_text=options.with_text))
    except MemoryError:
        return failure_line(record, "E_MEMORY", "did not fit into memory")
    except Exception as error:  # noqa: BLE001
        # Extracting text and encoding can fail too, and one article must not end a batch that runs overnight.
        logger.error("article %s: E_INTERNAL %s", record.id, type(error).__name__)
        return failure_line(record, "E_INTERNAL", f"{type(error).__name__}; please report it with the article")


def answer_without_model(record: Record) -> bytes:
    """The JSON line of a record that could not be read or is not to be scored."""
    match record.content:
        case ErrorInfo() as error:
            return encode(_with_input(_failed(record, error), record))
        case Skipped(warning=warning):
            warnings = (warning, *record.warnings)
            result = ArticleResult(record.id, None, status=Status.SKIPPED, warnings=warnings, metadata=record.metadata)
            return encode(_with_input(result, record))
        case _:
            raise TypeError(f"record {record.id!r} needs the model")


def failure_line(record: Record, code: str, message: str) -> bytes:
    """The JSON line of a record whose scoring failed."""
    error = ErrorInfo(code, "score", f"{record.place}: {message}")
    return encode(_with_input(_failed(record, error), record))


def encode(result: Mapping[str, Any]) -> bytes:
    """One line of strict JSON, with its line break.

    Raises:
        ValueError: a number is NaN or infinite, or a text contains a lone surrogate.
    """
    return json.dumps(result, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def describe_input(record: Record) -> dict[str, Any]:
    """The ``input`` of a result: where the record comes from, and the hash of what was read there."""
    place: dict[str, Any] = {"path": record.place.path}
    if record.place.unit:
        place[record.place.unit] = record.place.number
    sha256 = record.sha256
    return place if sha256 is None else place | {"sha256": sha256}


def _score_text(record: Record, text: str, scorer: Scorer, options: ScoreOptions) -> ArticleResult:
    if len(text) > options.max_chars:
        message = f"{record.place}: {len(text)} characters, the limit is {options.max_chars}; --max-chars raises it"
        return _failed(record, ErrorInfo("E_TOO_LONG", "read", message))
    result = score_safely(scorer, Article(record.id, text, record.metadata))
    if result.error is not None:
        return _failed(record, result.error)
    foreign = (LANGUAGE,) if looks_foreign(text) else ()
    is_cut = result.status is Status.OK and not PARTIAL_WARNINGS.isdisjoint(record.warnings)
    return replace(
        result,
        status=Status.PARTIAL if is_cut else result.status,
        warnings=tuple(dict.fromkeys((*record.warnings, *foreign, *result.warnings))),
        metadata=record.metadata,
    )


def _failed(record: Record, error: ErrorInfo) -> ArticleResult:
    return ArticleResult(
        record.id,
        None,
        status=Status.ERROR,
        warnings=record.warnings,
        text_hash=record.sha256 if isinstance(record.content, str) else None,
        error=error,
        metadata=record.metadata,
    )


def _with_input(result: ArticleResult, record: Record, *, with_text: bool = True) -> dict[str, Any]:
    return result.to_dict(with_text=with_text) | {"input": describe_input(record)}
