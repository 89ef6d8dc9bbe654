"""Assemble attributions from marked spans and links between them, as annotation tools store them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inquit.models.labels import ROLES
from inquit.training.labels.findings import Finding
from inquit.training.labels.record import LabelRecord


@dataclass(frozen=True, slots=True)
class Mark:
    """A span that an annotator marked, perhaps in several parts, and the labels on it.

    Attributes:
        spans: pairs of offsets as in the file, not repaired.
        words: the words of each part according to the file; empty if it does not give them.
        labels: fields of the attribution, such as speaker and claim.
        line, item: its place in the file.
    """

    id: str
    role: str
    spans: Sequence[Any]
    words: tuple[str, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """An attribution as groups of marks."""

    id: str
    marks: Mapping[str, Sequence[Mark]]

    def to_dict(self) -> dict[str, Any]:
        """In the result format."""
        record: dict[str, Any] = {"id": self.id}
        for role in ROLES:
            record[role] = [span for mark in self._ordered(role) for span in mark.spans]
        for mark in self._ordered("content"):
            record |= {key: value for key, value in mark.labels.items() if value is not None}
        return record

    def words(self, role: str) -> tuple[str, ...]:
        return tuple(word for mark in self._ordered(role) for word in mark.words)

    def _ordered(self, role: str) -> list[Mark]:
        return sorted(self.marks.get(role, ()), key=_position)


def _position(mark: Mark) -> tuple[float, str]:
    """Sort key: the start, if it is a number; anything else comes last, and the checks will find it."""
    first = mark.spans[0] if mark.spans else None
    start = first[0] if isinstance(first, list) and first and isinstance(first[0], int | float) else float("inf")
    return start, mark.id


Report = Callable[[str, str, Mark | None], None]
"""Takes the code of a finding, its message, and the mark that it is about."""


def assemble(marks: Iterable[Mark], links: Iterable[tuple[str, str]], report: Report) -> list[Linked]:
    """Assemble attributions from marks and links: linked contents are parts of one; cues and sources join by links.

    If a source is linked only to the cue, as in PARC, it belongs to that cue's contents. The direction of a link does
    not matter. Links that lead nowhere, cycles and marks that belong to no content are reported.
    """
    by_id = {mark.id: mark for mark in marks if mark.role in ROLES}
    sound = _sound_links(list(links), by_id, report)
    groups = _group_contents(by_id, sound)
    neighbours = _neighbours(sound)
    attributions = [_gather(contents, by_id, neighbours) for contents in groups]
    used = {mark.id for attribution in attributions for role in attribution.marks.values() for mark in role}
    for mark in by_id.values():
        if mark.id not in used:
            report("unlinked", f"the {mark.role} {mark.id} belongs to no content", mark)
    return attributions


def _sound_links(links: Sequence[tuple[str, str]], by_id: Mapping[str, Mark], report: Report) -> list[tuple[str, str]]:
    sound: list[tuple[str, str]] = []
    for start, end in links:
        missing = next((name for name in (start, end) if name not in by_id), None)
        if missing is not None:
            report("relation-missing", f"a link joins {start} and {end}, but there is no {missing}", by_id.get(start))
        elif start == end or (end, start) in sound:
            report("relation-cycle", f"{start} and {end} are linked in a cycle", by_id[start])
        elif by_id[start].role == by_id[end].role != "content":
            report("relation-roles", f"{start} and {end} are both a {by_id[start].role}", by_id[start])
        elif (start, end) not in sound:
            sound.append((start, end))
    return sound


def _group_contents(by_id: Mapping[str, Mark], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    group = {name: [name] for name, mark in by_id.items() if mark.role == "content"}
    for start, end in links:
        if start in group and end in group and group[start] is not group[end]:
            group[start].extend(group[end])
            for name in group[end]:
                group[name] = group[start]
    unique = {id(names): sorted(names, key=lambda name: _position(by_id[name])) for names in group.values()}
    return list(unique.values())


def _neighbours(links: Sequence[tuple[str, str]]) -> dict[str, set[str]]:
    neighbours: dict[str, set[str]] = {}
    for start, end in links:
        neighbours.setdefault(start, set()).add(end)
        neighbours.setdefault(end, set()).add(start)
    return neighbours


def _gather(contents: Sequence[str], by_id: Mapping[str, Mark], neighbours: Mapping[str, set[str]]) -> Linked:
    near = {name for content in contents for name in neighbours.get(content, ())}
    cues = {name for name in near if by_id[name].role == "cue"}
    beyond = {name for cue in cues for name in neighbours.get(cue, ()) if by_id[name].role == "source"}
    sources = {name for name in near if by_id[name].role == "source"} or beyond
    names = {"content": contents, "cue": sorted(cues), "source": sorted(sources)}
    return Linked(contents[0], {role: [by_id[name] for name in found] for role, found in names.items()})


def build_record(
    path: str,
    line: int | None,
    article: Mapping[str, Any],
    attributions: Sequence[Linked],
    narration: Iterable[Mark] = (),
    findings: Iterable[Finding] = (),
) -> LabelRecord:
    """The label record of one article, with the words of its spans and the place of each attribution in the file."""
    words: dict[tuple[int, str], tuple[str, ...]] = {}
    items: dict[int, tuple[int | None, str | None]] = {}
    for index, attribution in enumerate(attributions):
        first = attribution.marks["content"][0]
        items[index] = (first.line, first.item)
        for role in ROLES:
            if said := attribution.words(role):
                words[index, role] = said
    record = dict(article) | {
        "attributions": [attribution.to_dict() for attribution in attributions],
        "narration": [{"span": mark.spans[0], **mark.labels} for mark in narration],
    }
    return LabelRecord(path, line, record, tuple(findings), words, items)


def build_labels(values: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Build speaker, claim and kind from flat values, as tools and tables store them.

    Args:
        values: ``type``, ``secondary`` (a list), ``polarity``, ``checkworthy``, ``speaker``, ``speaker_kind``,
            ``named``, ``kind``; each may be missing or empty.

    Returns:
        the fields of an attribution, and whether the speaker's kind had to be assumed.
    """
    labels: dict[str, Any] = {"kind": values.get("kind") or None}
    if values.get("type"):
        labels["claim"] = {
            "type": values["type"],
            "secondary": list(values.get("secondary") or ()),
            "polarity": values.get("polarity") or "asserted",
            "checkworthy": values.get("checkworthy") or False,
        }
    name, kind = values.get("speaker") or None, values.get("speaker_kind") or None
    is_assumed = name is not None and kind is None
    if name is not None or kind is not None:
        named = values.get("named")
        labels["speaker"] = {
            "name": None if kind == "author" else name,
            "kind": "person" if is_assumed else kind,
            "named": bool(name and name[:1].isupper()) if named is None else bool(named),
        }
    return {key: value for key, value in labels.items() if value is not None}, is_assumed
