"""Read labels from a table: one row per claim, with the columns article, content, speaker, type."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from inquit.models.article import text_sha256
from inquit.training.corpora import CorpusError, read_utf8
from inquit.training.labels.assembly import build_labels
from inquit.training.labels.findings import Finding, find
from inquit.training.labels.record import LabelRecord

REQUIRED = ("article", "content", "speaker", "type")
OPTIONAL = ("id", "start", "cue", "source", "speaker_kind", "polarity", "checkworthy", "secondary", "annotator")
_DELIMITERS = ",;\t|"
_TRUE = ("1", "true", "yes", "y")

Row = Mapping[str, str]


def read_claims_table(path: Path, texts: Mapping[str, str]) -> Iterator[LabelRecord]:
    """Read the articles of a table, in the order of their first rows.

    ``article`` is an article's text, or the id of one in ``texts``. Contents, cues and sources are found by their
    words. If a content occurs several times, ``start`` (code points) says which place is meant; cue and source are the
    ones nearest to the content.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        rows = _read_rows(path)
    except CorpusError as error:
        yield LabelRecord(str(path), 1, None, (find("shape", str(error), path=str(path), line=1),))
        return
    articles: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    for line, row in rows:
        articles.setdefault((row["article"], row.get("annotator") or ""), []).append((line, row))
    for (article, _), own in articles.items():
        yield _Article(str(path), article, own, texts).read()


def _read_rows(path: Path) -> list[tuple[int, Row]]:
    content = read_utf8(path).removeprefix("\ufeff")
    header = content.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    # A field may be as long as an article; the default limit is 128 KiB.
    csv.field_size_limit(2**31 - 1)
    reader = csv.DictReader(io.StringIO(content, newline=""), delimiter=delimiter, restkey="", restval="", strict=True)
    names = [name.strip().casefold() for name in reader.fieldnames or ()]
    if missing := [name for name in REQUIRED if name not in names]:
        raise CorpusError(f"has no column {missing}; wanted {list(REQUIRED)}, got {names[:20]}")
    reader.fieldnames = names
    rows: list[tuple[int, Row]] = []
    try:
        line = reader.line_num + 1
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise CorpusError(f"line {reader.line_num}: {error}; quote fields with quotation marks in them") from error
    return rows


class _Article:
    """The rows of one article."""

    def __init__(self, path: str, article: str, rows: list[tuple[int, Row]], texts: Mapping[str, str]) -> None:
        self._path = path
        self._rows = rows
        self._findings: list[Finding] = []
        self._text = texts.get(article, article)
        named = article if article in texts else rows[0][1].get("id")
        self._id = named or text_sha256(article)[:16]
        # An id contains no white space, an article does.
        self._is_text = article in texts or any(map(str.isspace, article.strip()))

    def read(self) -> LabelRecord:
        line = self._rows[0][0]
        if not self._is_text:
            self._report("text-missing", f"article is neither a text nor a known id: {self._text[:40]!r}", line)
            return LabelRecord(self._path, line, None, tuple(self._findings))
        found = [(line, self._attribution(line, row)) for line, row in self._rows]
        attributions = [attribution for _, attribution in found if attribution is not None]
        record: dict[str, Any] = {"id": self._id, "text": self._text, "attributions": attributions}
        if annotator := self._rows[0][1].get("annotator"):
            record["metadata"] = {"annotator": annotator}
        lines = [number for number, attribution in found if attribution is not None]
        items: dict[int, tuple[int | None, str | None]] = {i: (number, None) for i, number in enumerate(lines)}
        return LabelRecord(self._path, line, record, tuple(self._findings), items=items)

    def _report(self, code: str, message: str, line: int) -> None:
        self._findings.append(find(code, message, path=self._path, line=line, article=self._id))

    def _attribution(self, line: int, row: Row) -> dict[str, Any] | None:
        places = self._places(row["content"])
        if (row.get("start") or "").isdecimal():
            places = [place for place in places if place[0] == int(row["start"])]
        if len(places) != 1:
            code = "content-ambiguous" if places else "content-not-found"
            self._report(code, f"{row['content'][:60]!r} occurs {len(places)} times in the article", line)
            return None
        labels, is_assumed = build_labels(_values(row))
        if is_assumed:
            self._report("kind-assumed", f"{row['speaker']!r} was taken for a person", line)
        near = {role: self._nearest(role, row, line, places[0][0]) for role in ("cue", "source")}
        return {"id": f"t{line}", "content": [list(places[0])], **near, **labels}

    def _places(self, words: str) -> list[tuple[int, int]]:
        """Where the words occur, regardless of white space and the kind of quotation marks in the table."""
        pattern = r"\s+".join(_any_marks(word) for word in words.split())
        return [match.span() for match in re.finditer(pattern, self._text)] if pattern else []

    def _nearest(self, role: str, row: Row, line: int, start: int) -> list[list[int]]:
        words = (row.get(role) or "").strip()
        places = sorted(self._places(words), key=lambda place: abs(place[0] - start))
        if words and not places:
            self._report("content-not-found", f"the {role} {words[:60]!r} does not occur in the article", line)
        return [list(places[0])] if places else []


def _any_marks(word: str) -> str:
    """A pattern for a word that matches straight and curly marks alike: spreadsheets convert them, both ways."""
    word = re.escape(word)
    word = re.sub('["“”]', '["“”]', word)
    return re.sub("['‘’]", "['‘’]", word)


def _values(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {name: (row.get(name) or "").strip() for name in (*REQUIRED, *OPTIONAL)}
    values["checkworthy"] = values["checkworthy"].casefold() in _TRUE
    values["secondary"] = [name.strip() for name in re.split(r"[,;|]", values["secondary"]) if name.strip()]
    return values
