"""Read labelled corpora: our JSONL, and PolNeAR as downloaded."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from inquit.inference.batch.readers.fields import METADATA_FIELDS
from inquit.models.article import Span, Spans
from inquit.models.labels import ROLES
from inquit.models.result import ArticleResult, Attribution, Polarity, QuoteKind, SpeakerKind, Status

_METADATA_FIELDS = (*METADATA_FIELDS, "annotator")
_METADATA_COLUMNS = {"publisher": "publisher", "date": "publication_date", "title": "title"}
_BRAT_RECORD = re.compile(r"(?:[TERAMN#]\d+|\*)\t")
_BRAT_OFFSETS = re.compile(r"\d+ \d+(?:;\d+ \d+)*")
_FORMAT_HINT = "see docs/result-format.md"


class CorpusError(ValueError):
    """A corpus cannot be read; the message names the file and, if possible, the line, what was wanted and what came."""


def read_corpus(path: Path) -> Iterator[ArticleResult]:
    """Read a corpus, whatever its layout.

    Args:
        path: a JSONL file, a folder of them, or a PolNeAR folder as downloaded.

    Raises:
        CorpusError: there is no corpus at ``path``; or, while iterating, a line or a file is malformed.
    """
    if path.is_file():
        return read_jsonl(path)
    if not path.is_dir():
        raise CorpusError(f"{path}: no such corpus; wanted a JSONL file, a folder of them, or a PolNeAR folder")
    files = sorted(path.glob("*.jsonl"))
    return _read_jsonl(files) if files and not _polnear_parts(path) else read_polnear(path)


def files_of(path: Path) -> list[Path]:
    """The files of a corpus or of a set of labels: the path itself or, sorted by name, all files below a folder."""
    return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())


def read_jsonl(path: Path) -> Iterator[ArticleResult]:
    """Read gold labels in the result format, one article per line.

    If a record has no ``metadata``, title, date, byline, author, outlet, publisher, url and annotator are taken from
    its top level.

    Raises:
        CorpusError: a line is not a result with attributions, has a span outside the text, a label that does not
            exist, or an id that occurred before; the message names the line.
    """
    return _read_jsonl([path])


def _read_jsonl(paths: Iterable[Path]) -> Iterator[ArticleResult]:
    seen: dict[str, str] = {}
    for path in paths:
        with open(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                where = f"{path} line {number}"
                article = _read_record(line.removeprefix(b"\xef\xbb\xbf"), where)
                if article.id in seen:
                    raise CorpusError(f"{where}: article {article.id!r} was already in {seen[article.id]}; remove one")
                seen[article.id] = where
                yield article


def _read_record(line: bytes, where: str) -> ArticleResult:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise CorpusError(f"{where}: not one JSON object: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        got = line[:60].decode(errors="replace")
        raise CorpusError(f'{where}: wanted a JSON object with "id": "…", got {got!r}; {_FORMAT_HINT}')
    try:
        _check_record(record)
        article = ArticleResult.from_dict(record)
    except KeyError as error:
        raise CorpusError(f"{where}: {error} is missing; {_FORMAT_HINT}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise CorpusError(f"{where}: {error}; {_FORMAT_HINT}") from error
    return replace(article, metadata=article.metadata or metadata_of(record))


def metadata_of(record: Mapping[str, Any]) -> dict[str, str]:
    return {name: record[name] for name in _METADATA_FIELDS if isinstance(record.get(name), str)}


def _check_record(record: Mapping[str, Any]) -> None:
    """Raise an error if a record has the shape of a result but impossible values."""
    text = record.get("text")
    if text is not None and not isinstance(text, str):
        raise TypeError(f'"text" must be text, got {type(text).__name__}')
    if not isinstance(record.get("attributions"), list):
        raise TypeError('"attributions" must be a list, [] for an article without any')
    _check_label(record.get("status"), Status, '"status"')
    ids: set[str] = set()
    for i, attribution in enumerate(record["attributions"]):
        _check_attribution(attribution, text, f"attributions[{i}]")
        if attribution["id"] in ids:
            raise ValueError(f"attributions[{i}] has the id {attribution['id']!r} of an earlier one; ids must differ")
        ids.add(attribution["id"])
    for i, sentence in enumerate(record.get("narration") or ()):
        _check_span(sentence["span"], text, f"narration[{i}]")
        _check_label((sentence.get("claim") or {}).get("polarity"), Polarity, f"narration[{i}] polarity")


def _check_attribution(attribution: Mapping[str, Any], text: str | None, where: str) -> None:
    _check_object(attribution, where)
    for part in ("speaker", "claim"):
        _check_object(attribution.get(part) or {}, f"{where} {part}")
    for role in ROLES:
        for span in attribution.get(role) or ():
            _check_span(span, text, f"{where} {role}")
    _check_label(attribution.get("kind"), QuoteKind, f"{where} kind")
    _check_label((attribution.get("speaker") or {}).get("kind"), SpeakerKind, f"{where} speaker kind")
    _check_label((attribution.get("claim") or {}).get("polarity"), Polarity, f"{where} polarity")


def _check_object(value: object, where: str) -> None:
    if not isinstance(value, dict):
        raise TypeError(f"{where} must be an object, got {value!r}")


def _check_span(span: object, text: str | None, where: str) -> None:
    if not isinstance(span, list) or [type(offset) for offset in span] != [int, int]:
        raise ValueError(f"{where}: a span must be [start, end] in characters, got {span!r}")
    start, end = span
    if not 0 <= start < end:
        raise ValueError(f"{where}: a span must have 0 <= start < end, got {span}")
    if text is not None and end > len(text):
        raise ValueError(
            f"{where}: {span} ends after the text, which has {len(text)} characters (code points, not bytes)"
        )


def _check_label(value: object, labels: type[StrEnum], where: str) -> None:
    allowed = [label.value for label in labels]
    if value is None or value in allowed:
        return
    close = get_close_matches(str(value).lower().strip(), allowed, n=1)
    hint = f". Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"{where} must be one of {allowed}, got {value!r}{hint}")


def read_polnear(folder: Path) -> Iterator[ArticleResult]:
    """Read one part of PolNeAR as downloaded: ``attributions/NAME_ANNOTATOR.ann`` (brat) beside ``text/NAME.txt``.

    Metadata comes from ``metadata.tsv`` in the folder or its parent. Articles are sorted by name. If several people
    annotated an article, only the first annotator's work is read (``metadata["annotator"]`` says whose).

    Args:
        folder: a part (``data/train``), or a folder that contains exactly one part.

    Raises:
        CorpusError: the folder contains no part, or several, which would mix test and training articles; or, while
            iterating, a text is missing or an annotation is malformed.
    """
    parts = _polnear_parts(folder)
    if not parts:
        raise CorpusError(
            f"{folder}: wanted *.jsonl, or attributions/*.ann beside text/*.txt as in PolNeAR; found neither"
        )
    if len(parts) > 1:
        names = [part.name for part in parts]
        raise CorpusError(f"{folder}: holds several parts, {names}; name one of them, such as {parts[0]}")
    return _read_part(parts[0])


def _polnear_parts(folder: Path) -> list[Path]:
    found = sorted(
        {path.parent.parent for pattern in ("", "*/") for path in folder.glob(f"{pattern}attributions/*.ann")}
    )
    return [folder] if folder in found else found


def _read_part(part: Path) -> Iterator[ArticleResult]:
    metadata = _read_metadata(part)
    annotations: dict[str, tuple[str, Path]] = {}
    for path in sorted(part.glob("attributions/*.ann")):
        name, _, annotator = path.stem.rpartition("_")
        annotations.setdefault(name, (annotator, path))
    for name, (annotator, path) in annotations.items():
        text_path = part / "text" / f"{name}.txt"
        if not text_path.is_file():
            raise CorpusError(f"{path}: its article {text_path} is missing")
        text = read_utf8(text_path)
        yield ArticleResult(
            id=name,
            text=text,
            attributions=read_brat(read_utf8(path), text, where=str(path)),
            metadata={**metadata.get(name, {}), "annotator": annotator},
        )


def read_utf8(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: not UTF-8 at byte {error.start}; convert it, then check the offsets") from error


def _read_metadata(part: Path) -> dict[str, Mapping[str, str]]:
    path = next((p for p in (part / "metadata.tsv", part.parent / "metadata.tsv") if p.is_file()), None)
    if path is None:
        return {}
    rows = csv.DictReader(read_utf8(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = {"filename", *_METADATA_COLUMNS.values()} - set(rows.fieldnames or ())
    if missing:
        raise CorpusError(f"{path} line 1: has no column {sorted(missing)}; wanted PolNeAR's table, with its header")
    return {
        row["filename"].removesuffix(".txt"): {
            key: row[column] for key, column in _METADATA_COLUMNS.items() if row[column]
        }
        for row in rows
    }


def read_brat(annotations: str, text: str, *, where: str) -> tuple[Attribution, ...]:
    """Read the attributions of one brat file, in the order of their contents.

    An attribution is an event (``E1<TAB>Attribution:T4 Content:T3 Cue:T2 Source:T1``) over text-bound spans, each of
    which may be discontinuous. Events without a content, spans outside events (``Discuss``, ``Discard``), notes,
    relations and attributes are skipped, and so is the rest of a note or span text that was broken over lines.

    Args:
        text: the article, whose characters the offsets count.
        where: the file, for messages.

    Raises:
        CorpusError: a line is malformed or does not fit the text; the message names the line.

    Source: the standoff format of brat 1.3.
    """
    spans: dict[str, tuple[str, Spans]] = {}
    events: list[tuple[str, str, str]] = []
    for number, record in brat_records(annotations, where):
        name, body, *rest = record.split("\t", 2)
        place = f"{where} line {number}"
        if name.startswith("T"):
            spans[name] = _read_text_bound(body, "".join(rest), text, f"{place}: {name}")
        elif name.startswith("E"):
            events.append((name, body, f"{place}: {name}"))
    attributions = [_read_event(name, body, spans, place) for name, body, place in events]
    return tuple(sorted((a for a in attributions if a.content), key=lambda a: a.content[0].start))


def brat_records(annotations: str, where: str) -> list[tuple[int, str]]:
    """Line number and text of every record; a line that does not begin one belongs to the record before it."""
    records: list[tuple[int, str]] = []
    # Not splitlines: a span's text may contain U+2028 or other characters that do not end a line in brat.
    for number, line in enumerate(annotations.split("\n"), start=1):
        if _BRAT_RECORD.match(line):
            records.append((number, line.rstrip("\r")))
        elif line.strip() and records:
            first_number, start = records[-1]
            records[-1] = (first_number, f"{start} {line}")
        elif line.strip():
            raise CorpusError(f"{where} line {number}: wanted 'T1<TAB>Source 0 6<TAB>words', got {line[:60]!r}")
    return records


def _read_text_bound(body: str, words: str, text: str, where: str) -> tuple[str, Spans]:
    role, _, offsets = body.partition(" ")
    if not _BRAT_OFFSETS.fullmatch(offsets):
        raise CorpusError(f"{where} must be 'ROLE START END' (more parts after ';'), got {body!r}")
    pairs = [[int(offset) for offset in part.split()] for part in offsets.split(";")]
    try:
        for pair in pairs:
            _check_span(pair, text, role)
    except ValueError as error:
        raise CorpusError(f"{where}: {error}; is the text file the one that was annotated?") from error
    spans = tuple(Span(*pair) for pair in pairs)
    found = "".join(span.of(text) for span in spans)
    # brat writes the words on one line, with spaces for line breaks; if the line was broken, the rest may be lost.
    if not "".join(found.split()).startswith("".join(words.split())):
        raise CorpusError(
            f"{where} marks {words[:60]!r}, but the text has {found[:60]!r} at {offsets}; "
            "use the text file that was annotated, unchanged"
        )
    return role, spans


def _read_event(name: str, body: str, spans: Mapping[str, tuple[str, Spans]], where: str) -> Attribution:
    parts: dict[str, list[Span]] = {role: [] for role in ROLES}
    for argument in body.split():
        _, colon, target = argument.partition(":")
        if not colon:
            raise CorpusError(f"{where} must be 'ROLE:SPAN ROLE:SPAN …', got {argument!r}")
        if target not in spans:
            raise CorpusError(f"{where} names {target}, which is not in the file; restore its line or remove {name}")
        role, role_spans = spans[target]
        parts.get(role.lower(), []).extend(role_spans)
    content, cue, source = (tuple(sorted(parts[role])) for role in ROLES)
    return Attribution(id=name, content=content, cue=cue, source=source)


def join_labels(articles: Iterable[ArticleResult], labels: Iterable[ArticleResult]) -> Iterator[ArticleResult]:
    """Add stand-off speaker, claim and narration labels to the articles with their ids; other articles stay unchanged.

    Args:
        labels: records whose attributions have the same ids and contents as those of the articles.

    Raises:
        CorpusError: a label is for an attribution that its article does not have.
    """
    by_id = {record.id: record for record in labels}
    return (_join(article, by_id[article.id]) if article.id in by_id else article for article in articles)


def _join(article: ArticleResult, labels: ArticleResult) -> ArticleResult:
    attributions = {attribution.id: attribution for attribution in article.attributions}
    for label in labels.attributions:
        own = attributions.get(label.id)
        if own is None or own.content != label.content:
            found = "has none" if own is None else f"has {_pairs(own.content)}"
            raise CorpusError(
                f"article {article.id}: the labels have attribution {label.id} with content {_pairs(label.content)}, "
                f"the article {found}; they belong to different versions"
            )
        attributions[label.id] = replace(own, speaker=label.speaker, claim=label.claim)
    return replace(article, attributions=tuple(attributions.values()), narration=labels.narration or article.narration)


def _pairs(spans: Spans) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


def corpus_sha256(corpus: Path | Iterable[ArticleResult]) -> str:
    """SHA-256, in hex, of the ids, texts and labels of a corpus.

    Layout, order of articles and metadata make no difference, so PolNeAR has the same hash as downloaded and as JSONL.
    """
    articles = read_corpus(corpus) if isinstance(corpus, Path) else corpus
    return hashlib.sha256(b"".join(sorted(_article_digest(article) for article in articles))).hexdigest()


def _article_digest(article: ArticleResult) -> bytes:
    record = replace(article, metadata={}).to_dict(with_text=False)
    return hashlib.sha256(orjson.dumps(record, option=orjson.OPT_SORT_KEYS)).digest()
