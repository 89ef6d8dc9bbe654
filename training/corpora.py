"""Labelled corpora: our JSONL, and PolNeAR in the layout in which it is downloaded."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from inquit.models.article import Span, Spans
from inquit.models.result import ArticleResult, Attribution, Narration

_ROLES = ("source", "cue", "content")
_METADATA = {"publisher": "publisher", "date": "publication_date", "title": "title"}
_OFFSETS = re.compile(r"\d+ \d+(?:;\d+ \d+)*")


def read_corpus(path: Path) -> Iterator[ArticleResult]:
    """Read a corpus, whatever its layout.

    Args:
        path: a JSONL file, or a folder as PolNeAR is downloaded.

    Raises:
        FileNotFoundError: there is nothing at ``path``, or a folder holds no corpus.
        ValueError: a line or a file cannot be read; says which.
    """
    if path.is_file():
        return read_jsonl(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such corpus; wanted a JSONL file or a PolNeAR folder")
    return read_polnear(path)


def read_jsonl(path: Path) -> Iterator[ArticleResult]:
    """Gold labels in the result format, one article a line.

    Raises:
        ValueError: names the file and the line that does not have the shape of a result.
    """
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _read_record(line, f"{path} line {number}")


def _read_record(line: bytes, where: str) -> ArticleResult:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{where}: not JSON: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise ValueError(f"{where}: wanted a JSON object with a text \"id\", got {line[:60].decode(errors='replace')!r}")
    try:
        return ArticleResult.from_dict(record)
    except KeyError as error:
        raise ValueError(f"{where}: {error} is missing; see docs/result-format.md") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{where}: {error}; see docs/result-format.md") from error


def read_polnear(folder: Path) -> Iterator[ArticleResult]:
    """PolNeAR as downloaded: ``*/attributions/NAME_ANNOTATOR.ann`` (brat) beside ``*/text/NAME.txt``.

    Metadata comes from ``metadata.tsv`` where there is one. Articles come in the order of their names.

    Raises:
        FileNotFoundError: the folder holds no such files, or an annotation has no text.
        ValueError: an annotation cannot be read; names file and line.
    """
    annotations = sorted(folder.rglob("attributions/*.ann"))
    if not annotations:
        raise FileNotFoundError(f"{folder}: holds no attributions/*.ann; wanted the folder data/ of PolNeAR, or a part of it")
    metadata = _read_metadata(folder)
    for path in annotations:
        name = path.stem.rsplit("_", 1)[0]
        text_path = path.parent.parent / "text" / f"{name}.txt"
        if not text_path.exists():
            raise FileNotFoundError(f"{path}: its article {text_path} is missing")
        text = text_path.read_bytes().decode("utf-8")
        yield ArticleResult(
            id=name,
            text=text,
            attributions=read_brat(path.read_text(encoding="utf-8"), str(path)),
            metadata=metadata.get(name, {}),
        )


def _read_metadata(folder: Path) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for path in [*folder.glob("metadata.tsv"), *folder.glob("*/metadata.tsv")]:
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                name = (row.get("filename") or "").removesuffix(".txt")
                found[name] = {key: row[column] for key, column in _METADATA.items() if row.get(column)}
    return found


def read_brat(annotations: str, where: str) -> tuple[Attribution, ...]:
    """Attributions of a brat file: text-bound spans of the three roles, and what joins them.

    Notes of annotators and the rest of a span text that was broken over two lines are passed over.
    """
    spans: dict[str, tuple[str, Spans]] = {}
    events: list[tuple[str, list[str]]] = []
    for number, line in enumerate(annotations.splitlines(), start=1):
        fields = line.split("\t")
        if re.fullmatch(r"T\d+", fields[0]) and len(fields) > 1:
            role, _, offsets = fields[1].partition(" ")
            if not _OFFSETS.fullmatch(offsets):
                raise ValueError(f"{where} line {number}: wanted 'ROLE START END', got {fields[1]!r}")
            spans[fields[0]] = (role.lower(), _parse_offsets(offsets))
        elif re.fullmatch(r"E\d+", fields[0]) and len(fields) > 1:
            events.append((fields[0], [part.split(":", 1)[1] for part in fields[1].split() if ":" in part]))
    return tuple(_attribution(name, parts, spans, where) for name, parts in events)


def _parse_offsets(offsets: str) -> Spans:
    return tuple(Span(*map(int, part.split())) for part in offsets.split(";"))


def _attribution(name: str, parts: list[str], spans: Mapping[str, tuple[str, Spans]], where: str) -> Attribution:
    found: dict[str, list[Span]] = {role: [] for role in _ROLES}
    for part in parts:
        if part not in spans:
            raise ValueError(f"{where}: {name} names {part}, which is not in the file")
        role, part_spans = spans[part]
        if role in found:
            found[role].extend(part_spans)
    ordered: dict[str, Any] = {role: tuple(sorted(role_spans)) for role, role_spans in found.items()}
    return Attribution(id=name, **ordered)


def join_labels(articles: Iterable[ArticleResult], labels: Iterable[ArticleResult]) -> Iterator[ArticleResult]:
    """Put stand-off speaker and claim labels on the attributions that they name by id; the rest stays unlabelled."""
    by_id = {record.id: record for record in labels}
    for article in articles:
        label = by_id.get(article.id)
        yield article if label is None else _join(article, label)


def _join(article: ArticleResult, label: ArticleResult) -> ArticleResult:
    labelled = {attribution.id: attribution for attribution in label.attributions}
    attributions = tuple(
        replace(a, speaker=labelled[a.id].speaker, claim=labelled[a.id].claim) if a.id in labelled else a
        for a in article.attributions
    )
    narration: tuple[Narration, ...] = label.narration or article.narration
    return replace(article, attributions=attributions, narration=narration)
