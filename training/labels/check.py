"""Check label files, and load the labels that can be trained on."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inquit.inference.batch.summary import counted
from inquit.models.result import LIKELY, ArticleResult
from inquit.training.corpora import CorpusError
from inquit.training.labels.check_corpus import (
    HeldOut,
    check_contradictions,
    check_examples,
    check_near_duplicates,
    check_same_articles,
)
from inquit.training.labels.check_record import check_record
from inquit.training.labels.check_types import Vocabulary, with_evident_types
from inquit.training.labels.findings import Finding, Severity
from inquit.training.labels.formats import LabelFormat, read_records

logger = logging.getLogger(__name__)

_N_SHOWN = 10


class LabelError(CorpusError):
    """Labels that cannot be trained on as they are.

    Attributes:
        findings: every error.

    Args:
        can_drop: whether the failed call has a `drop_bad` that would help.
    """

    def __init__(self, findings: Sequence[Finding], *, can_drop: bool = True) -> None:
        self.findings = list(findings)
        way_out = ", or skip them with --drop-bad" if can_drop else ""
        shown = "\n".join(f"  {finding}" for finding in self.findings[:_N_SHOWN])
        more = f"\n  and {len(self.findings) - _N_SHOWN} more" if len(self.findings) > _N_SHOWN else ""
        super().__init__(
            f"{counted(len(self.findings), 'error')} in the labels; see `inquit labels check`{way_out}:\n{shown}{more}"
        )


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """What a check found, and the labels after its repairs.

    Attributes:
        findings: by file and line; those about the whole set come last.
        mended: every record, with all unambiguous repairs.
        kept: the repaired records without the parts that cannot be repaired or are not labels.
        n_dropped: how many attributions and narration sentences are missing from ``kept``.
    """

    findings: list[Finding]
    mended: list[dict[str, Any]]
    kept: list[dict[str, Any]]
    n_dropped: int

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @property
    def is_clean(self) -> bool:
        """Whether there are no findings except notes."""
        return all(finding.severity is Severity.NOTE for finding in self.findings)


def run_check(
    paths: Iterable[Path],
    *,
    label_format: LabelFormat | None = None,
    held_out: Iterable[Path] = (),
    articles: Iterable[Path] = (),
    vocabulary: Vocabulary | None = None,
) -> LabelCheck:
    """Check label files by themselves, against each other, and against held-out articles.

    Args:
        label_format: the format of all files; recognised by their names if None.
        held_out: test articles, which must not be trained on; if they have no texts, ids and hashes are compared.
        articles: files with the texts, for labels that come without them.
        vocabulary: claim types beyond the ten of the codebook, and renamed ones.

    Raises:
        CorpusError: a file cannot be read at all.
    """
    paths = list(paths)
    texts = {record["id"]: record["text"] for record in _read_texts(articles)}
    vocabulary = vocabulary or Vocabulary()
    records = list(read_records(paths, label_format=label_format, texts=texts))
    vocabulary = with_evident_types(vocabulary, records)
    drafts = [check_record(record, vocabulary, texts) for record in records]
    check_same_articles(drafts)
    check_near_duplicates(drafts, _read_held_out(held_out))
    check_contradictions(drafts)
    findings = [finding for draft in drafts for finding in draft.findings]
    findings += check_examples(drafts, ", ".join(map(str, paths)))
    return LabelCheck(
        findings,
        [record for draft in drafts if (record := draft.mended()) is not None],
        [as_labels(record) for draft in drafts if (record := draft.kept()) is not None],
        sum(draft.n_dropped for draft in drafts),
    )


def read_annotations(paths: Iterable[Path], *, vocabulary: Vocabulary | None = None) -> list[ArticleResult]:
    """Read the labels of every annotator of every article, each record checked by itself.

    Raises:
        LabelError: a record has an error.
        CorpusError: a file cannot be read at all.
    """
    records = list(read_records(paths))
    vocabulary = with_evident_types(vocabulary or Vocabulary(), records)
    drafts = [check_record(record, vocabulary, {}) for record in records]
    errors = [f for draft in drafts for f in draft.findings if f.severity is Severity.ERROR]
    if errors:
        raise LabelError(errors, can_drop=False)
    return [ArticleResult.from_dict(as_labels(kept)) for draft in drafts if (kept := draft.kept()) is not None]


def _read_held_out(paths: Iterable[Path]) -> list[HeldOut]:
    articles = (HeldOut.from_record(label_record.record or {}) for label_record in read_records(paths))
    return [article for article in articles if article is not None]


def _read_texts(paths: Iterable[Path]) -> Iterator[Mapping[str, Any]]:
    """Records that have an id and a text, whatever else may be wrong with them."""
    for label_record in read_records(paths):
        record = label_record.record
        if record is not None and isinstance(record.get("id"), str) and isinstance(record.get("text"), str):
            yield record


def as_labels(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as gold labels: without confidences and probabilities, and with check-worthiness true or false."""
    labels: dict[str, Any] = {key: record[key] for key in ("id", "text")}
    labels["metadata"] = dict(record.get("metadata") or {})
    if isinstance(record.get("annotator"), str):
        labels["metadata"]["annotator"] = record["annotator"]
    labels |= {key: str(record[key]) for key in ("reviewed_by", "reviewed_at") if record.get(key)}
    labels["attributions"] = [_part_as_label(part) for part in record.get("attributions") or ()]
    labels["narration"] = [_part_as_label(part) for part in record.get("narration") or () if not _is_unlikely(part)]
    return labels


