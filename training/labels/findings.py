"""What can be wrong with labels: one rule for each kind of fault, and one finding for each place where it occurs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error keeps a label out of training; a warning should be looked at; a note says what was skipped."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of fault: how bad it is, what it means, and how to mend it where the finding does not know better."""

    severity: Severity
    meaning: str
    mend: str


def _error(meaning: str, mend: str) -> Rule:
    return Rule(Severity.ERROR, meaning, mend)


def _warning(meaning: str, mend: str) -> Rule:
    return Rule(Severity.WARNING, meaning, mend)


def _note(meaning: str, mend: str) -> Rule:
    return Rule(Severity.NOTE, meaning, mend)


#: Every kind of finding by its code. Codes are stable: scripts may rely on them. docs/labels.md lists them.
RULES: Mapping[str, Rule] = {
    # Files and records
    "no-labels": _error("the files hold no attribution at all", "name a file with labelled articles"),
    "not-json": _error("a line is not one JSON object", "write one JSON object per line"),
    "shape": _error("a record, task or line does not have the shape of its format", "see docs/labels.md"),
    "id-missing": _error("an article has no id", 'give it an "id", the same as in the results'),
    "text-missing": _error("a record has no article text", "name the file with the texts: --articles FILE"),
    "text-differs": _error("the text is not the one that was labelled", "use the text that was labelled, unchanged"),
    # Spans
    "span-malformed": _error("a span is not [start, end] in whole numbers", "write two whole numbers"),
    "span-negative": _error("a span begins before the start of the text", "count from 0 in code points"),
    "span-swapped": _error("a span's end comes before its start", "swap the two numbers"),
    "span-empty": _error("a span covers nothing", "set its end after its start, or remove it"),
    "span-outside": _error("a span ends after the end of the text", "count code points, not bytes or UTF-16 units"),
    "offset-unit": _error("all offsets of a record are counted in another unit", "count code points, starting at 0"),
    "words-differ": _error("the text at the span differs from the words in the label", "correct the offsets"),
    "span-whitespace": _warning("a span begins or ends with white space", "leave out the white space"),
    "span-cuts-word": _warning("a span begins or ends inside a word", "move it to the edge of the word"),
    "parts-overlap": _warning("parts of one content, cue or source overlap or are out of order", "merge and sort them"),
    "roles-overlap": _warning("content, cue and source of one attribution overlap", "make them share no characters"),
    "content-missing": _error("an attribution has no content", "mark what is attributed, or remove the attribution"),
    "content-not-found": _error(
        "a content, cue or source does not occur in the article", "copy it verbatim from the article"
    ),
    "content-ambiguous": _error("the content occurs in the article several times", "add a column `start`"),
    # Labels
    "unknown-type": _error("a claim type that does not exist", "correct it, or allow it: --new-type NAME"),
    "unknown-label": _error("a kind, speaker kind, polarity or role that does not exist", "use an allowed one"),
    "checkworthy-malformed": _error(
        "checkworthy is neither true, false nor a number from 0 to 1", "write true or false"
    ),
    "speaker-malformed": _error("a speaker has no name or kind where it needs one", "see docs/result-format.md"),
    "speaker-not-in-text": _warning("the speaker's name does not occur in the article", "copy the name verbatim"),
    "kind-assumed": _note("a speaker without a kind was taken for a person", "add a column `speaker_kind`"),
    # Within and between articles
    "duplicate-attribution": _warning("an attribution is there twice", "remove one"),
    "content-twice": _warning("one content is attributed twice", "check that two sources are meant"),
    "contradiction": _error("one content of one source has different labels", "keep the right one"),
    "contradiction-elsewhere": _warning("the same words have a different type in another article", "check both"),
    "crossing": _warning(
        "two contents overlap, and neither contains the other", "put one wholly inside the other, or separate them"
    ),
    "duplicate-id": _error("an id occurs twice with different texts", "give every article an id of its own"),
    "duplicate-article": _warning("an article is there twice with the same labels", "remove one"),
    "double-annotation": _error(
        "an article has labels by two annotators", "compare (inquit labels agreement), keep one"
    ),
    "near-duplicate": _warning(
        "two articles say nearly the same", "keep them in the same part when you split the data"
    ),
    # Links
    "relation-missing": _error("a link names a span that is not there", "restore the span, or remove the link"),
    "relation-cycle": _error("a span is linked to itself, or two to each other", "remove one of the links"),
    "relation-roles": _warning(
        "a link joins spans that cannot be linked this way", "link contents with cues and sources"
    ),
    "unlinked": _warning("a cue or source belongs to no content", "link it to a content, or remove it"),
    "links-guessed": _warning("the format has no links; the nearest cue and source were taken", "check them"),
    # Training
    "one-class": _error("all claims have the same type, so nothing can be learnt", "add examples of other types"),
    "few-examples": _warning("a claim type has only one example", "add examples, or merge it: --rename OLD=NEW"),
    "imbalance": _note(
        "the most common type has over ten times as many examples as another", "label more of the rare one"
    ),
    "new-type": _note("a claim type that the shipped model does not know", "nothing to do if it is intended"),
    "held-out-article": _error("an article of the held-out set", "remove it: testing on it would mean nothing"),
    "leak": _error("an article that is nearly the same as one in the held-out set", "remove it, or its twin there"),
    "unreviewed": _warning("a model's answers that no person has looked at", 'review them and set "reviewed_by"'),
    "one-sided": _warning("check-worthiness is always true or always false", "add examples of the other kind"),
    # Passed over, as the tool asked
    "rejected": _note("an annotation that was cancelled, rejected or skipped", "nothing to do; it is skipped"),
    "not-scored": _note("a record of an article that could not be scored", "nothing to do; it is skipped"),
    "prediction": _note("a model's prediction that nobody accepted", "nothing to do; it is skipped"),
    # CoNLL
    "tags-converted": _warning("tags are not BIO; they were read as IOB1 or IOBES", "write B- at each beginning"),
    "text-rebuilt": _warning("the file has no text; it was rebuilt from the words", "add '# text = …', or --articles"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in one place.

    Attributes:
        code: a key of `RULES`.
        line: of the file, from 1; None where the format has no lines of its own.
        item: the part of the record, such as ``attributions[2] content``, or the path in a JSON file.
        mend: what to do.
        mended: what `--fix` makes of it, where only one repair is possible.
    """

    code: str
    path: str
    line: int | None
    message: str
    mend: str
    article: str | None = None
    item: str | None = None
    mended: str | None = None

    @property
    def severity(self) -> Severity:
        return RULES[self.code].severity

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"severity": self.severity.value} | {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path} line {self.line}"
        item = f"{self.item}: " if self.item else ""
        end = f"--fix makes it {self.mended}" if self.mended is not None else self.mend
        return f"{where}: {self.severity} [{self.code}] {item}{self.message}; {end}"


def find(
    code: str,
    message: str,
    *,
    path: str,
    line: int | None = None,
    article: str | None = None,
    item: str | None = None,
    mend: str | None = None,
    mended: str | None = None,
) -> Finding:
    """A finding whose way out is the rule's own where ``mend`` says no better."""
    return Finding(code, path, line, message, mend or RULES[code].mend, article, item, mended)
