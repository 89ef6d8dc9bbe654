"""Fit the scorer of speaker candidates, on what a finished encoder computes for labelled articles."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from threadpoolctl import threadpool_limits

from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.linker import spans_of_words
from inquit.models.result import ArticleResult, Speaker, SpeakerKind
from inquit.models.segmentation import segment
from inquit.models.speakers.candidates import Candidate
from inquit.models.speakers.entities import group_mentions
from inquit.models.speakers.features import COLUMN, FEATURES
from inquit.models.speakers.resolver import CALIBRATION, SpeakerResolver, likeliest
from inquit.models.speakers.scorer import NEIGHBOUR_FEATURES, CandidateScorer, SpeakerScorer, add_neighbours
from inquit.training.calibrate import fit_logistic
from inquit.training.evaluation.labels import is_same_speaker, joint_names, match_attributions
from inquit.training.evaluation.tokens import TokenIndex, with_content
from inquit.training.speakers.excerpts import excerpts

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

FRESH_WEIGHT = 2
"""The weight of an example that the encoder did not learn from; see docs/experiments.md."""

N_EXCERPTS = 2
"""How many excerpts of each article are learnt from beside it: whole articles alone teach little about short texts,
where nobody is named often."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeakerExample:
    """A decision whose answer is known: ``is_right`` has one entry per candidate, all False if none is right."""

    candidates: tuple[Candidate, ...]
    paragraph: int
    features: Floats
    is_right: NDArray[np.bool_]


SpeakerArticle = list[SpeakerExample]
"""The decisions of one article, in text order."""


def fit_speakers(
    model: Attributor,
    training: Iterable[ArticleResult],
    fresh: Iterable[ArticleResult],
    calibration: Iterable[ArticleResult],
    *,
    seed: int,
) -> dict[str, Floats]:
    """Fit the scorer on labelled articles, and calibrate its probabilities on calibration articles.

    Args:
        training: articles whose speakers trained the encoder, which is more confident about them than about new ones.
        fresh: articles whose speakers did not; they count `FRESH_WEIGHT` times.
        calibration: articles that were not used for training.

    Returns:
        the arrays of the scorer and of the confidence, by name.
    """
    seen, unseen, articles = list(training), list(fresh), list(calibration)
    known, new, held = (speaker_examples(model, labelled) for labelled in (seen, unseen, articles))
    weighted = [(article, 1) for article in known] + [(article, FRESH_WEIGHT) for article in new]
    for labelled, weight in ((seen, 1), (unseen, FRESH_WEIGHT)):
        for n in range(N_EXCERPTS):
            weighted += [(part, weight) for part in speaker_examples(model, excerpts(labelled, seed=seed + n))]
    weighted = [(article, weight) for article, weight in weighted if any(example.is_right.any() for example in article)]
    if not weighted:
        logger.warning("no speaker labels in the training articles: a source's own name or words are taken")
        return untrained_scorer().to_arrays()
    scorer = fit_passes(weighted, seed=seed)
    logger.info(
        "speakers right: %.3f in training articles, %.3f in others", accuracy(scorer, known), accuracy(scorer, held)
    )
    scorer = calibrate_scorer(scorer, held)
    return scorer.to_arrays() | fit_confidence(model, scorer, articles)


def fit_passes(articles: Sequence[tuple[SpeakerArticle, int]], *, seed: int) -> SpeakerScorer:
    """Fit both passes.

    The second pass learns from the first pass's answers for articles that it was not fitted on: a first pass fitted on
    each half answers for the other half. If there is only one article, it serves as both halves.

    Args:
        articles: each with its weight; at least one, and each with at least one right candidate.
    """
    halves = (articles[::2], articles[1::2] or articles)
    second: list[SpeakerExample] = []
    # One thread: several may sum differently on another machine, and in small sums they only wait for each other.
    with threadpool_limits(1):
        for fitted, asked in (halves, halves[::-1]):
            first = fit_scorer(_weighted(fitted), seed=seed)
            second += _weighted([(with_neighbours(first, article), weight) for article, weight in asked])
        return SpeakerScorer(fit_scorer(_weighted(articles), seed=seed), fit_scorer(second, seed=seed))


def _weighted(articles: Iterable[tuple[SpeakerArticle, int]]) -> list[SpeakerExample]:
    """The examples with a right candidate, each repeated by the weight of its article."""
    return [
        example for article, weight in articles for example in article if example.is_right.any() for _ in range(weight)
    ]


def with_neighbours(first: CandidateScorer, article: SpeakerArticle) -> SpeakerArticle:
    """The examples with the features of the second pass."""
    features = add_neighbours(
        first,
        [example.candidates for example in article],
        [example.features for example in article],
        [example.paragraph for example in article],
    )
    return [replace(example, features=rows) for example, rows in zip(article, features, strict=True)]


