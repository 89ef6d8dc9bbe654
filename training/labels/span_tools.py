"""Read labels from the JSON lines of Prodigy and doccano: spans with one label each, and relations between them.

Labels are ``Content``, ``Cue`` and ``Source``; ``Content:evaluation`` also gives the claim type, since these tools have
no other place for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inquit.models.article import text_sha256
from inquit.models.labels import ROLES
from inquit.training.labels.assembly import Mark, Report, assemble, build_labels, build_record
from inquit.training.labels.findings import Finding, find
from inquit.training.labels.record import LabelRecord
from inquit.training.labels.repair import nearest_label

Task = Mapping[str, Any]


def is_prodigy(record: Task) -> bool:
    return "attributions" not in record and "answer" in record


def is_doccano(record: Task) -> bool:
    # A result also has entities, of another kind, but it has the hash of its text too.
    return not {"attributions", "text_sha256"} & set(record) and isinstance(record.get("entities"), list)


def read_prodigy(task: Task, path: str, line: int) -> LabelRecord:
    """Read one task; rejected and ignored ones are skipped. A relation names its spans by their offsets."""
    answer = task.get("answer")
    if answer != "accept":
        note = find("rejected", f"answer {answer!r}", path=path, line=line, article=_id(task))
        return LabelRecord(path, line, None, (note,))
    spans = [(_place(span), span) for span in _objects(task, "spans")]
    links = [(_place(r.get("head_span")), _place(r.get("child_span"))) for r in _objects(task, "relations")]
    return _build(task, spans, links, path, line, annotator=task.get("_annotator_id") or task.get("_session_id"))


def read_doccano(task: Task, path: str, line: int) -> LabelRecord:
    """Read one document; a relation names its entities by their ids."""
    entities = [(str(entity.get("id")), entity) for entity in _objects(task, "entities")]
    links = [(str(r.get("from_id")), str(r.get("to_id"))) for r in _objects(task, "relations")]
    return _build(task, entities, links, path, line)


def _objects(task: Task, key: str) -> list[Mapping[str, Any]]:
    found = task.get(key)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _place(span: Any) -> str:
    """A name for a span without an id: its offsets."""
    return f"{span.get('start')}-{span.get('end')}" if isinstance(span, Mapping) else "nothing"


def _id(task: Task) -> str | None:
    meta = task.get("meta")
    name = task.get("id", meta.get("id") if isinstance(meta, Mapping) else None)
    if name is None and isinstance(task.get("text"), str):
        return text_sha256(task["text"])[:16]
    return None if name is None else str(name)


def _build(
    task: Task,
    spans: Sequence[tuple[str, Mapping[str, Any]]],
    links: Iterable[tuple[str, str]],
    path: str,
    line: int,
    *,
    annotator: Any = None,
) -> LabelRecord:
    article: dict[str, Any] = {"id": _id(task), "text": task.get("text")}
    if annotator is not None:
        article["metadata"] = {"annotator": str(annotator)}
    findings: list[Finding] = []

    def report(code: str, message: str, mark: Mark | None) -> None:
        findings.append(find(code, message, path=path, line=line, article=article["id"]))

    marks = [_mark(name, span, line, report) for name, span in spans]
    return build_record(path, line, article, assemble(marks, links, report), (), findings)


def _mark(name: str, span: Mapping[str, Any], line: int, report: Report) -> Mark:
    label = str(span.get("label"))
    written, _, claim_type = label.partition(":")
    role, is_sure = nearest_label(written, ROLES)
    role = role if is_sure and role is not None else ""
    if written.strip().casefold() not in ROLES:
        report("unknown-label", f"a span must be one of {list(ROLES)}, got {label!r}", None)
    labels, _ = build_labels({"type": claim_type.strip() or None})
    offsets = [span.get("start", span.get("start_offset")), span.get("end", span.get("end_offset"))]
    return Mark(name, role, [offsets], (), labels, line)
