"""What holds for any text, with the shipped model."""

from __future__ import annotations

import socket
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inquit
from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.result import ArticleResult, SpeakerKind

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted((ROOT / "examples" / "articles").glob("*.txt"))
FRAGMENTS = st.sampled_from(
    [
        "“We agreed,” said Kallas. ",
        "The ministry denied that it had paid. ",
        "'No,' he told the BBC's reporter. ",
        "\n\n",
        "\r\n",
        "👩‍👩‍👧 “Tak,” said Ewa. ",
        "\u202eabc\u202c ",
        "said said said ",
        '"',
        "“",
        "\u200b\u00ad",
        "\x00\x07",
        "Beyonce\u0301 said she was tired. ",
        "<script>alert(1)</script> ",
        "漢字「はい」と言った。",
        "\n\nQ: Why do you ask?\n\nA: I do not know. ",
        "\nMS. UCHE (laughing):  Who, me?\nLEE: Yes, we — [crosstalk]\nLEE:\n",
    ]
)
TEXTS = st.lists(st.one_of(FRAGMENTS, st.text(st.characters(codec="utf-8"), max_size=30)), max_size=12).map("".join)


@pytest.fixture(scope="module")
def model() -> Attributor:
    return inquit.load()


def spans(result: ArticleResult) -> list[tuple[int, int]]:
    found = [s for a in result.attributions for part in (a.content, a.cue, a.source) for s in part]
    found += [n.span for n in result.narration] + [m for e in result.entities for m in e.mentions]
    return [(span.start, span.end) for span in found]


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_text_gets_a_result_whose_spans_lie_inside_it(text: str) -> None:
    model = inquit_model()
    article = Article("a", text)
    result = model(article)
    assert result.text == text == article.text
    assert all(0 <= start < end <= len(text) for start, end in spans(result))
    for attribution in result.attributions:
        parts = [*attribution.content, *attribution.cue, *attribution.source]
        assert not any(one.overlaps(other) for one, other in combinations(parts, 2))
    for record in result.to_dict()["attributions"]:
        assert record["text"] == " … ".join(text[start:end] for start, end in record["content"])
        assert 0 <= record["confidence"] <= 1
    for attribution in result.attributions:
        assert list(attribution.content) == sorted(attribution.content)
        assert all(a.end <= b.start for a, b in zip(attribution.content, attribution.content[1:], strict=False))
        name = attribution.speaker.name if attribution.speaker else None
        assert name is None or all(part in text for part in name.split(" & ")), "a name that is not in the article"


_loaded: list[Attributor] = []


def inquit_model() -> Attributor:
    """The shipped model, loaded once: hypothesis objects to function-scoped fixtures."""
    if not _loaded:
        _loaded.append(inquit.load())
    return _loaded[0]


@given(st.lists(TEXTS, min_size=1, max_size=4), st.randoms())
@settings(max_examples=20, deadline=None)
def test_a_batch_in_any_order_gives_what_one_by_one_gives(texts: list[str], random: object) -> None:
    model = inquit_model()
    articles = [Article(f"a{i}", text) for i, text in enumerate(texts)]
    alone = {article.id: model(article) for article in articles}
    random.shuffle(articles)  # type: ignore[attr-defined]
    assert {result.id: result for result in model.score(articles)} == alone


def test_the_same_article_twice_gives_the_same_result(model: Attributor) -> None:
    text = EXAMPLES[0].read_text(encoding="utf-8")
    assert model(text) == model(text)


def contents(result: ArticleResult) -> list[str]:
    return [" … ".join(s.of(result.text or "") for s in a.content) for a in result.attributions]


def test_a_long_article_gives_what_its_parts_give(model: Attributor) -> None:
    """With ten articles in one text, windows begin and end anywhere: only few contents may change.

    Those that change are ones that the model is unsure of; a surer model would allow stricter bounds.
    """
    texts = [path.read_text(encoding="utf-8").strip() for path in EXAMPLES]
    apart = [content for text in texts for content in contents(model(text))]
    together = contents(model("\n\n".join(texts)))
    same = sum(content in set(together) for content in apart)
    assert same >= 0.85 * len(apart)
    assert abs(len(together) - len(apart)) <= 0.07 * len(apart)


def test_no_content_is_cut_where_a_window_ends(model: Attributor) -> None:
    """A25: one quotation, moved word by word across the end of the first window, is found whole each time."""
    quotation = "“The bridge will be open before the winter comes, and nobody will pay a toll to cross it,”"
    filler = "The committee met in the old town hall and looked at the plans. "
    for n_words in range(0, 12, 2):
        lead = filler * 27 + "Then it left. " + "again " * n_words
        text = f"{lead}\n\n{quotation} said Mayor Ann Lee.\n\n{filler * 8}"
        assert quotation in contents(model(text))


@pytest.mark.parametrize("text", ["", " \n\t ", "\ufeff", "\x00\x01", "🙂"])
def test_nothing_to_find_is_an_empty_result(model: Attributor, text: str) -> None:
    result = model(text)
    assert result.attributions == ()


@pytest.mark.parametrize("wrong", [None, 7, b"text", ["text"]])
def test_what_is_no_text_is_refused(model: Attributor, wrong: object) -> None:
    with pytest.raises(TypeError, match="must be"):
        model(wrong)  # type: ignore[arg-type]


def test_a_lone_surrogate_is_refused_with_its_place(model: Attributor) -> None:
    with pytest.raises(ValueError, match="at character 3"):
        model("He \ud83d said")


def test_scoring_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """D15"""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("scoring must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert inquit.load()("“Yes,” said Ann Lee.").attributions


def test_an_article_is_never_altered(model: Attributor) -> None:
    article = Article("a", EXAMPLES[1].read_text(encoding="utf-8"), {"title": "t"})
    before = (article.id, article.text, dict(article.metadata))
    result = model(article)
    assert (article.id, article.text, dict(article.metadata)) == before
    assert result.metadata == {"title": "t"}


def test_the_author_has_no_name(model: Attributor) -> None:
    for path in EXAMPLES:
        for attribution in model(path.read_text(encoding="utf-8")).attributions:
            if attribution.speaker is not None and attribution.speaker.kind is SpeakerKind.AUTHOR:
                assert attribution.speaker.name is None


def test_more_or_fewer_attributions_are_told_as_asked(model: Attributor) -> None:
    everything, likely, sure = (inquit.load(min_confidence=limit) for limit in (0, 0.5, 0.9))
    own_limit = float(model.least_confidence)
    counts = {0.0: 0, own_limit: 0, 0.5: 0, 0.9: 0}
    for path in EXAMPLES:
        text = path.read_text(encoding="utf-8")
        for limit, scorer in zip(counts, (everything, model, likely, sure), strict=True):
            results = scorer(text)
            assert all((a.confidence or 0) >= limit for a in results.attributions)
            assert sum(e.n_attributions for e in results.entities) == sum(
                a.speaker is not None and a.speaker.name is not None for a in results.attributions
            )
            counts[limit] += len(results.attributions)
    assert counts[0.0] >= counts[own_limit] > counts[0.5] > counts[0.9] > 0


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_loop_of_the_readme_runs_on_every_example(model: Attributor, path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    snippet = readme.split("```python\n")[1].split("```")[0]
    loop = snippet[snippet.index("for attribution in") :]
    exec(loop, {"result": model(path.read_text(encoding="utf-8"))})  # noqa: S102 - our own code