def fit_confidence(model: Attributor, scorer: SpeakerScorer, articles: Iterable[ArticleResult]) -> dict[str, Floats]:
    """Fit the confidence in speakers to how often they are right, wrong sources included.

    It is fitted on the labelled attributions that the whole pipeline finds.

    Args:
        articles: calibration articles.

    Returns:
        its arrays by name; empty if all speakers are right, all are wrong, or there are no labels.
    """
    resolver = replace(model.resolver, scorer=scorer, calibration=None)
    evidence: list[Floats] = []
    is_right: list[bool] = []
    for gold in articles:
        if any(attribution.speaker is not None for attribution in gold.attributions):
            for row, right in judged_speakers(model, resolver, gold):
                evidence.append(row)
                is_right.append(right)
    if len(set(is_right)) < 2:
        logger.warning("%d of %d speakers are right: the confidence is the scorer's", sum(is_right), len(is_right))
        return {}
    logger.info("speakers right of those found: %.3f of %d", np.mean(is_right), len(is_right))
    calibration = fit_logistic(np.stack(evidence), np.array(is_right))
    return calibration.to_arrays(CALIBRATION)


def judged_speakers(model: Attributor, resolver: SpeakerResolver, gold: ArticleResult) -> Iterator[tuple[Floats, bool]]:
    """For each speaker found for a labelled attribution: its evidence, and whether it is right."""
    assert gold.text is not None
    document, states = model.encoder.encode(segment(Article(gold.id, gold.text)))
    found_links = model.linker.link(document, model.tagger.tag(document, states), states)
    links, _ = model.confident(found_links, model.confidences(found_links))
    speakers, _ = resolver.resolve(document, states, links)
    evidence = resolver.evidence(document, states, links)
    found = [
        {
            "content": [[span.start, span.end] for span in spans_of_words(document, link.contents)],
            "speaker": speaker,
            "row": row,
        }
        for link, speaker, row in zip(links, map(_as_dict, speakers), evidence, strict=True)
    ]
    for theirs, ours in match_attributions(TokenIndex(gold.text), with_content(gold.to_dict()), found):
        if ours["speaker"] is not None:
            yield ours["row"], is_same_speaker(theirs.get("speaker"), ours["speaker"])


def _as_dict(speaker: Speaker | None) -> dict[str, str | None] | None:
    return None if speaker is None else {"name": speaker.name, "kind": speaker.kind.value}


def untrained_scorer() -> SpeakerScorer:
    """A scorer that prefers the entity that a source names, and otherwise the source's own words."""
    weight = np.zeros((1, len(FEATURES) + len(NEIGHBOUR_FEATURES)), dtype=np.float32)
    weight[0, COLUMN["is head"]] = 2
    weight[0, COLUMN["is phrase itself"]] = 1
    zeros, ones = np.zeros(1, dtype=np.float32), np.ones(1, dtype=np.float32)
    return SpeakerScorer(CandidateScorer(weight[:, : len(FEATURES)], zeros, ones), CandidateScorer(weight, zeros, ones))


def speaker_examples(model: Attributor, articles: Iterable[ArticleResult]) -> list[SpeakerArticle]:
    """The decisions about labelled sources, by article; logs how many have a right candidate."""
    examples: list[SpeakerArticle] = []
    for gold in articles:
        assert gold.text is not None
        labels = {a.source[0]: a.speaker for a in gold.attributions if a.source and a.speaker is not None}
        if not labels:
            continue
        document, states = model.encoder.encode(segment(Article(gold.id, gold.text)))
        speaker_of = {document.word_range(span): speaker for span, speaker in labels.items()}
        sources = sorted(words for words in speaker_of if words[1] > words[0])
        if not sources:
            continue
        mentions = model.resolver.find_mentions(document, states, sources)
        decisions = model.resolver.decide(document, states, sources, mentions, group_mentions(document, mentions))
        examples.append(
            [
                SpeakerExample(
                    decision.candidates,
                    decision.paragraph,
                    decision.features,
                    right_candidates(
                        decision.candidates,
                        speaker_of[source],
                        named=decision.features[:, COLUMN["is head"]] > 0 if len(decided) > 1 else None,
                    ),
                )
                for source, decided in zip(sources, decisions, strict=True)
                for decision in decided
            ]
        )
    found = [example.is_right.any() for article in examples for example in article]
    logger.info("%d of %d speakers are among the candidates", sum(found), len(found))
    return examples


