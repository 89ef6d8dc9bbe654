"""What goes into the pipeline and what comes out of it when it cannot: articles, and records of what is wrong with them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from math import isnan
from typing import Any

from inquit.models.article import Article, text_sha256
from inquit.models.result import ArticleResult, ErrorInfo, Status

logger = logging.getLogger(__name__)

_METADATA_FIELDS = ("title", "date", "byline", "outlet", "publisher", "url")


def error_record(article_id: str, code: str, stage: str, message: str, *, text: str | None = None) -> ArticleResult:
    """The record of an article that has no result; no record is ever lost."""
    return ArticleResult(id=article_id, text=text, status=Status.ERROR, error=ErrorInfo(code, stage, message))


def article_from_record(
    record: Any, where: str, *, fallback_id: str, text_field: str = "text", id_field: str = "id"
) -> Article | ArticleResult:
    """An article from one JSON object, or the record of what is wrong with it.

    Args:
        where: file and line, for the message.
        fallback_id: the id of an error record where the object gives none.
    """
    if not isinstance(record, Mapping):
        message = f"{where}: wanted a JSON object, got {type(record).__name__}"
        return error_record(fallback_id, "E_JSON", "read", message)
    article_id = _read_id(record.get(id_field))
    text = record.get(text_field)
    if text is None:
        message = (
            f"{where}: has no text in field '{text_field}'; it has {sorted(map(str, record))[:20]}. "
            "Name the field with --text-field"
        )
        return error_record(article_id or fallback_id, "E_TEXT_MISSING", "read", message)
    if not isinstance(text, str):
        message = f"{where}: '{text_field}' must be text, got {type(text).__name__}"
        return error_record(article_id or fallback_id, "E_TEXT_TYPE", "read", message)
    metadata = {name: record[name] for name in _METADATA_FIELDS if isinstance(record.get(name), str)}
    text = text.removeprefix("\ufeff")
    return Article(article_id or text_sha256(text)[:16], text, metadata)


def _read_id(value: Any) -> str | None:
    """Numbers become text; null, NaN and the empty text are no id."""
    if value in (None, "") or isinstance(value, list | dict | bool) or (isinstance(value, float) and isnan(value)):
        return None
    return str(value)


def score_safely(model: Callable[[Article], ArticleResult], item: Article | ArticleResult) -> ArticleResult:
    """The result of an article, or an error record: whatever one article does, the batch goes on."""
    if isinstance(item, ArticleResult):
        return item
    try:
        return model(item)
    except ValueError as error:
        return error_record(item.id, "E_ENCODING", "score", f"article {item.id}: {error}")
    except MemoryError:
        message = f"article {item.id}: {len(item.text)} characters did not fit into memory"
        return error_record(item.id, "E_MEMORY", "score", message)
    except Exception as error:
        # The last line of defence of a batch that runs overnight; the log keeps what is needed to mend it.
        logger.exception("article %s: E_INTERNAL", item.id)
        return error_record(item.id, "E_INTERNAL", "score", f"article {item.id}: {type(error).__name__}")
