"""Read brat standoff: a folder of NAME.txt and NAME.ann, or PolNeAR's text/ and attributions/.

Attributions are events as in PolNeAR (``E1<TAB>Attribution:T4 Content:T3 Cue:T2 Source:T1``), or spans joined by
relations. Labels are attributes of the event or of its content (``A1<TAB>ClaimType E1 evaluation``), and the speaker's
name is a note (``#1<TAB>AnnotatorNotes E1<TAB>Ada Lund``). Spans may be discontinuous.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from inquit.models.labels import ROLES
from inquit.training.corpora import CorpusError, brat_records, read_utf8
from inquit.training.labels.assembly import Linked, Mark, assemble, build_labels, build_record
from inquit.training.labels.findings import Finding, find
from inquit.training.labels.record import LabelRecord

_ATTRIBUTES = {
    "ClaimType": "type",
    "Secondary": "secondary",
    "Secondary2": "secondary",
    "Polarity": "polarity",
    "CheckWorthy": "checkworthy",
    "Kind": "kind",
    "SpeakerKind": "speaker_kind",
    "SpeakerNamed": "named",
}
_FLAGS = ("checkworthy", "named")


def find_pairs(path: Path) -> list[tuple[Path, Path]]:
    """Annotation files and their texts, from one file, a folder, or a part of PolNeAR."""
    if path.is_file():
        return [(path, _text_path(path))]
    found = sorted(path.glob("*.ann")) or sorted(path.glob("attributions/*.ann"))
    return [(found_path, _text_path(found_path)) for found_path in found]


def _text_path(annotation_path: Path) -> Path:
    beside = annotation_path.with_suffix(".txt")
    if beside.is_file() or annotation_path.parent.name != "attributions":
        return beside
    name = annotation_path.stem.rpartition("_")[0]
    return annotation_path.parent.parent / "text" / f"{name}.txt"


def read_brat_labels(path: Path) -> Iterator[LabelRecord]:
    """Read one record for each annotation file; an article that several people annotated occurs several times.

    Raises:
        OSError: a file cannot be read.
    """
    for annotation_path, text_path in find_pairs(path):
        yield _read_pair(annotation_path, text_path)


def _read_pair(annotation_path: Path, text_path: Path) -> LabelRecord:
    where = str(annotation_path)
    if not text_path.is_file():
        message = f"its article {text_path} is missing"
        return LabelRecord(where, None, None, (find("text-missing", message, path=where, mend="restore the file"),))
    try:
        text = read_utf8(text_path)
        standoff = _Standoff.parse(brat_records(read_utf8(annotation_path), where), where)
    except CorpusError as error:
        return LabelRecord(where, None, None, (find("shape", str(error), path=where),))
    article: dict[str, Any] = {"id": unquote(text_path.stem), "text": text}
    if annotation_path.stem != text_path.stem:
        article["metadata"] = {"annotator": annotation_path.stem.rpartition("_")[2]}
    return standoff.to_record(article)


@dataclass(slots=True)
class _Standoff:
    """The lines of one file, sorted by what they contain."""

    path: str
    marks: dict[str, Mark] = field(default_factory=dict)
    events: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    relations: list[tuple[str, str]] = field(default_factory=list)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def parse(cls, records: Iterable[tuple[int, str]], path: str) -> _Standoff:
        standoff = cls(path)
        for number, record in records:
            name, body, *rest = record.split("\t", 2)
            match name[0]:
                case "T":
                    standoff._add_mark(name, body, rest[0] if rest else None, number)
                case "E":
                    standoff.events[name] = (number, body.split())
                case "R":
                    standoff._add_relation(body, number)
                case "A" | "M":
                    standoff._add_attribute(body)
                case "#":
                    standoff._add_note(body, rest)
        return standoff

    def _add_mark(self, name: str, body: str, words: str | None, number: int) -> None:
        role, _, offsets = body.partition(" ")
        spans: list[Any] = [_read_offsets(part) for part in offsets.split(";")]
        said = (words,) if words is not None and len(spans) == 1 else ()
        self.marks[name] = Mark(name, role.lower(), spans, said, {}, number)

    def _add_relation(self, body: str, number: int) -> None:
        ends = [argument.partition(":")[2] for argument in body.split()[1:]]
        if len(ends) == 2:
            self.relations.append((ends[0], ends[1]))
        else:
            self._report("shape", f"a relation must be 'NAME Arg1:T1 Arg2:T2', got {body!r}", number)

    def _add_attribute(self, body: str) -> None:
        attribute, target, *value = body.split()[:3] if len(body.split()) > 1 else (body, "")
        key = _ATTRIBUTES.get(attribute)
        values = self.values.setdefault(target, {})
        if key == "secondary":
            values[key] = [*values.get(key, []), *value]
        elif key is not None:
            values[key] = True if key in _FLAGS else next(iter(value), None)

    def _add_note(self, body: str, rest: list[str]) -> None:
        kind, _, target = body.partition(" ")
        if kind == "AnnotatorNotes" and rest and rest[0].strip():
            self.values.setdefault(target, {})["speaker"] = rest[0].strip()

    def _report(self, code: str, message: str, line: int | None) -> None:
        self.findings.append(find(code, message, path=self.path, line=line))

    def to_record(self, article: Mapping[str, Any]) -> LabelRecord:
        attributions = self._events() if self.events else self._relations()
        narration = [self._labelled(mark, mark.id) for mark in self.marks.values() if mark.role == "narration"]
        return build_record(self.path, None, article, attributions, narration, self.findings)

    def _events(self) -> list[Linked]:
        attributions = []
        for name, (number, arguments) in self.events.items():
            groups: dict[str, list[Mark]] = {role: [] for role in ROLES}
            for argument in arguments:
                role, _, target = argument.partition(":")
                if target not in self.marks:
                    self._report("relation-missing", f"{name} names {target or argument}, which does not exist", number)
                elif role.lower().rstrip("0123456789") in groups:
                    groups[role.lower().rstrip("0123456789")].append(self.marks[target])
            if groups["content"]:
                groups["content"] = [self._labelled(mark, name) for mark in groups["content"]]
                attributions.append(Linked(name, groups))
            else:
                self._report("unlinked", f"{name} has no content", number)
        return attributions

    def _relations(self) -> list[Linked]:
        marks = [self._labelled(mark, mark.id) for mark in self.marks.values()]

        def report(code: str, message: str, mark: Mark | None) -> None:
            self._report(code, message, None if mark is None else mark.line)

        return assemble(marks, self.relations, report)

    def _labelled(self, mark: Mark, target: str) -> Mark:
        values = self.values.get(target) or self.values.get(mark.id) or {}
        # PolNeAR's annotators leave remarks on events; a note is a speaker only if the speaker's kind is given too.
        if "speaker" in values and "speaker_kind" not in values:
            values = {key: value for key, value in values.items() if key != "speaker"}
        if "speaker_kind" in values:
            values = {"named": False, **values}
        labels, _ = build_labels(values)
        return Mark(mark.id, mark.role, mark.spans, mark.words, labels, mark.line, mark.item)


def _read_offsets(part: str) -> list[Any]:
    return [int(offset) if re.fullmatch(r"-?\d+", offset) else offset for offset in part.split()]
