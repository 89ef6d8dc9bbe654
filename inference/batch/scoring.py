"""One record to one result, whatever the record is and whatever happens on the way."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from inquit.inference.batch.record import PARTIAL_WARNINGS, Page, Record, Skipped
from inquit.models.article import Article
from inquit.models.result import ArticleResult, ErrorInfo, Status

logger = logging.getLogger(__name__)

Scorer = Callable[[Article], ArticleResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOptions:
    """What goes into a result.

    Attributes:
        with_text: keep the text; its hash stays in any case.
        min_confidence: leave attributions out that are less certain.
        max_chars: a longer article is an error record, it is never cut.
    """

    with_text: bool = True
    min_confidence: float = 0.0
    max_chars: int = 5_000_000


def score_record(record: Record, scorer: Scorer, options: ScoreOptions) -> bytes:
    """The line of JSON that answers a record; never raises for what an article does."""
    try:
        return encode(_with_place(_score(record, scorer, options), record, options))
    except MemoryError:
        return failure_line(record, "E_MEMORY", "did not fit into memory")
    except Exception as error:
        # The last line of defence of a batch that runs overnight: one article must not end it. No text is logged.
        logger.error("article %s: E_INTERNAL %s", record.id, type(error).__name__)
        return failure_line(record, "E_INTERNAL", f"{type(error).__name__}; please report it with the article")


def failure_line(record: Record, code: str, message: str) -> bytes:
    """The line of a record whose scoring failed."""
    error = ErrorInfo(code, "score", f"{record.place}: {message}")
    return encode(_with_place(_without_result(record, error), record, ScoreOptions()))


def encode(result: Mapping[str, Any]) -> bytes:
    """One line of strict JSON.

    Raises:
        ValueError: a number in it is NaN or infinite, or a text has a lone surrogate.
    """
    return json.dumps(result, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _score(record: Record, scorer: Scorer, options: ScoreOptions) -> ArticleResult:
    match record.content:
        case ErrorInfo() as error:
            return _without_result(record, error)
        case Skipped(warning=warning):
            return ArticleResult(
                record.id, None, status=Status.SKIPPED, warnings=(warning, *record.warnings), metadata=record.metadata
            )
        case Page() as page:
            # Imported here: it loads an HTML parser.
            from inquit.inference.batch.pages import with_article

            record = with_article(record, page)
    assert isinstance(record.content, str)
    text = record.content
    if len(text) > options.max_chars:
        message = f"{record.place}: {len(text)} characters, the limit is {options.max_chars}; --max-chars raises it"
        return _without_result(record, ErrorInfo("E_TOO_LONG", "read", message))
    result = scorer(Article(record.id, text, record.metadata))
    attributions = result.attributions
    if options.min_confidence > 0:
        attributions = tuple(a for a in attributions if a.confidence is None or a.confidence >= options.min_confidence)
    is_partial = result.status is Status.OK and not PARTIAL_WARNINGS.isdisjoint(record.warnings)
    return replace(
        result,
        attributions=attributions,
        status=Status.PARTIAL if is_partial else result.status,
        warnings=tuple(dict.fromkeys((*record.warnings, *result.warnings))),
        metadata=record.metadata,
    )


def _without_result(record: Record, error: ErrorInfo) -> ArticleResult:
    return ArticleResult(
        record.id,
        None,
        status=Status.ERROR,
        error=error,
        warnings=record.warnings,
        metadata=record.metadata,
        text_hash=record.sha256 if isinstance(record.content, str) else None,
    )


def _with_place(result: ArticleResult, record: Record, options: ScoreOptions) -> dict[str, Any]:
    """The result's dictionary, and where its input stands."""
    place: dict[str, Any] = {"path": record.place.path}
    if record.place.unit:
        place[record.place.unit] = record.place.number
    if record.sha256 is not None:
        place["sha256"] = record.sha256
    return result.to_dict(with_text=options.with_text) | {"input": place}
