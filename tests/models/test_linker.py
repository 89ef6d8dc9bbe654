import numpy as np
import pytest

from inquit.models.article import Article, Span
from inquit.models.linker import (
    LINK_FEATURES,
    Link,
    quote_kind,
    spans_of_words,
    turns_as_links,
    within_reach,
    without_dots,
    without_turns,
)
from inquit.models.pairs import N_PAIR_FEATURES, nearest_candidates, pair_features
from inquit.models.result import QuoteKind
from inquit.models.segmentation import Document, segment
from tests.models.marked_names import words_of


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("“We agreed,”", QuoteKind.DIRECT),
        ("We agreed", QuoteKind.DIRECT),
        ("they were “very sure”", QuoteKind.MIXED),
        ("they were", QuoteKind.INDIRECT),
        ("“", QuoteKind.DIRECT),
    ],
)
def test_kind_follows_the_quotation_marks(content: str, kind: QuoteKind) -> None:
    text = "“We agreed,” said Ann. She said they were “very sure” of it."
    document = segment(Article("a", text))
    start = text.index(content)
    words = document.word_range(Span(start, start + len(content)))
    assert quote_kind(document, np.array([words])) is kind


@pytest.mark.parametrize(
    ("content", "cut"),
    [("it ended...", "it ended"), ("it ended. ...", "it ended"), ("it ended.", "it ended."), ("...", ".")],
)
def test_no_content_ends_in_a_row_of_full_stops(content: str, cut: str) -> None:
    document = segment(Article("a", content))
    (span,) = spans_of_words(document, without_dots(document, np.array([[0, len(document.words)]])))
    assert span.of(content) == cut


@pytest.mark.parametrize(
    ("text", "contents", "near"),
    [
        pytest.param("It rains, Ann said, and pours.", ["It rains", "and pours"], [True, True], id="one paragraph"),
        pytest.param("Ann said: “It rains.\n\n“It pours.”", ["“It rains.", "“It pours.”"], [True, True], id="quoted on"),
        pytest.param("Ann said it rains.\n\nIt pours.", ["it rains", "It pours"], [True, False], id="not quoted"),
        pytest.param("“It pours.”\n\nBob left.\n\n“It rains,” Ann said.", ["“It pours.”", "“It rains,”"], [False, True], id="far off"),
        pytest.param("“No.”\n\n“It rains,” Ann said. “It pours.”", ["“No.”", "“It rains,”", "“It pours.”"], [True] * 3, id="a run"),
    ],
)  # fmt: skip
def test_contents_of_a_cue_that_lead_to_it_are_its_own(text: str, contents: list[str], near: list[bool]) -> None:
    document = segment(Article("a", text))

    def words(part: str) -> tuple[int, int]:
        start = text.index(part)
        return document.word_range(Span(start, start + len(part)))

    found = within_reach(document, np.array([words(content) for content in contents]), words("said"))
    assert found.tolist() == near


CONVERSATION = (
    "LEE: Why? I asked.\n\nQ  I see. Kim wrote that I left.\n\nLEE: And?\n\nQ  I wept.\n\nLee wrote that all ended."
)


def as_link(document: Document, content: str, cue: str, source: str) -> Link:
    return Link(
        np.array([words_of(document, content)]),
        words_of(document, cue),
        words_of(document, source),
        QuoteKind.INDIRECT,
        np.zeros(len(LINK_FEATURES), dtype=np.float32),
    )


def test_turns_are_attributions_to_their_labels() -> None:
    document = segment(Article("a", CONVERSATION))
    found = [link.attribution(document, 0) for link in turns_as_links(document)]
    assert [[span.of(CONVERSATION) for span in attribution.source] for attribution in found] == [["LEE"], ["Q"]] * 2
    assert [[span.of(CONVERSATION) for span in attribution.cue] for attribution in found] == [[":"], []] * 2
    assert found[0].content[0].of(CONVERSATION) == "Why? I asked."
    assert {attribution.kind for attribution in found} == {QuoteKind.DIRECT}


@pytest.mark.parametrize(
    ("content", "cue", "source", "stays"),
    [
        pytest.param("I left", "Kim wrote", "Kim", True, id="inside a turn"),
        pytest.param("all ended", "Lee wrote", "Lee", True, id="outside of all"),
        pytest.param("I left", "Kim wrote", "Q", False, id="source is a label"),
        pytest.param("Why? I asked.", ":", "LEE", False, id="a turn itself"),
        pytest.param("I left", "Lee wrote", "Lee", False, id="inside and outside"),
        pytest.param("I left", "And", "I", False, id="in two turns"),
    ],
)
def test_what_is_found_beside_turns_stays_if_it_does_not_cross_their_edges(
    content: str, cue: str, source: str, stays: bool
) -> None:
    document = segment(Article("a", CONVERSATION))
    link = as_link(document, content, cue, source)
    assert without_turns(document, [link], turns_as_links(document)) == ([link] if stays else [])


def test_candidates_are_the_nearest_on_either_side() -> None:
    spans, others = np.array([[5, 6], [50, 60]]), np.array([[1, 2], [4, 5], [7, 8], [30, 31]])
    found = nearest_candidates(spans, others, n_before=2, n_after=1)
    assert found.tolist() == [[0, 1, 2], [2, 3, -1]]


def test_no_other_spans_give_no_candidates() -> None:
    empty = np.zeros((0, 2), dtype=np.int64)
    found = nearest_candidates(np.array([[0, 1]]), empty, n_before=2, n_after=2)
    assert found.tolist() == [[-1, -1, -1, -1]]


def test_pair_features_tell_side_distance_and_paragraph() -> None:
    document = segment(Article("a", "Ann said yes. Bob said no.\n\nCid said so."))
    spans = np.array([[1, 2], [5, 6], [9, 10]])
    candidates = np.array([[0, 1, 2]] * 3)
    features = pair_features(document, spans, spans, candidates)
    assert features.shape == (3, 3, 4)
    assert ((features >= 0) & (features < N_PAIR_FEATURES)).all()
    assert len({tuple(row) for row in features.reshape(-1, 4).tolist()}) >= 5
    before, after = features[1, 0], features[1, 2]
    assert before[0] != after[0]
    assert before[1] != after[1]
