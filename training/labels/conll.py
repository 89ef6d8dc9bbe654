"""Read CoNLL columns: one word per line, its offsets, and a column of BIO tags per attribution, as for propositions.

```
# id = a1
# text = "Ann Lee said it rains."
# attribution t0 = {"claim": {"type": "event"}}
Ann	0	3	B-SOURCE
Lee	4	7	I-SOURCE
said	8	12	B-CUE
```
Also read are files without offsets, without text, with other columns, with one tag column for everything, and with
IOB1 or IOBES tags; anything that had to be guessed is reported as a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from inquit.models.labels import ROLES
from inquit.training.corpora import CorpusError, read_utf8
from inquit.training.labels.assembly import Linked, Mark, assemble, build_record
from inquit.training.labels.findings import Finding, find
from inquit.training.labels.record import LabelRecord

_TAG = re.compile(r"O|[BIESLU]-(?:content|cue|source)", re.IGNORECASE)
_COMMENT = re.compile(r"# ?(id|newdoc id|text|model|reviewed_by|metadata|attribution|narration) ?(\S*?) ?= ?(.*)")
ARTICLE_FIELDS = ("model", "reviewed_by", "metadata")
LABEL_FIELDS = ("kind", "speaker", "claim", "reviewed_by")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    columns: tuple[str, ...]
    sentence: int


@dataclass(slots=True)
class _Block:
    """The lines of one article."""

    line: int
    id: str | None = None
    text: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, dict[str, Any]] = field(default_factory=dict)
    narration: list[dict[str, Any]] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)


def read_conll(path: Path, texts: Mapping[str, str]) -> Iterator[LabelRecord]:
    """Read the articles of one file.

    Args:
        texts: articles by id, for files that contain only words.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        content = read_utf8(path)
        for number, block in enumerate(_blocks(content, str(path))):
            yield _Reader(str(path), block, number).read(texts)
    except CorpusError as error:
        yield LabelRecord(str(path), None, None, (find("shape", str(error), path=str(path)),))


def _blocks(content: str, path: str) -> Iterator[_Block]:
    block, sentence = _Block(1), 0
    for number, line in enumerate(content.removeprefix("\ufeff").split("\n"), start=1):
        line = line.rstrip("\r")
        if line.startswith(("# id", "#id", "# newdoc", "-DOCSTART-")):
            if block.rows or block.id is not None:
                yield block
            block = _Block(number)
        if line.startswith("#") and (match := _COMMENT.fullmatch(line)):
            _read_comment(block, *match.groups(), where=f"{path} line {number}")
        elif not line.strip():
            sentence += 1
        elif not line.startswith(("#\t", "# ", "#-", "-DOCSTART-")) or "\t" in line:
            block.rows.append(_Row(number, tuple(line.split("\t") if "\t" in line else line.split()), sentence))
    if block.rows or block.id is not None:
        yield block


def _read_comment(block: _Block, key: str, name: str, value: str, *, where: str) -> None:
    if key in ("id", "newdoc id"):
        block.id = _json(value, where) if value.startswith('"') else value
    elif key == "text":
        # CoNLL-U gives the text of each sentence, without quotation marks around it, but not what is between sentences.
        block.text = _json(value, where) if value.startswith('"') else block.text
    elif key in ARTICLE_FIELDS:
        # Other tools write comments with these names that are not JSON.
        block.facts |= {key: _json(value, where)} if value.startswith(('"', "{")) else {}
    elif key == "attribution":
        block.labels[name] = _json(value, where)
    else:
        block.narration.append(_json(value, where))


def _json(value: str, where: str) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise CorpusError(f"{where}: wanted JSON after '=': {error}") from error


