"""People's corrections of results, in a file that is a valid label file at any moment.

One line per article, in the result format without probabilities and confidences. Whatever a person set or confirmed has
`reviewed_by`: each attribution by itself, and the article once the person has gone through all of it. The file is
rewritten atomically at every change, so a reader never sees half a file, and no article appears in it twice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any, Self

from inquit.inference.writers import LockedError, OutputError, open_atomically, read_results, to_json_line
from inquit.models.files import take_lock
from inquit.models.labels import CLAIM_TYPES
from inquit.models.result import LIKELY, ArticleResult, Attribution

_MAX_UNDO = 200


class StaleVersion(Exception):
    """A change was made to a version of the article that is no longer the latest."""


@dataclass(frozen=True, slots=True)
class Change:
    """The labels that a person wants an article to have, and the version that the person saw."""

    article_id: str
    version: int
    attributions: tuple[Attribution, ...]
    is_done: bool

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Change:
        """Read what the page sends.

        Raises:
            KeyError, TypeError, ValueError: it does not have the expected shape.
        """
        labels = ArticleResult.from_dict({"id": record["id"], "attributions": record["attributions"]})
        return cls(
            str(record["id"]),
            int(record["version"]),
            labels.attributions,
            bool(record["is_done"]),
        )


def check_attributions(attributions: Sequence[Attribution], text: str, claim_types: Iterable[str]) -> None:
    """Check that attributions are possible labels of a text.

    Raises:
        ValueError: a span extends beyond the text, an id occurs twice, a content is empty, or a claim type unknown.
    """
    seen: set[str] = set()
    known = sorted(claim_types)
    for attribution in attributions:
        where = f"attribution '{attribution.id}'"
        if attribution.id in seen:
            raise ValueError(f"{where}: its id occurs twice")
        seen.add(attribution.id)
        if not attribution.content:
            raise ValueError(f"{where}: must have content; mark what was said, or delete the attribution")
        for role in ("content", "cue", "source"):
            for span in getattr(attribution, role):
                if span.end > len(text):
                    raise ValueError(
                        f"{where}: {role} [{span.start}, {span.end}] extends beyond the text of {len(text)} characters"
                    )
        if attribution.claim is not None:
            for claim_type in (attribution.claim.type, *attribution.claim.secondary):
                if claim_type not in known:
                    near = get_close_matches(claim_type, known, n=1)
                    hint = f". Did you mean '{near[0]}'?" if near else ""
                    raise ValueError(f"{where}: claim type must be one of {known}, got '{claim_type}'{hint}")


def claim_types_of(results: Iterable[ArticleResult]) -> tuple[str, ...]:
    """The claim types of the codebook, then those that a retrained model or a person added."""
    claims = (
        claim
        for result in results
        for claim in (*(a.claim for a in result.attributions), *(sentence.claim for sentence in result.narration))
    )
    used = {
        name for claim in claims if claim is not None for name in (claim.type, *claim.secondary, *claim.probabilities)
    }
    return (*CLAIM_TYPES, *sorted(used.difference(CLAIM_TYPES)))


def read_corrections(path: Path, results: Iterable[ArticleResult]) -> dict[str, ArticleResult]:
    """Corrections by article id.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line is not a result, an article occurs twice, or its text is not the one that was scored.
    """
    corrections: dict[str, ArticleResult] = {}
    for correction in read_results(path):
        if correction.id in corrections:
            raise ValueError(f"{path}: article '{correction.id}' occurs twice; keep one of its lines")
        corrections[correction.id] = correction
    for result in results:
        known = corrections.get(result.id)
        if known is not None and None not in (known.text, result.text) and known.text != result.text:
            raise ValueError(
                f"{path}: article '{result.id}' has a different text from the result, so its spans would be wrong"
            )
    return corrections


class Corrections:
    """Keeps the corrections of a set of results in a file; safe to call from several threads.

    Attributes:
        results: the results being corrected, by article id.
        n_changes: how many changes have been made since the file was opened.
    """

    def __init__(self, results: Iterable[ArticleResult], path: Path, *, reviewer: str) -> None:
        """Read the file if it exists.

        Raises:
            ValueError: it is not a corrections file of these results.
            LockedError: another process has it open.
            OutputError: it cannot be written.
        """
        self.results = {result.id: result for result in results}
        self.path = path
        self.reviewer = reviewer
        self.n_changes = 0
        self._corrected: dict[str, ArticleResult] = {}
        self._lines: dict[str, bytes] = {}
        self._versions: dict[str, int] = {}
        self._earlier: dict[str, list[ArticleResult | None]] = {}
        self._changed_at: dict[str, int] = {}
        self._mutex = threading.Lock()
        self._lock_file = _lock(path.with_name(path.name + ".lock"))
        try:
            self._read()
        except BaseException:
            self.close()
            raise
        self._claim_types = claim_types_of([*self.results.values(), *self._corrected.values()])

    def _read(self) -> None:
        if self.path.exists():
            self._corrected = read_corrections(self.path, self.results.values())
        self._lines = {article_id: to_json_line(correction) for article_id, correction in self._corrected.items()}
        # If the file cannot be written, find out now and not after an hour of work.
        self._write(self._lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file for other processes."""
        self._lock_file.close()

    def by_id(self) -> dict[str, ArticleResult]:
        """The corrected articles."""
        with self._mutex:
            return dict(self._corrected)

    def version(self, article_id: str) -> int:
        """How often the article has changed since the file was opened."""
        return self._versions.get(article_id, 0)

    def versions(self) -> dict[str, int]:
        with self._mutex:
            return dict(self._versions)

    def changed_since(self, n_changes: int) -> dict[str, ArticleResult | None]:
        """Articles that have changed since change number ``n_changes``; None where no correction is left."""
        with self._mutex:
            ids = [article_id for article_id, at in self._changed_at.items() if at > n_changes]
            return {article_id: self._corrected.get(article_id) for article_id in ids}

    def apply(self, change: Change) -> ArticleResult:
        """Save a change; it is on disk when this returns.

        Raises:
            KeyError: there is no such article.
            ValueError: these are not possible labels of its text.
            StaleVersion: somebody else changed the article first.
            OutputError: the file cannot be written; nothing has changed then.
        """
        result = self.results[change.article_id]
        if result.text is None:
            raise ValueError(f"article '{result.id}' has no text, so it cannot be corrected")
        check_attributions(change.attributions, result.text, self._claim_types)
        with self._mutex:
            self._check_version(change.article_id, change.version)
            before = self._corrected.get(change.article_id)
            reviewer = (before.reviewed_by if before else None) or self.reviewer
            corrected = _as_label(result, change.attributions, reviewed_by=reviewer if change.is_done else None)
            self._save(change.article_id, corrected)
            earlier = self._earlier.setdefault(change.article_id, [])
            earlier.append(before)
            del earlier[:-_MAX_UNDO]
            return corrected

    def undo(self, article_id: str, version: int) -> ArticleResult | None:
        """Revert the last change of an article; returns None if no correction is left.

        Raises:
            ValueError: no change since the file was opened is left to undo.
            StaleVersion: somebody else changed the article first.
            OutputError: the file cannot be written; nothing has changed then.
        """
        with self._mutex:
            self._check_version(article_id, version)
            earlier = self._earlier.get(article_id)
            if not earlier:
                raise ValueError(f"article '{article_id}': nothing is left to undo")
            before = earlier[-1]
            self._save(article_id, before)
            earlier.pop()
            return before

    def _check_version(self, article_id: str, version: int) -> None:
        if version != self.version(article_id):
            raise StaleVersion(f"article '{article_id}' is at version {self.version(article_id)}, not {version}")

    def _save(self, article_id: str, corrected: ArticleResult | None) -> None:
        lines = dict(self._lines)
        if corrected is None:
            lines.pop(article_id, None)
        else:
            lines[article_id] = to_json_line(corrected)
        self._write(lines)
        self._lines = lines
        if corrected is None:
            self._corrected.pop(article_id, None)
        else:
            self._corrected[article_id] = corrected
        self._versions[article_id] = self.version(article_id) + 1
        self.n_changes += 1
        self._changed_at[article_id] = self.n_changes

    def _write(self, lines: Mapping[str, bytes]) -> None:
        with open_atomically(self.path) as file:
            file.writelines(lines.values())


def _as_label(result: ArticleResult, attributions: Sequence[Attribution], *, reviewed_by: str | None) -> ArticleResult:
    """A label: a person's answers have no probabilities, and what nobody looked at (narration, entities) is left out.

    The model's name stays: answers with a model's name and no `reviewed_by` are its own, not labels to train on.
    """
    return ArticleResult(
        id=result.id,
        text=result.text,
        attributions=tuple(_without_scores(attribution) for attribution in attributions),
        model=result.model,
        metadata=result.metadata,
        reviewed_by=reviewed_by,
        reviewed_at=_now(),
    )


def _without_scores(attribution: Attribution) -> Attribution:
    speaker, claim = attribution.speaker, attribution.claim
    return replace(
        attribution,
        confidence=None,
        speaker=speaker and replace(speaker, entity=None, confidence=None, candidates=()),
        claim=claim and replace(claim, probabilities={}, checkworthy=float(claim.checkworthy) >= LIKELY),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _lock(path: Path) -> IO[bytes]:
    try:
        file = open(path, "wb")  # noqa: SIM115 - held until close
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error
    if not take_lock(file):
        file.close()
        raise LockedError(f"{path}: another `inquit review` is writing these corrections; close it")
    return file