def right_candidates(
    candidates: Sequence[Candidate], speaker: Speaker | None, *, named: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Which candidates give the labelled speaker. If an entity does, the same name as written does not count as right.

    Args:
        named: for a part of a joint source, which candidates that part names. Those of them that belong to the joint
            speaker are right; if there are none, all candidates that belong to it.
    """
    if speaker is None:
        return np.zeros(len(candidates), dtype=bool)
    if speaker.kind is SpeakerKind.AUTHOR:
        return np.array([candidate.is_author for candidate in candidates])
    wanted = joint_names(speaker.name)
    found = [joint_names(candidate.name) for candidate in candidates]
    if named is None:
        is_right = np.array([bool(names) and names == wanted for names in found])
    else:
        is_right = np.array([bool(names) and names <= wanted for names in found])
        is_right = is_right & named if (is_right & named).any() else is_right
    is_entity = np.array([bool(candidate.entities) for candidate in candidates])
    of_entities = {found[i] for i in np.flatnonzero(is_right & is_entity)}
    is_written = np.array([names in of_entities for names in found]) & ~is_entity
    answers: NDArray[np.bool_] = is_right & ~is_written
    return answers


def fit_scorer(
    examples: Sequence[SpeakerExample],
    *,
    n_hidden: int = 96,
    n_epochs: int = 15,
    rate: float = 5e-3,
    weight_decay: float = 1e-3,
    seed: int,
) -> CandidateScorer:
    """Fit one pass: maximise the total probability of the right candidates of each decision."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    n_features = examples[0].features.shape[1]
    hidden = torch.nn.Linear(n_features, n_hidden)
    output = torch.nn.Linear(n_hidden, 1, bias=False)
    dropout = torch.nn.Dropout(0.1)
    optimizer = torch.optim.AdamW([*hidden.parameters(), *output.parameters()], lr=rate, weight_decay=weight_decay)
    n_batches = max(1, len(examples) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=n_epochs * n_batches)
    for _ in range(n_epochs):
        for batch in np.array_split(rng.permutation(len(examples)), n_batches):
            features, is_right, is_there = _pad([examples[i] for i in batch])
            scores = output(dropout(torch.relu(hidden(torch.from_numpy(features)))))[..., 0]
            scores = scores.masked_fill(~torch.from_numpy(is_there), -1e9)
            right = torch.logsumexp(scores.masked_fill(~torch.from_numpy(is_right), -1e9), dim=1)
            loss = (torch.logsumexp(scores, dim=1) - right).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return CandidateScorer(
        hidden.weight.detach().numpy(), hidden.bias.detach().numpy(), output.weight.detach().numpy()[0]
    )


def _pad(examples: Sequence[SpeakerExample]) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    length = max(len(example.is_right) for example in examples)
    features = np.zeros((len(examples), length, examples[0].features.shape[1]), dtype=np.float32)
    is_right = np.zeros((len(examples), length), dtype=bool)
    is_there = np.zeros((len(examples), length), dtype=bool)
    for i, example in enumerate(examples):
        n = len(example.is_right)
        features[i, :n], is_right[i, :n], is_there[i, :n] = example.features, example.is_right, True
    return features, is_right, is_there


def calibrate_scorer(scorer: SpeakerScorer, articles: Sequence[SpeakerArticle]) -> SpeakerScorer:
    """Divide the scores by the temperature that makes the right answers in calibration articles most likely."""
    examples = [example for article in articles for example in with_neighbours(scorer.first, article)]
    examples = [example for example in examples if example.is_right.any()]
    if not examples:
        return scorer

    def loss(log_temperature: float) -> float:
        tempered = _tempered(scorer.second, float(np.exp(log_temperature)))
        right = [float(tempered.probabilities(e.features)[e.is_right].sum()) for e in examples]
        return -float(np.log(np.maximum(right, 1e-9)).mean())

    temperature = float(np.exp(minimize_scalar(loss, bounds=(-1, 2), method="bounded").x))
    logger.info("temperature of speakers: %.2f", temperature)
    return replace(scorer, second=_tempered(scorer.second, temperature))


def _tempered(scorer: CandidateScorer, temperature: float) -> CandidateScorer:
    return replace(scorer, output_weight=(scorer.output_weight / np.float32(temperature)).astype(np.float32))


def accuracy(scorer: SpeakerScorer, articles: Sequence[SpeakerArticle]) -> float:
    """Share of the decisions whose likeliest name is right."""
    hits = [
        example.is_right[example.candidates.index(likeliest(example.candidates, probabilities)[0])]
        for article in articles
        for example, probabilities in zip(article, probabilities_of(scorer, article), strict=True)
    ]
    return sum(map(bool, hits)) / max(1, len(hits))


def probabilities_of(scorer: SpeakerScorer, article: SpeakerArticle) -> list[Floats]:
    return scorer.second.probabilities_of([example.features for example in with_neighbours(scorer.first, article)])