class _Reader:
    """Reads one article: finds the places of its words in the text, and collects the spans of its tags."""

    def __init__(self, path: str, block: _Block, number: int) -> None:
        self._path = path
        self._block = block
        self._id = block.id or f"{Path(path).stem}-{number + 1}"
        self._findings: list[Finding] = []

    def read(self, texts: Mapping[str, str]) -> LabelRecord:
        given = self._given_offsets()
        text = self._block.text if self._block.text is not None else texts.get(self._id)
        if text is None:
            text, places = self._rebuild(given)
            self._report("text-rebuilt", f"article {self._id!r} has no text", self._block.line)
        else:
            places = given if given is not None else self._align(text)
        if places is None or not self._fits(text, places):
            return LabelRecord(self._path, self._block.line, None, tuple(self._findings))
        article = {"id": self._id, "text": text, **self._block.facts}
        narration = [
            Mark("", "narration", [n.get("span")], labels={"claim": n.get("claim")}) for n in self._block.narration
        ]
        attributions = self._attributions(places)
        return build_record(self._path, self._block.line, article, attributions, narration, self._findings)

    def _report(self, code: str, message: str, line: int) -> None:
        self._findings.append(find(code, message, path=self._path, line=line, article=self._id))

    def _given_offsets(self) -> list[tuple[int, int]] | None:
        pairs = [row.columns[1:3] for row in self._block.rows]
        if not pairs or not all(len(pair) == 2 and all(offset.isdecimal() for offset in pair) for pair in pairs):
            return None
        return [(int(start), int(end)) for start, end in pairs]

    def _rebuild(self, given: Sequence[tuple[int, int]] | None) -> tuple[str, list[tuple[int, int]] | None]:
        """A text with the words at their offsets; without offsets, one space apart and one sentence per line."""
        text, places, previous = "", [], None
        for i, row in enumerate(self._block.rows):
            gap = "" if previous is None else "\n" if row.sentence != previous else " "
            if given is not None:
                n_missing = given[i][0] - len(text)
                if n_missing < 0:
                    self._report("words-differ", f"{row.columns[0]!r} begins before the previous word ends", row.line)
                    return text, None
                gap = (gap or " ").ljust(n_missing)[:n_missing]
            start = len(text + gap)
            text += gap + row.columns[0]
            places.append((start, len(text)))
            previous = row.sentence
        return text, places

    def _align(self, text: str) -> list[tuple[int, int]] | None:
        places, position = [], 0
        for row in self._block.rows:
            start = text.find(row.columns[0], position)
            if start < 0 or text[position:start].strip():
                self._report("text-differs", f"the word {row.columns[0]!r} is not the next one in the text", row.line)
                return None
            position = start + len(row.columns[0])
            places.append((start, position))
        return places

    def _fits(self, text: str, places: Sequence[tuple[int, int]]) -> bool:
        for row, (start, end) in zip(self._block.rows, places, strict=True):
            if text[start:end] != row.columns[0]:
                message = f"the text has {text[start:end][:40]!r} at {start} to {end}, the line says {row.columns[0]!r}"
                self._report("words-differ", message, row.line)
                return False
        return True

    def _attributions(self, places: Sequence[tuple[int, int]]) -> list[Linked]:
        columns = self._tag_columns()
        marks = [self._marks(column, places, number) for number, column in enumerate(columns)]
        if len(columns) == 1 and not self._block.labels:
            return self._guess_links(marks[0])
        names = [*self._block.labels, *(f"t{i}" for i in range(len(self._block.labels), len(columns)))]
        return [
            Linked(name, _by_role(found, self._block.labels.get(name, {})))
            for name, found in zip(names, marks, strict=False)
            if any(mark.role == "content" for mark in found)
        ]

    def _tag_columns(self) -> list[int]:
        rows = self._block.rows
        n_columns = min((len(row.columns) for row in rows), default=0)
        return [i for i in range(1, n_columns) if all(_TAG.fullmatch(row.columns[i]) for row in rows)]

    def _marks(self, column: int, places: Sequence[tuple[int, int]], number: int) -> list[Mark]:
        tags = [row.columns[column] for row in self._block.rows]
        chunks, other_scheme = chunks_of(tags)
        if other_scheme is not None:
            i, scheme = other_scheme
            self._report("tags-converted", f"{tags[i]} here is {scheme}", self._block.rows[i].line)
        marks = []
        for role, first, stop in chunks:
            span = [places[first][0], places[stop - 1][1]]
            marks.append(Mark(f"{number}-{first}", role, [span], line=self._block.rows[first].line))
        return marks

    def _guess_links(self, marks: Sequence[Mark]) -> list[Linked]:
        """Link each content to the nearest cue and source in its sentence, as a single column of tags has no links."""
        rows = {row.line: row for row in self._block.rows}
        links = []
        for content in (mark for mark in marks if mark.role == "content"):
            for role in ("cue", "source"):
                near = [
                    mark
                    for mark in marks
                    if mark.role == role and rows[mark.line or 0].sentence == rows[content.line or 0].sentence
                ]
                if near:
                    links.append((content.id, min(near, key=lambda mark: _distance(mark, content)).id))
        if links:
            self._report("links-guessed", f"article {self._id!r} has one column of tags", self._block.line)

        def report(code: str, message: str, mark: Mark | None) -> None:
            self._report(code, message, self._block.line if mark is None or mark.line is None else mark.line)

        return assemble(marks, links, report)


def _distance(mark: Mark, content: Mark) -> int:
    (start, end), (content_start, content_end) = mark.spans[0], content.spans[0]
    return int(max(start - content_end, content_start - end))


def _by_role(marks: Sequence[Mark], labels: Mapping[str, Any]) -> dict[str, list[Mark]]:
    groups: dict[str, list[Mark]] = {role: [mark for mark in marks if mark.role == role] for role in ROLES}
    first, *others = groups["content"]
    own = {key: labels.get(key) for key in LABEL_FIELDS}
    groups["content"] = [Mark(first.id, first.role, first.spans, first.words, own, first.line), *others]
    return groups


def chunks_of(tags: Sequence[str]) -> tuple[list[tuple[str, int, int]], tuple[int, str] | None]:
    """The spans of a column of tags as (role, first, stop), and the first tag that is not BIO, with its scheme.

    An I after an O or after another role begins a span, as in IOB1; E and L end a span, S and U are a whole span.

    >>> chunks_of(["I-CUE", "O", "B-SOURCE", "I-SOURCE"])
    ([('cue', 0, 1), ('source', 2, 4)], (0, 'IOB1'))
    """
    chunks: list[tuple[str, int, int]] = []
    other: tuple[int, str] | None = None
    is_open = False
    for i, tag in enumerate(tags):
        prefix, _, role = tag.upper().partition("-")
        role = role.lower()
        continues = is_open and prefix in "IEL" and chunks[-1][0] == role
        if prefix in "ESLU":
            other = other or (i, "IOBES")
        elif prefix == "I" and not continues:
            other = other or (i, "IOB1")
        if continues:
            chunks[-1] = (role, chunks[-1][1], i + 1)
        elif prefix != "O":
            chunks.append((role, i, i + 1))
        is_open = prefix in "BI"
    return chunks, other
