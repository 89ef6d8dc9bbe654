"""Agreement of two annotators: span F1, kappas, and a list of every disagreement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inquit.models.result import ArticleResult
from inquit.training.labels.agreement import cohens_kappa, measure_agreement, split_annotators

from .articles import doubled, hold, other_record, record, safe, span


def result(**changes: object) -> ArticleResult:
    return ArticleResult.from_dict(record(**changes))


def test_an_annotator_agrees_with_herself() -> None:
    agreement = measure_agreement([result()], [result()])
    assert set(agreement.spans.values()) == {1.0}
    assert {kappa.share for kappa in agreement.labels.values()} == {1.0}
    assert agreement.labels["type"].kappa == 1.0
    assert agreement.disagreements == []


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0),
        ([("a", "a"), ("a", "a")], 1.0),
        # Cohen's formula with observed agreement .7 and expected agreement .5.
        ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
    ],
)
def test_kappa_is_cohens(pairs: list[tuple[str, str]], kappa: float) -> None:
    assert cohens_kappa(pairs).kappa == pytest.approx(kappa)


def test_each_disagreement_is_named_and_left_to_people() -> None:
    claim = safe()["claim"]
    other = record(
        safe(claim=claim | {"type": "event"}),
        hold(speaker=None, content=[span("It will hold")]),
        doubled(id="x", content=[span("a rival")]),
    )
    agreement = measure_agreement([result()], [ArticleResult.from_dict(other)])
    assert [(d.what, d.first, d.second) for d in agreement.disagreements] == [
        ("type", "evaluation", "event"),
        ("content", [span("“It will hold,”")], [span("It will hold")]),
        ("speaker", "Ada Lund", None),
        ("attribution", [span("costs had doubled")], None),
        ("attribution", None, [span("a rival")]),
    ]
    assert agreement.disagreements[0].to_dict()["decision"] is None
    assert agreement.spans["d_content"] == pytest.approx(2 / 3)
    assert agreement.labels["type"].share == 0.5
    assert agreement.labels["speaker"].kappa is None


def test_only_articles_of_both_are_compared() -> None:
    snow = ArticleResult.from_dict(other_record())
    assert measure_agreement([result(), snow], [snow]).n_articles == 1
    with pytest.raises(ValueError, match="no article is in both"):
        measure_agreement([result()], [snow])


def test_different_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="made on a different text"):
        measure_agreement([result()], [replace(result(), text=(result().text or "") + "!")])


def test_one_file_may_hold_both_annotators() -> None:
    ben, ann = (replace(result(), metadata={"annotator": name}) for name in ("ben", "ann"))
    first, second = split_annotators([ben, ArticleResult.from_dict(other_record()), ann])
    assert [a.metadata["annotator"] for a in (*first, *second)] == ["ann", "ben"]
    reviewed = [replace(result(), reviewed_by=name) for name in ("ben", "ann")]
    assert [a.reviewed_by for (a,) in split_annotators(reviewed)] == ["ann", "ben"]
    with pytest.raises(ValueError, match="no article is labelled twice"):
        split_annotators([ben])
