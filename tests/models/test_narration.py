import numpy as np
import pytest

from inquit.models.article import Article, Span
from inquit.models.linker import LINK_FEATURES, Link
from inquit.models.narration import own_sentences
from inquit.models.result import QuoteKind
from inquit.models.segmentation import Document, segment

FIRST = "Ann Lee said the bridge was closed."
SECOND = "Ann Lee, who calls the plan “absurd”, left for Rome on Monday."
TEXT = f"{FIRST} {SECOND} It rained."


def link(document: Document, content: str, cue: str, source: str | None) -> Link:
    def words(part: str) -> tuple[int, int]:
        start = document.text.index(part)
        return document.word_range(Span(start, start + len(part)))

    evidence = np.zeros(len(LINK_FEATURES), dtype=np.float32)
    return Link(np.array([words(content)]), words(cue), source and words(source), QuoteKind.INDIRECT, evidence)


@pytest.mark.parametrize(("confidence", "own"), [(0.9, [SECOND, "It rained."]), (0.4, [FIRST, SECOND, "It rained."])])
def test_a_sentence_is_the_journalists_own_where_contents_are_expected_to_cover_less_than_half(
    confidence: float, own: list[str]
) -> None:
    document = segment(Article("a", TEXT))
    links = [
        link(document, "the bridge was closed", "said", None),
        link(document, "the plan “absurd”", "calls", "who"),
    ]
    assert [span.of(TEXT) for span in own_sentences(document, links, [confidence, 0.9])] == own


@pytest.mark.parametrize("text", [" \n\n ", "***\n\n---"])
def test_a_text_without_words_has_no_sentences_of_its_own(text: str) -> None:
    assert own_sentences(segment(Article("a", text)), [], []) == []


def test_punctuation_does_not_count() -> None:
    text = "Ann Lee said no."
    document = segment(Article("a", text))
    said = link(document, "no", "said", "Ann Lee")
    assert own_sentences(document, [said], [0.9]) == []


def test_an_unlikely_attribution_changes_little() -> None:
    document = segment(Article("a", TEXT))
    likely = link(document, "the bridge was closed", "said", "Ann Lee")
    unlikely = link(document, "said", "closed", None)
    alone = own_sentences(document, [likely], [0.9])
    assert own_sentences(document, [likely, unlikely], [0.9, 0.05]) == alone
    assert FIRST not in [span.of(TEXT) for span in alone]


def test_a_sentence_that_only_brings_in_what_stands_elsewhere_is_the_journalists_own() -> None:
    """No content covers it, though it is cue and source from end to end."""
    text = "“It rained.” So said Ann Lee."
    document = segment(Article("a", text))
    said = link(document, "“It rained.”", "said", "Ann Lee")
    assert [span.of(text) for span in own_sentences(document, [said], [0.9])] == ["So said Ann Lee."]
