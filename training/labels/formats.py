"""The formats that labels are read from and written to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import orjson

from inquit.inference.corrections import claim_types_of
from inquit.inference.writers import OutputError, check_contents, open_atomically, to_json_line
from inquit.models.result import ArticleResult
from inquit.training.corpora import CorpusError
from inquit.training.labels.brat import find_pairs, read_brat_labels
from inquit.training.labels.brat_writer import write_brat
from inquit.training.labels.claims_table import read_claims_table
from inquit.training.labels.conll import read_conll
from inquit.training.labels.conll_writer import write_conll
from inquit.training.labels.jsonl import read_jsonl_labels
from inquit.training.labels.label_studio import read_label_studio
from inquit.training.labels.label_studio_config import labeling_config
from inquit.training.labels.label_studio_tasks import to_task
from inquit.training.labels.record import LabelRecord
from inquit.training.labels.schema_org import to_schema_org
from inquit.training.labels.web_annotation import to_annotation_collection


class LabelFormat(StrEnum):
    """Formats that labels are read from."""

    JSONL = "jsonl"
    LABEL_STUDIO = "label-studio"
    BRAT = "brat"
    CONLL = "conll"
    CSV = "csv"


class ExportFormat(StrEnum):
    """Formats that labels and results are written to."""

    JSONL = "jsonl"
    LABEL_STUDIO = "label-studio"
    BRAT = "brat"
    CONLL = "conll"
    WEB_ANNOTATION = "web-annotation"
    SCHEMA_ORG = "schema-org"


_SUFFIXES = {
    ".jsonl": LabelFormat.JSONL,
    ".ndjson": LabelFormat.JSONL,
    ".json": LabelFormat.LABEL_STUDIO,
    ".ann": LabelFormat.BRAT,
    ".conll": LabelFormat.CONLL,
    ".bio": LabelFormat.CONLL,
    ".iob": LabelFormat.CONLL,
    ".iob2": LabelFormat.CONLL,
    ".csv": LabelFormat.CSV,
    ".tsv": LabelFormat.CSV,
}


def tell_format(path: Path) -> LabelFormat:
    """Recognise the format of a file by its suffix; a folder is JSONL if it holds .jsonl files, else brat.

    Raises:
        CorpusError: there is nothing at ``path``, or no known format.
    """
    if path.is_dir():
        if any(path.glob("*.jsonl")):
            return LabelFormat.JSONL
        if find_pairs(path):
            return LabelFormat.BRAT
        raise CorpusError(f"{path}: the folder holds neither *.jsonl nor *.ann (with the texts beside them)")
    if not path.is_file():
        raise CorpusError(f"{path}: no such file or folder")
    found = _SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise CorpusError(
            f"{path}: wanted a file ending in {sorted(_SUFFIXES)}, got '{path.suffix}'; or name its --format"
        )
    return found


def read_records(
    paths: Iterable[Path], *, label_format: LabelFormat | None = None, texts: Mapping[str, str] | None = None
) -> Iterator[LabelRecord]:
    """Read the label records of files and folders, in order, valid or not.

    Args:
        label_format: the format of all of them; recognised by their names if None.
        texts: articles by id, for formats without texts.

    Raises:
        CorpusError: a file does not exist, has no known format, or cannot be read.
    """
    for path in paths:
        chosen = label_format or tell_format(path)
        try:
            yield from _read(path, chosen, texts or {})
        except OSError as error:
            raise CorpusError(f"{error.filename or path}: cannot be read: {error.strerror}") from error


def _read(path: Path, label_format: LabelFormat, texts: Mapping[str, str]) -> Iterator[LabelRecord]:
    match label_format:
        case LabelFormat.JSONL:
            for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
                yield from read_jsonl_labels(file)
        case LabelFormat.LABEL_STUDIO:
            yield from read_label_studio(path)
        case LabelFormat.BRAT:
            yield from read_brat_labels(path)
        case LabelFormat.CONLL:
            yield from read_conll(path, texts)
        case LabelFormat.CSV:
            yield from read_claims_table(path, texts)


def write_labels(articles: Iterable[ArticleResult], path: Path, export_format: ExportFormat) -> list[Path]:
    """Write articles to a file, or for brat to a folder; a file appears only when it is complete.

    Sentences that are unlikely to be narration are left out.

    Returns:
        the paths that were written; for Label Studio also the labeling configuration beside the tasks.

    Raises:
        ValueError: an article has no text, or an attribution no content in it.
        inquit.inference.writers.OutputError: ``path`` cannot be written.
    """
    articles = [article.with_likely_narration() for article in articles]
    for article in articles:
        check_contents(article)
    match export_format:
        case ExportFormat.BRAT:
            write_brat(articles, path)
        case ExportFormat.JSONL:
            write_file(path, map(to_json_line, articles))
        case ExportFormat.CONLL:
            write_file(path, (line.encode("utf-8", "surrogatepass") for line in write_conll(articles)))
        case ExportFormat.WEB_ANNOTATION:
            write_file(path, [_pretty(to_annotation_collection(articles))])
        case ExportFormat.SCHEMA_ORG:
            write_file(path, [_pretty(to_schema_org(articles))])
        case ExportFormat.LABEL_STUDIO:
            return write_tasks([to_task(article) for article in articles], path, claim_types_of(articles))
    return [path]


def write_tasks(tasks: list[dict[str, object]], path: Path, claim_types: tuple[str, ...]) -> list[Path]:
    """Write Label Studio tasks and, beside them, their labeling configuration with the types to choose from.

    Raises:
        inquit.inference.writers.OutputError: ``path`` cannot be written.
    """
    config_path = path.with_suffix(".config.xml")
    write_file(path, [_pretty(tasks)])
    write_file(config_path, [labeling_config(claim_types).encode()])
    return [path, config_path]


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that appears only when it is complete.

    Raises:
        inquit.inference.writers.OutputError: it cannot be written.
    """
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; name a file")
    with open_atomically(path) as file:
        for chunk in chunks:
            file.write(chunk)


def _pretty(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
