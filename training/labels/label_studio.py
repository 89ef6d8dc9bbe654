"""Read labels from Label Studio's JSON export, whose offsets count UTF-16 units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from inquit.models.article import text_sha256
from inquit.models.labels import ROLES
from inquit.training.corpora import metadata_of
from inquit.training.labels.assembly import Mark, assemble, build_labels, build_record
from inquit.training.labels.findings import Finding, find
from inquit.training.labels.label_studio_config import CHECKWORTHY, CHOICES, FLAGS, NAMED, SPEAKER
from inquit.training.labels.offsets import OffsetIndex, OffsetUnit
from inquit.training.labels.record import LabelRecord
from inquit.training.labels.repair import nearest_label

_UNITS = (OffsetUnit.UTF16, OffsetUnit.CODE_POINTS, OffsetUnit.UTF16_LF, OffsetUnit.LF)
"""Label Studio's own unit comes first, so it is chosen if the marked words fit several."""

_LABELS = (*ROLES, "narration")


class _ShapeError(Exception):
    """A part of the export does not look as Label Studio writes it; the message begins with its path."""


def read_label_studio(path: Path) -> Iterator[LabelRecord]:
    """Read the annotations of an export (JSON, not JSON-MIN), one record each; an article labelled twice occurs twice.

    Cancelled annotations, skipped tasks and predictions are skipped, with a note.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        tasks = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        yield LabelRecord(str(path), None, None, (find("not-json", str(error), path=str(path)),))
        return
    if not isinstance(tasks, list):
        message = f"wanted an array of tasks, got {type(tasks).__name__}; export as JSON"
        yield LabelRecord(str(path), None, None, (find("shape", message, path=str(path), item="$"),))
        return
    for index, task in enumerate(tasks):
        yield from _read_task(task, str(path), f"[{index}]")


def _read_task(task: Any, path: str, item: str) -> Iterator[LabelRecord]:
    try:
        article = _article(task, item)
        annotations = _get(task, "annotations", list, item, default=[])
        if not annotations:
            yield _passed_over(path, item, article, task)
        for number, annotation in enumerate(annotations):
            yield _read_annotation(annotation, article, path, f"{item}.annotations[{number}]")
    except _ShapeError as error:
        where, _, message = str(error).partition(": ")
        mend = "export as JSON (not JSON-MIN), from a project with the configuration that `labels export` writes"
        yield LabelRecord(path, None, None, (find("shape", message, path=path, item=where, mend=mend),))


def _get(holder: Any, key: str, wanted: type, item: str, *, default: Any = None) -> Any:
    """A field of the export.

    Raises:
        _ShapeError: it is missing and has no default, or has the wrong type.
    """
    if not isinstance(holder, Mapping):
        raise _ShapeError(f"{item}: wanted an object, got {type(holder).__name__}")
    value = holder.get(key, default)
    if not isinstance(value, wanted):
        got = "nothing" if value is None else type(value).__name__
        raise _ShapeError(f"{item}.{key}: wanted {wanted.__name__}, got {got}")
    return value


def _article(task: Any, item: str) -> dict[str, Any]:
    data = _get(task, "data", dict, item)
    text = _get(data, "text", str, f"{item}.data")
    name = data.get("id", data.get("article_id"))
    article = {"id": text_sha256(text)[:16] if name is None else str(name), "text": text}
    return article | {"metadata": dict(metadata_of(data))}


def _passed_over(path: str, item: str, article: Mapping[str, Any], task: Mapping[str, Any]) -> LabelRecord:
    code = "prediction" if task.get("predictions") else "rejected"
    message = f"task {article['id']!r} has no annotation"
    return LabelRecord(path, None, None, (find(code, message, path=path, item=item, article=article["id"]),))


def _read_annotation(annotation: Any, article: Mapping[str, Any], path: str, item: str) -> LabelRecord:
    name = article["id"]
    if _get(annotation, "was_cancelled", bool, item, default=False):
        return LabelRecord(path, None, None, (find("rejected", "was cancelled", path=path, item=item, article=name),))
    results = _get(annotation, "result", list, item)
    findings: list[Finding] = []
    marks = _read_marks(results, article["text"], item, path, findings)
    links = [(str(r.get("from_id")), str(r.get("to_id"))) for r in results if r.get("type") == "relation"]

    def report(code: str, message: str, mark: Mark | None) -> None:
        findings.append(find(code, message, path=path, item=item if mark is None else mark.item, article=name))

    attributions = assemble(marks, links, report)
    narration = [mark for mark in marks if mark.role == "narration"]
    metadata = article["metadata"] | {"annotator": _annotator(annotation)}
    return build_record(path, None, {**article, "metadata": metadata}, attributions, narration, findings)


def _annotator(annotation: Mapping[str, Any]) -> str:
    by = annotation.get("completed_by")
    return str(by.get("email") or by.get("id")) if isinstance(by, Mapping) else str(by or "unknown")


def _read_marks(results: Sequence[Any], text: str, item: str, path: str, findings: list[Finding]) -> list[Mark]:
    regions: list[tuple[str, dict[str, Any], str]] = []
    values: dict[str, dict[str, Any]] = {}
    for number, result in enumerate(results):
        where = f"{item}.result[{number}]"
        kind = _get(result, "type", str, where)
        if kind == "relation":
            continue
        value = _get(result, "value", dict, where)
        name = _get(result, "id", str, where)
        if kind == "labels":
            regions.append((name, value, where))
        elif kind in ("choices", "textarea"):
            control = _get(result, "from_name", str, where)
            _add_value(values.setdefault(name, {}), control, value, where)
        else:
            raise _ShapeError(f"{where}.type: wanted labels, choices, textarea or relation, got {kind!r}")
    index = OffsetIndex(text, _tell_unit([value for _, value, _ in regions], text))
    return [_read_region(region, index, values.get(region[0], {}), path, findings) for region in regions]


def _add_value(values: dict[str, Any], control: str, value: Mapping[str, Any], item: str) -> None:
    if control == SPEAKER:
        values["speaker"] = " ".join(_texts(value, "text", item))
    elif control == FLAGS:
        chosen = _texts(value, "choices", item)
        values |= {"checkworthy": CHECKWORTHY in chosen, "named": NAMED in chosen}
    elif control in CHOICES:
        chosen = _texts(value, "choices", item)
        values[CHOICES[control]] = chosen if control == "secondary" else next(iter(chosen), None)


def _texts(value: Mapping[str, Any], key: str, item: str) -> list[str]:
    found = value.get(key, [])
    texts = [found] if isinstance(found, str) else found
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _ShapeError(f"{item}.value.{key}: wanted a list of texts, got {found!r}")
    return texts


def _offsets(value: Mapping[str, Any]) -> list[Any]:
    within = value.get("globalOffsets")
    return [(within if isinstance(within, Mapping) else value).get(end) for end in ("start", "end")]


def _tell_unit(values: Sequence[Mapping[str, Any]], text: str) -> OffsetUnit:
    """The unit of the offsets of one annotation: the one in which most marked words match the text."""
    if not any(character == "\r" or character > "\uffff" for character in text):
        return OffsetUnit.CODE_POINTS
    indices = {unit: OffsetIndex(text, unit) for unit in _UNITS}

    def n_right(unit: OffsetUnit) -> int:
        return sum(_fits(value, indices[unit], text) for value in values)

    return max(_UNITS, key=n_right)


def _fits(value: Mapping[str, Any], index: OffsetIndex, text: str) -> bool:
    start, end = _offsets(value)
    span = index.to_span(start, end) if type(start) is type(end) is int else None
    return span is not None and text[span[0] : span[1]].split() == str(value.get("text")).split()


def _read_region(
    region: tuple[str, Mapping[str, Any], str],
    index: OffsetIndex,
    values: Mapping[str, Any],
    path: str,
    findings: list[Finding],
) -> Mark:
    name, value, item = region
    labels = _get(value, "labels", list, f"{item}.value")
    written = str(labels[0]) if labels else ""
    role, is_sure = nearest_label(written, _LABELS)
    role = role if is_sure and role is not None else ""
    if written.strip().casefold() not in _LABELS:
        message = f"a region must be one of {list(_LABELS)}, got {written!r}"
        findings.append(find("unknown-label", message, path=path, item=item, mended=repr(role) if role else None))
    fields, is_assumed = build_labels({"named": False, **values})
    if is_assumed:
        findings.append(find("kind-assumed", f"{values['speaker']!r} was taken for a person", path=path, item=item))
    start, end = _offsets(value)
    span = index.to_span(start, end) if type(start) is type(end) is int else None
    words = (value["text"],) if isinstance(value.get("text"), str) else ()
    return Mark(name, role, [[start, end] if span is None else list(span)], words, fields, None, item)
