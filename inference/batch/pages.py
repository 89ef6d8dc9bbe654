"""Extract the article from an HTML page with trafilatura: text without menus, comments and adverts, and metadata."""

from __future__ import annotations

import codecs
import logging
import re
from dataclasses import replace

from inquit.inference.batch.record import (
    ENCODING_GUESSED,
    HTML_DEPTH,
    NO_CONTENT,
    SHORT,
    Page,
    Record,
)

_SHORT_TEXT = 250
"""Characters; a shorter text is more often a paywall stub or a gallery than an article."""

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,30})", re.IGNORECASE)
_DECLARATION_BYTES = 4096

# trafilatura logs every problem with a page; those that matter are in the record's warnings.
for _name in ("trafilatura", "htmldate", "courlan", "charset_normalizer"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def with_article(record: Record, page: Page) -> Record:
    """The record with the text of its page, empty if the page contains no article. Offsets refer to this text."""
    # Imported here: most input is not HTML.
    import lxml.etree
    import lxml.html
    import trafilatura
    from trafilatura.settings import Document

    if _is_binary(page.html):
        return replace(record, content="", warnings=(*record.warnings, NO_CONTENT))
    html, warnings = decode_page(page.html)
    parser = lxml.html.HTMLParser(
        huge_tree=True,  # without it, text more than 256 elements deep is silently lost
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
    )
    try:
        tree = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.ParserError:  # an empty page
        return replace(record, content="", warnings=(*record.warnings, *warnings, NO_CONTENT))
    if any("depth" in error.message for error in parser.error_log):
        warnings.append(HTML_DEPTH)
    found = trafilatura.bare_extraction(tree, url=page.url, with_metadata=True, include_comments=False)
    if not isinstance(found, Document) or not found.text:
        return replace(record, content="", warnings=(*record.warnings, *warnings, NO_CONTENT))
    if len(found.text) < _SHORT_TEXT:
        warnings.append(SHORT)
    found_about_it = {
        "title": found.title,
        "date": found.date,
        "byline": found.author,
        "outlet": found.sitename,
        "url": found.url,
    }
    metadata = {name: value for name, value in found_about_it.items() if value} | dict(record.metadata)
    return replace(record, content=found.text, metadata=metadata, warnings=(*record.warnings, *warnings))


def _is_binary(html: bytes) -> bool:
    """Judged by NUL bytes: random data have one in 256; UTF-16 is full of them but recognised by its mark."""
    return not html.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and html.count(b"\0") > 4 + len(html) // 500


def decode_page(html: bytes) -> tuple[str, list[str]]:
    """The characters of a page, and a warning if its encoding had to be guessed.

    UTF-8 is tried first, whatever the page declares; then the declared encoding; then a guess is made.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if html.startswith(mark):
            return html.decode(encoding, "replace"), []
    found = _CHARSET.search(html[:_DECLARATION_BYTES])
    declared = [] if found is None else [found[1].decode("ascii")]
    for encoding in ("utf-8", *declared):
        try:
            text = html.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        if all(name in text for name in declared):  # false if a page declares in ASCII that it is in UTF-16
            return text, []
    # Imported here: it comes with trafilatura, and few pages need it.
    import charset_normalizer

    guess = charset_normalizer.from_bytes(html).best()
    return html.decode("windows-1252" if guess is None else guess.encoding, "replace"), [ENCODING_GUESSED]
