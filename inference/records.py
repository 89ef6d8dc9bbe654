"""Error records: what comes out for an article that cannot be scored."""

from __future__ import annotations

import logging
from collections.abc import Callable

from inquit.models.article import Article, first_surrogate
from inquit.models.result import ArticleResult, ErrorInfo, Status

logger = logging.getLogger(__name__)

Scorer = Callable[[Article], ArticleResult]


def error_record(article_id: str, code: str, stage: str, message: str) -> ArticleResult:
    """The record of an article that has no result, so that no article is ever lost."""
    return ArticleResult(id=article_id, text=None, status=Status.ERROR, error=ErrorInfo(code, stage, message))


def score_safely(model: Scorer, article: Article) -> ArticleResult:
    """The result of an article, or an error record: whatever happens with one article, the batch goes on."""
    if (place := first_surrogate(article.text)) is not None:
        message = f"article {article.id}: a lone surrogate at character {place}: a character was cut in half"
        return error_record(article.id, "E_ENCODING", "score", message)
    try:
        return model(article)
    except MemoryError:
        message = f"article {article.id}: {len(article.text)} characters did not fit into memory"
        return error_record(article.id, "E_MEMORY", "score", message)
    except Exception as error:  # noqa: BLE001
        # An unknown bug must not end a batch that runs overnight. Its message may quote the text, so it is not logged.
        logger.error("article %s: E_INTERNAL %s", article.id, type(error).__name__)
        return error_record(article.id, "E_INTERNAL", "score", f"article {article.id}: {type(error).__name__}")
