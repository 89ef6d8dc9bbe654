"""Measure how far two annotators agree on the same articles, and list where they do not. Decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inquit.models.labels import ROLES
from inquit.models.result import ArticleResult
from inquit.training.evaluation import Evaluation, evaluate
from inquit.training.evaluation.labels import is_same_speaker, match_attributions
from inquit.training.evaluation.tokens import TokenIndex, with_content

_LABELS = ("type", "polarity", "checkworthy")
SPAN_MEASURES = ("a_exact", "b_jaccard", "c_content", "c_cue", "c_source", "d_content", "d_full")

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement on one label over pairs of attributions: the share that agrees, and Cohen's kappa (no speakers)."""

    n: int
    share: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One label on which two annotators differ; ``None`` if one of them marked nothing."""

    article: str
    content: str
    what: str
    first: Any
    second: Any

    def to_dict(self) -> dict[str, Any]:
        """For JSON; ``decision`` is left empty for the person who decides."""
        return {name: getattr(self, name) for name in self.__slots__} | {"decision": None}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Span F1 (which does not depend on which annotator counts as gold), kappas, and all disagreements."""

    n_articles: int
    spans: Mapping[str, float]
    labels: Mapping[str, Kappa]
    disagreements: Sequence[Disagreement]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "n_articles": self.n_articles,
            "span_f1": dict(self.spans),
            "labels": {name: {"n": k.n, "share": k.share, "kappa": k.kappa} for name, k in self.labels.items()},
            "disagreements": [disagreement.to_dict() for disagreement in self.disagreements],
        }


def measure_agreement(first: Iterable[ArticleResult], second: Iterable[ArticleResult]) -> Agreement:
    """Compare two sets of labels on the articles that are in both.

    Spans are compared as in `inquit evaluate`; labels are compared on the attributions whose contents match.

    Raises:
        ValueError: no article is in both, or an article has different texts in them.
    """
    ours = {article.id: article.to_dict() for article in first}
    theirs = {article.id: article.to_dict() for article in second}
    shared = [article for article in ours if article in theirs]
    if not shared:
        raise ValueError("no article is in both; they are joined by id")
    evaluation = evaluate({article: ours[article] for article in shared}, {a: theirs[a] for a in shared})
    pairs: list[tuple[Record, Record]] = []
    disagreements: list[Disagreement] = []
    for article in shared:
        matched = _match(ours[article], theirs[article])
        pairs += matched
        disagreements += _disagreements(ours[article], theirs[article], matched)
    return Agreement(len(shared), _span_scores(evaluation), _kappas(pairs), disagreements)


def _span_scores(evaluation: Evaluation) -> dict[str, float]:
    return {name: evaluation.score(name) for name in SPAN_MEASURES}


def _match(ours: Record, theirs: Record) -> list[tuple[Record, Record]]:
    return match_attributions(TokenIndex(ours["text"]), with_content(ours), with_content(theirs))


def _claim(attribution: Record, key: str) -> Any:
    claim = attribution.get("claim")
    return None if claim is None else claim[key]


def _kappas(pairs: Sequence[tuple[Record, Record]]) -> dict[str, Kappa]:
    labels = {}
    for key in _LABELS:
        values = [(_claim(a, key), _claim(b, key)) for a, b in pairs if a.get("claim") and b.get("claim")]
        if values:
            labels[key] = cohens_kappa(values)
    # Names are not a closed set, so there is no chance agreement for kappa to subtract.
    same = [
        is_same_speaker(a.get("speaker"), b.get("speaker")) for a, b in pairs if a.get("speaker") or b.get("speaker")
    ]
    if same:
        share = sum(same) / len(same)
        labels["speaker"] = Kappa(len(same), share, None)
    return labels


def cohens_kappa(pairs: Sequence[tuple[Any, Any]]) -> Kappa:
    """Agreement beyond chance (Cohen 1960); 1 if both give every item one and the same label.

    >>> cohens_kappa([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]).kappa
    0.5
    """
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[label] * second[label] for label in first) / n**2
    return Kappa(n, observed, 1.0 if expected == 1 else (observed - expected) / (1 - expected))


def _disagreements(ours: Record, theirs: Record, matched: Sequence[tuple[Record, Record]]) -> list[Disagreement]:
    article = ours["id"]
    in_both = {id(attribution) for pair in matched for attribution in pair}
    return [
        *(
            Disagreement(article, a["text"], what, first, second)
            for a, b in matched
            for what, first, second in _differences(a, b)
        ),
        *(Disagreement(article, a["text"], "attribution", a["content"], None) for a in _only(ours, in_both)),
        *(Disagreement(article, b["text"], "attribution", None, b["content"]) for b in _only(theirs, in_both)),
    ]


def _differences(ours: Record, theirs: Record) -> Iterator[tuple[str, Any, Any]]:
    for role in ROLES:
        if ours[role] != theirs[role]:
            yield role, ours[role], theirs[role]
    for key in _LABELS:
        if _claim(ours, key) != _claim(theirs, key):
            yield key, _claim(ours, key), _claim(theirs, key)
    if not is_same_speaker(ours.get("speaker"), theirs.get("speaker")):
        yield "speaker", _name(ours), _name(theirs)


def _only(record: Record, in_both: set[int]) -> list[Record]:
    return [attribution for attribution in with_content(record) if id(attribution) not in in_both]


def _name(attribution: Record) -> str | None:
    speaker = attribution.get("speaker")
    return None if speaker is None else speaker["name"] or speaker["kind"]


def split_annotators(articles: Iterable[ArticleResult]) -> tuple[list[ArticleResult], list[ArticleResult]]:
    """Split a set with articles that were labelled twice: the labels of each such article's first two annotators.

    Raises:
        ValueError: no article is labelled twice.
    """
    by_id: dict[str, list[ArticleResult]] = {}
    for article in articles:
        by_id.setdefault(article.id, []).append(article)
    twice = [sorted(own, key=_annotator)[:2] for own in by_id.values() if len(own) > 1]
    if not twice:
        raise ValueError("no article is labelled twice; name a second file, or one with several annotators")
    return [own[0] for own in twice], [own[1] for own in twice]


def _annotator(article: ArticleResult) -> str:
    return article.metadata.get("annotator") or article.reviewed_by or ""
