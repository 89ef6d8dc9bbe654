import numpy as np
import pytest

from inquit.models.article import Article, Span
from inquit.models.calibration import LogisticCalibrator
from inquit.models.labels import ROLES
from inquit.models.linker import LINK_FEATURES, Link
from inquit.models.narration import EVIDENCE, NarrationFinder, sentence_evidence
from inquit.models.result import QuoteKind
from inquit.models.segmentation import Document, segment
from inquit.models.tagger import Tags

FIRST = "Ann Lee said the bridge was closed."
SECOND = "Ann Lee, who calls the plan “absurd”, left for Rome on Monday."
TEXT = f"{FIRST} {SECOND} It rained."
NO_SPANS = np.zeros((0, 2), dtype=np.int64)
ONES = np.ones(len(EVIDENCE), dtype=np.float32)
FINDER = NarrationFinder(LogisticCalibrator(ONES, ONES, -ONES, ONES[:1]), 0.75)


def link(document: Document, content: str, cue: str, source: str | None) -> Link:
    def words(part: str) -> tuple[int, int]:
        start = document.text.index(part)
        return document.word_range(Span(start, start + len(part)))

    evidence = np.zeros(len(LINK_FEATURES), dtype=np.float32)
    return Link(np.array([words(content)]), words(cue), source and words(source), QuoteKind.INDIRECT, evidence)


def no_tags(document: Document) -> Tags:
    n_words = len(document.words)
    return Tags(NO_SPANS, NO_SPANS, NO_SPANS, np.zeros(n_words), np.zeros((n_words, len(ROLES)), dtype=np.float32))


def said(document: Document, links: list[Link], confidences: list[float]) -> list[float]:
    evidence = sentence_evidence(document, no_tags(document), links, confidences)
    return [round(share, 3) for share in evidence[:, EVIDENCE.index("said")].tolist()]


def test_what_is_said_of_a_sentence_leaves_cues_and_sources_aside() -> None:
    document = segment(Article("a", TEXT))
    links = [
        link(document, "the bridge was closed", "said", "Ann Lee"),
        link(document, "the plan “absurd”", "calls", "who"),
    ]
    three_of_ten = 0.3  # ten of the twelve words are left without "who" and "calls"
    assert said(document, links, [1.0, 1.0]) == [1.0, three_of_ten, 0.0]


def test_a_word_is_said_as_likely_as_its_likeliest_attribution() -> None:
    document = segment(Article("a", TEXT))
    likely = link(document, "the bridge was closed", "said", None)
    assert said(document, [likely, likely], [0.2, 0.6])[0] == pytest.approx(4 * 0.6 / (7 - 0.6), abs=1e-3)


def test_punctuation_does_not_count() -> None:
    document = segment(Article("a", "Ann Lee said no."))
    assert said(document, [link(document, "no", "said", "Ann Lee")], [1.0]) == [1.0]


def test_a_sentence_that_only_brings_in_what_stands_elsewhere_says_nothing_itself() -> None:
    document = segment(Article("a", "“It rained.” So said Ann Lee."))
    assert said(document, [link(document, "“It rained.”", "So said", "Ann Lee")], [1.0]) == [1.0, 0.0]


def test_the_tagger_speaks_for_words_that_no_attribution_holds() -> None:
    document = segment(Article("a", TEXT))
    tags = no_tags(document)
    tags.roles[document.sentence_of_word == 2] = (0.4, 0.1, 0.2)
    evidence = sentence_evidence(document, tags, [], [])
    assert evidence[2].tolist() == pytest.approx([0.0, 0.4, 0.1, 0.2])
    assert not evidence[:2].any()


def test_what_all_but_certainly_somebody_said_is_left_out() -> None:
    document = segment(Article("a", TEXT))
    links = [link(document, "the bridge was closed", "said", "Ann Lee")]
    weight = np.array([-4.0, 0.0, 0.0, 0.0], dtype=np.float32)
    zeros = np.zeros(len(EVIDENCE), dtype=np.float32)
    calibration = LogisticCalibrator(zeros, zeros + 1, weight, np.array([2.0], dtype=np.float32))

    def told(confidence: float, most_said: float) -> dict[str, float]:
        own = NarrationFinder(calibration, most_said).find(document, no_tags(document), links, [confidence])
        return {sentence.span.of(TEXT): round(sentence.confidence, 2) for sentence in own}

    assert told(0.9, 0.8) == {SECOND: 0.88, "It rained.": 0.88}
    doubtful = told(0.5, 0.8)
    assert list(doubtful) == [FIRST, SECOND, "It rained."]
    assert doubtful[FIRST] < 0.7


def test_a_model_that_has_learnt_nothing_of_narration_is_refused() -> None:
    with pytest.raises(ValueError, match="build it again"):
        NarrationFinder.from_arrays({})


def test_a_finder_survives_its_arrays() -> None:
    again = NarrationFinder.from_arrays(FINDER.to_arrays())
    assert again.most_said == 0.75
    assert again.calibration.weight.tolist() == FINDER.calibration.weight.tolist()


@pytest.mark.parametrize("text", [" \n\n ", "***\n\n---"])
def test_a_text_without_words_has_no_sentences_of_its_own(text: str) -> None:
    document = segment(Article("a", text))
    assert FINDER.find(document, no_tags(document), [], []) == []
