"""What comes out of the pipeline when it cannot answer: records of what is wrong with an article."""

from __future__ import annotations

import logging
from collections.abc import Callable

from inquit.models.article import Article, first_surrogate
from inquit.models.result import ArticleResult, ErrorInfo, Status

logger = logging.getLogger(__name__)

Scorer = Callable[[Article], ArticleResult]


def error_record(article_id: str, code: str, stage: str, message: str) -> ArticleResult:
    """The record of an article that has no result; no record is ever lost."""
    return ArticleResult(id=article_id, text=None, status=Status.ERROR, error=ErrorInfo(code, stage, message))


def score_safely(model: Scorer, article: Article) -> ArticleResult:
    """The result of an article, or an error record: whatever one article does, the batch goes on."""
    if (place := first_surrogate(article.text)) is not None:
        message = f"article {article.id}: a lone surrogate at character {place}: it was cut inside a character"
        return error_record(article.id, "E_ENCODING", "score", message)
    try:
        return model(article)
    except MemoryError:
        message = f"article {article.id}: {len(article.text)} characters did not fit into memory"
        return error_record(article.id, "E_MEMORY", "score", message)
    except Exception as error:  # noqa: BLE001
        # The last line of defence of a batch that runs overnight. The message may quote the text, so it is not logged.
        logger.error("article %s: E_INTERNAL %s", article.id, type(error).__name__)
        return error_record(article.id, "E_INTERNAL", "score", f"article {article.id}: {type(error).__name__}")
