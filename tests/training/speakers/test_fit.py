from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs inquit[train]")

from inquit.models.result import Speaker, SpeakerKind
from inquit.models.speakers.candidates import Candidate
from inquit.models.speakers.features import FEATURES
from inquit.training.speakers.fit import (
    SpeakerArticle,
    SpeakerExample,
    accuracy,
    calibrate_scorer,
    fit_passes,
    probabilities_of,
    right_candidates,
    untrained_scorer,
)

RNG = np.random.default_rng(3)


CANDIDATES = tuple(Candidate(name) for name in "abcde")


def make_articles(n: int, noise: float) -> list[SpeakerArticle]:
    """Articles of three sources; the right candidate is the one with the highest first feature, apart from noise."""
    articles = []
    for _ in range(n):
        article = []
        for place in range(3):
            features = RNG.normal(size=(5, len(FEATURES))).astype(np.float32)
            is_right = np.zeros(5, dtype=bool)
            is_right[(features[:, 0] + RNG.normal(size=5) * noise).argmax()] = True
            article.append(SpeakerExample(CANDIDATES, place, features, is_right))
        articles.append(article)
    return articles


def make_monologues(n: int) -> list[SpeakerArticle]:
    """Articles of four sources with the same speaker, whom only the first source identifies."""
    articles = []
    for _ in range(n):
        right = RNG.integers(5)
        article = []
        for place in range(4):
            features = np.zeros((5, len(FEATURES)), dtype=np.float32)
            features[right, 0] = place == 0
            article.append(SpeakerExample(CANDIDATES, 0, features, np.arange(5) == right))
        articles.append(article)
    return articles


def weigh(articles: list[SpeakerArticle]) -> list[tuple[SpeakerArticle, int]]:
    return [(article, 1) for article in articles]


def test_what_tells_candidates_apart_is_learnt() -> None:
    articles = make_articles(300, noise=0.1)
    assert accuracy(untrained_scorer(), articles) < 0.4
    scorer = fit_passes(weigh(articles[:200]), seed=1)
    assert accuracy(scorer, articles[200:]) > 0.7


def test_who_spoke_before_is_learnt() -> None:
    articles = make_monologues(120)
    scorer = fit_passes(weigh(articles[:80]), seed=1)
    answers = [probabilities_of(scorer, article) for article in articles[80:]]
    second = [bool(a[1].is_right[p[1].argmax()]) for a, p in zip(articles[80:], answers, strict=True)]
    assert np.mean(second) > 0.95


def test_the_same_seed_gives_the_same_scorer() -> None:
    articles = make_articles(40, noise=0.1)
    one, other = (fit_passes(weigh(articles), seed=5).to_arrays() for _ in range(2))
    assert all((one[name] == array).all() for name, array in other.items())


def test_one_article_is_enough() -> None:
    articles = make_articles(1, noise=0.1)
    assert accuracy(fit_passes(weigh(articles), seed=1), articles) > 0.6


def test_an_article_counts_as_often_as_it_weighs() -> None:
    one, other = make_articles(2, noise=0.1)
    once, twice = (
        fit_passes(articles, seed=5).to_arrays() for articles in ([(one, 2), (other, 1)], [(one, 1), (other, 1)])
    )
    assert any((once[name] != array).any() for name, array in twice.items())


def test_calibrated_probabilities_mean_what_they_say() -> None:
    articles = make_articles(400, noise=1.0)
    scorer = calibrate_scorer(fit_passes(weigh(articles[:120]), seed=2), articles[120:260])
    sure = [
        float(probabilities.max()) for article in articles[260:] for probabilities in probabilities_of(scorer, article)
    ]
    assert np.mean(sure) == pytest.approx(accuracy(scorer, articles[260:]), abs=0.08)


@pytest.mark.parametrize(
    ("speaker", "right"),
    [
        (Speaker("Ann Lee", SpeakerKind.PERSON, named=True), [True, False, False]),
        (Speaker("Mrs. Ann Lee’s", SpeakerKind.PERSON, named=True), [True, False, False]),
        (Speaker("Ann Lee & the police", SpeakerKind.GROUP), [False, False, False]),
        (Speaker(None, SpeakerKind.AUTHOR), [False, False, True]),
        (Speaker("Bob", SpeakerKind.PERSON), [False, False, False]),
        (None, [False, False, False]),
    ],
)
def test_labels_are_found_among_the_candidates(speaker: Speaker | None, right: list[bool]) -> None:
    candidates = [Candidate("Ann Lee", (0,)), Candidate("police"), Candidate(None)]
    assert right_candidates(candidates, speaker).tolist() == right


def test_an_entity_speaks_for_its_name_as_written() -> None:
    candidates = [Candidate("Ann Lee", (0,)), Candidate("Ms. Ann Lee"), Candidate("Ann")]
    speaker = Speaker("Ann Lee", SpeakerKind.PERSON, named=True)
    assert right_candidates(candidates, speaker).tolist() == [True, False, False]
    assert right_candidates(candidates[1:], speaker).tolist() == [True, False]


@pytest.mark.parametrize("name", ["Ann Lee & the police", "Ann Lee  &\nthe police"])
def test_a_part_of_a_joint_source_is_one_of_the_speakers_the_whole_is_all(name: str) -> None:
    candidates = [Candidate("Ann Lee", (0,)), Candidate("Bob"), Candidate("the police & Ann Lee"), Candidate(None)]
    speaker = Speaker(name, SpeakerKind.GROUP)
    assert right_candidates(candidates, speaker).tolist() == [False, False, True, False]
    nobody, itself = np.zeros(4, dtype=bool), np.array([True, False, False, False])
    assert right_candidates(candidates, speaker, named=nobody).tolist() == [True, False, True, False]
    assert right_candidates(candidates, speaker, named=itself).tolist() == [True, False, False, False]