def _is_unlikely(narration: Mapping[str, Any]) -> bool:
    """Whether the model thought this sentence unlikely to be narration; no reviewer called it narration either."""
    confidence = narration.get("confidence")
    return isinstance(confidence, (int, float)) and confidence < LIKELY


def _part_as_label(part: Mapping[str, Any]) -> dict[str, Any]:
    label = {key: value for key, value in part.items() if key not in ("confidence", "text")}
    if isinstance(part.get("claim"), dict):
        claim = {key: value for key, value in part["claim"].items() if key != "probabilities"}
        label["claim"] = claim | {"checkworthy": claim.get("checkworthy", False) >= LIKELY}
    if isinstance(part.get("speaker"), dict):
        label["speaker"] = {
            key: value for key, value in part["speaker"].items() if key not in ("confidence", "candidates", "entity")
        }
    return label


def check_labels(
    paths: Iterable[Path],
    *,
    held_out: Iterable[Path] = (),
    articles: Iterable[Path] = (),
    vocabulary: Vocabulary | None = None,
) -> list[Finding]:
    """Everything that is wrong with label files, with file, line and how to fix it; see `run_check`."""
    return run_check(paths, held_out=held_out, articles=articles, vocabulary=vocabulary).findings


def load_labels(
    paths: Iterable[Path],
    *,
    drop_bad: bool = False,
    held_out: Iterable[Path] = (),
    articles: Iterable[Path] = (),
    vocabulary: Vocabulary | None = None,
) -> list[ArticleResult]:
    """Load labels to train on: checked, without answers that nobody reviewed, duplicates merged.

    Args:
        drop_bad: make unambiguous repairs and leave out other bad labels, instead of refusing any error. If an article
            has labels by several annotators, only the first one's are kept.

    Raises:
        LabelError: there is an error; with ``drop_bad``, only if nothing is left to learn from.
        CorpusError: a file cannot be read at all.
    """
    check = check_training_labels(paths, drop_bad=drop_bad, held_out=held_out, articles=articles, vocabulary=vocabulary)
    return [ArticleResult.from_dict(record) for record in check.kept]


def check_training_labels(
    paths: Iterable[Path],
    *,
    drop_bad: bool = False,
    held_out: Iterable[Path] = (),
    articles: Iterable[Path] = (),
    vocabulary: Vocabulary | None = None,
    joins_others: bool = False,
) -> LabelCheck:
    """Check labels before training on them; raises errors like `load_labels`, and logs what is left out.

    Args:
        joins_others: the labels are added to existing ones, so that a single class is enough.
    """
    check = run_check(paths, held_out=held_out, articles=articles, vocabulary=vocabulary)
    errors = [finding for finding in check.errors if not (joins_others and finding.code == "one-class")]
    fatal = [finding for finding in errors if finding.code in ("no-labels", "one-class")]
    if fatal or (errors and not drop_bad):
        raise LabelError(fatal if drop_bad else errors, can_drop=not fatal)
    for finding in check.findings:
        logger.info("%s", finding)
    if check.n_dropped:
        logger.warning("%d labels are left out: `inquit labels check` says why", check.n_dropped)
    return check
