"""Results as one self-contained web page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from inquit.inference.corrections import read_corrections
from inquit.inference.page import render_page
from inquit.inference.writers import open_atomically
from inquit.models.result import ArticleResult


def write_report(
    results: Iterable[ArticleResult], path: Path, *, corrections_path: Path | None = None, title: str = "Who said what"
) -> None:
    """Write the page; the file appears only once it is complete.

    Args:
        corrections_path: a corrections file whose articles replace those of ``results``.

    Raises:
        FileNotFoundError, ValueError: the corrections cannot be read, or belong to other articles or a different text.
        OutputError: the page cannot be written.
    """
    results = list(results)
    corrections = {} if corrections_path is None else read_corrections(corrections_path, results)
    if corrections and corrections.keys().isdisjoint(result.id for result in results):
        raise ValueError(f"{corrections_path}: corrects none of these articles; they are joined by id")
    page = render_page(results, corrections, title=title).encode("utf-8")
    with open_atomically(path) as file:
        file.write(page)
