import numpy as np
import pytest

from inquit.models.article import Article, Span
from inquit.models.linker import quote_kind, spans_of_words, within_reach, without_dots
from inquit.models.pairs import N_PAIR_FEATURES, nearest_candidates, pair_features
from inquit.models.result import QuoteKind
from inquit.models.segmentation import segment


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
