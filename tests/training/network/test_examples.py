"""Labels and silver marks become the targets of the heads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs inquit[train]")

from inquit.models.article import Span
from inquit.models.labels import begin
from inquit.models.pieces import WindowConfig
from inquit.models.result import ArticleResult, Attribution, Claim, Speaker, SpeakerKind
from inquit.training.articles import read_marks
from inquit.training.network.batches import collate, cut_windows
from inquit.training.network.examples import LabelledDocument, SilverMarks, label_document
from inquit.training.network.run_folder import load_tokenizer
from inquit.training.network.trainer import special_pieces

TEXT = "Ban Ki-moon arrived in Paris. He said the talks went well. The diplomat smiled at them."


def place(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def attribution(*, speaker: Speaker | None) -> Attribution:
    return Attribution(
        "E1", (Span(*place("the talks went well")),), (Span(*place("said")),), (Span(*place("He")),), speaker=speaker
    )


@pytest.fixture
def marks() -> SilverMarks:
    return read_marks(
        [
            {
                "id": "a",
                "entities": [[*place("Ki-moon"), "PERSON"], [*place("Paris"), "LOCATION"]],
                "coref": [
                    [[*place("Ban Ki-moon"), 1], [*place("He"), 0], [*place("The diplomat"), 0]],
                    [[*place("Paris"), 1], [*place("them"), 0]],
                ],
            }
        ]
    )["a"]


def label(tiny_encoder: Path, speaker: Speaker | None, marks: SilverMarks) -> LabelledDocument:
    gold = ArticleResult("a", TEXT, (attribution(speaker=speaker),))
    return label_document(gold, load_tokenizer(tiny_encoder), marks=marks)


def texts(labelled: LabelledDocument, spans: object) -> list[str]:
    return [labelled.pieces.document.span_of_words(*words).of(TEXT) for words in spans]  # type: ignore[attr-defined]


def test_a_speakers_label_knows_how_far_a_name_goes(tiny_encoder: Path, marks: SilverMarks) -> None:
    unlabelled = label(tiny_encoder, None, marks)
    assert texts(unlabelled, unlabelled.relations["source_mention"].others) == ["Ki-moon", "Paris"]
    labelled = label(tiny_encoder, Speaker("Ban Ki-moon", SpeakerKind.PERSON, named=True), marks)
    assert texts(labelled, labelled.relations["source_mention"].others) == ["Ban Ki-moon", "Paris"]
    assert labelled.mention_tags is not None
    assert labelled.mention_tags[0] == begin(0)
    assert labelled.relations["source_mention"].answers == [frozenset({0})]


def test_what_a_program_resolved_is_learnt_for_people_and_organizations(tiny_encoder: Path, marks: SilverMarks) -> None:
    labelled = label(tiny_encoder, None, marks)
    assert texts(labelled, labelled.relations["coreference"].spans) == ["He", "The diplomat"]
    assert labelled.relations["coreference"].answers == [frozenset({0}), frozenset({0})]
    special = special_pieces(load_tokenizer(tiny_encoder))
    relation = collate(cut_windows([labelled], WindowConfig()), special).relations["coreference"]
    assert relation.is_right.sum() == 2


def test_without_marks_there_is_nothing_resolved(tiny_encoder: Path) -> None:
    gold = ArticleResult("a", TEXT, (attribution(speaker=None),))
    labelled = label_document(gold, load_tokenizer(tiny_encoder))
    assert len(labelled.relations["coreference"].spans) == 0
    assert labelled.mention_tags is None


def test_a_content_without_a_cue_is_content(tiny_encoder: Path) -> None:
    """It keeps its source and claim; which cue it has is not learnt."""
    bare = Attribution(
        "E2",
        (Span(*place("The diplomat smiled")),),
        source=(Span(*place("them")),),
        claim=Claim("event", checkworthy=1),
    )
    gold = ArticleResult("a", TEXT, (attribution(speaker=None), bare))
    tokenizer = load_tokenizer(tiny_encoder)
    labelled = label_document(gold, tokenizer)
    assert texts(labelled, labelled.relations["content_cue"].spans) == ["the talks went well", "The diplomat smiled"]
    assert texts(labelled, labelled.sources) == ["He", "them"]
    words = labelled.pieces.document.word_range(bare.content[0])
    assert labelled.tags[slice(*words)].tolist() == [begin(0), begin(0) + 1, begin(0) + 1]
    assert labelled.relations["content_cue"].answers == [frozenset({0}), None]
    assert (labelled.claims[1].cue, labelled.claims[1].source) == (None, tuple(labelled.sources[1]))
    batch = collate(cut_windows([labelled], WindowConfig()), special_pieces(tokenizer))
    assert batch.relations["content_cue"].is_right.sum(axis=1).tolist() == [1, 0]


def test_a_claim_with_a_type_that_the_network_does_not_have_teaches_it_no_type(tiny_encoder: Path) -> None:
    claims = (Claim("event", secondary=("promise",)), Claim("promise"), Claim("event", secondary=("evaluation",)))
    gold = ArticleResult("a", TEXT, tuple(replace(attribution(speaker=None), claim=claim) for claim in claims))
    labelled = label_document(gold, load_tokenizer(tiny_encoder))
    assert [claim.targets is None for claim in labelled.claims] == [True, True, False]
