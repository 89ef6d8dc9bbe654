"""Fit the scorer of speaker candidates, on the answers that a finished encoder gives for labelled articles."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.candidates import Candidate
from inquit.models.entities import group_mentions
from inquit.models.linker import spans_of_words
from inquit.models.names import normalise_name
from inquit.models.resolver import CALIBRATION, CandidateScorer, SpeakerResolver
from inquit.models.result import ArticleResult, Speaker, SpeakerKind
from inquit.models.segmentation import segment
from inquit.models.speaker_features import COLUMN, FEATURES
from inquit.training.calibrate import fit_logistic
from inquit.training.evaluation.labels import is_same_speaker, match_attributions
from inquit.training.evaluation.tokens import TokenIndex, with_content

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

FRESH_WEIGHT = 3
"""What an example counts that the encoder did not learn from; see docs/experiments.md."""

CONFIDENCE_STRENGTH = 1.0
"""Inverse of the L2 penalty on the weights of the confidence: 0.1 and 1 are as good over folds of articles."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeakerExample:
    """A decision whose answer is known: ``is_right`` has one entry a candidate."""

    features: Floats
    is_right: NDArray[np.bool_]


def fit_speakers(
    model: Attributor,
    training: Iterable[ArticleResult],
    fresh: Iterable[ArticleResult],
    calibration: Iterable[ArticleResult],
    *,
    seed: int,
) -> dict[str, Floats]:
    """Fit the scorer on articles with labels, and what its probabilities mean on those that trained nothing.

    Args:
        training: their speakers trained the encoder, whose scores for them are surer than for new articles.
        fresh: their speakers did not; they count `FRESH_WEIGHT` times.

    Returns:
        the arrays of the scorer and of the confidence, by name.
    """
    examples = [*speaker_examples(model, training), *FRESH_WEIGHT * speaker_examples(model, fresh)]
    if not examples:
        logger.warning("no speaker labels in the training articles: the first candidate is taken")
        return untrained_scorer().to_arrays()
    scorer = fit_scorer(examples, seed=seed)
    articles = list(calibration)
    held = speaker_examples(model, articles)
    logger.info(
        "speakers right: %.3f of those trained on, %.3f of others", accuracy(scorer, examples), accuracy(scorer, held)
    )
    scorer = calibrate_scorer(scorer, held)
    return scorer.to_arrays() | fit_confidence(model, scorer, articles)


def fit_confidence(model: Attributor, scorer: CandidateScorer, articles: Iterable[ArticleResult]) -> dict[str, Floats]:
    """Fit the confidence in speakers to how often they are right, wrong sources included: where the whole pipeline
    finds a labelled attribution, in articles that trained nothing.

    Returns:
        its arrays by name; none where all are right, or none, or there are no labels.
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
        logger.warning("%d of %d speakers are right: their confidence is the scorer's", sum(is_right), len(is_right))
        return {}
    logger.info("speakers right of those found: %.3f of %d", np.mean(is_right), len(is_right))
    calibration = fit_logistic(np.stack(evidence), np.array(is_right), strength=CONFIDENCE_STRENGTH)
    return calibration.to_arrays(CALIBRATION)


def judged_speakers(model: Attributor, resolver: SpeakerResolver, gold: ArticleResult) -> Iterator[tuple[Floats, bool]]:
    """Of each speaker found for a labelled attribution: its evidence, and whether it is right."""
    assert gold.text is not None
    document, states = model.encoder.encode(segment(Article(gold.id, gold.text)))
    links, _ = model.confident(model.linker.link(document, model.tagger.tag(document, states), states))
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


def untrained_scorer() -> CandidateScorer:
    """Takes the entity that a source names, else what the source says."""
    weight = np.zeros((1, len(FEATURES)), dtype=np.float32)
    weight[0, COLUMN["is head"]] = 2
    weight[0, COLUMN["is phrase itself"]] = 1
    return CandidateScorer(weight, np.zeros(1, dtype=np.float32), np.ones(1, dtype=np.float32))


def speaker_examples(model: Attributor, articles: Iterable[ArticleResult]) -> list[SpeakerExample]:
    """The decisions about labelled sources that have a right candidate; how many have none is logged."""
    examples: list[SpeakerExample] = []
    n_decisions = 0
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
        for source, decided in zip(sources, decisions, strict=True):
            for decision in decided:
                n_decisions += 1
                is_right = right_candidates(decision.candidates, speaker_of[source], is_part=len(decided) > 1)
                if is_right.any():
                    examples.append(SpeakerExample(decision.features, is_right))
    logger.info("%d of %d speakers are among the candidates", len(examples), n_decisions)
    return examples


def right_candidates(
    candidates: Sequence[Candidate], speaker: Speaker | None, *, is_part: bool = False
) -> NDArray[np.bool_]:
    """Which candidates give the labelled speaker; of a source's part, one of those that it joins."""
    if speaker is None:
        return np.zeros(len(candidates), dtype=bool)
    if speaker.kind is SpeakerKind.AUTHOR:
        return np.array([candidate.is_author for candidate in candidates])
    wanted = _names(speaker.name)
    return np.array(
        [
            bool(found := _names(candidate.name)) and (found <= wanted if is_part else found == wanted)
            for candidate in candidates
        ]
    )


def _names(name: str | None) -> frozenset[str]:
    """The normalised names of a speaker, several where it is joint; as `inquit evaluate` compares them."""
    return frozenset(normalise_name(part) for part in (name or "").split(" & ")) - {""}


def fit_scorer(
    examples: Sequence[SpeakerExample],
    *,
    n_hidden: int = 96,
    n_epochs: int = 15,
    rate: float = 1e-2,
    weight_decay: float = 1e-3,
    seed: int = 13,
) -> CandidateScorer:
    """Maximise the probability that the right candidates of each decision have together."""
    # Imported here: only fitting needs torch.
    import torch

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    hidden = torch.nn.Linear(len(FEATURES), n_hidden)
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
    features = np.zeros((len(examples), length, len(FEATURES)), dtype=np.float32)
    is_right = np.zeros((len(examples), length), dtype=bool)
    is_there = np.zeros((len(examples), length), dtype=bool)
    for i, example in enumerate(examples):
        n = len(example.is_right)
        features[i, :n], is_right[i, :n], is_there[i, :n] = example.features, example.is_right, True
    return features, is_right, is_there


def calibrate_scorer(scorer: CandidateScorer, examples: Sequence[SpeakerExample]) -> CandidateScorer:
    """Divide the scores by the temperature that makes the answers of articles that trained nothing most likely."""
    from scipy.optimize import minimize_scalar

    if not examples:
        return scorer

    def loss(log_temperature: float) -> float:
        tempered = _tempered(scorer, float(np.exp(log_temperature)))
        right = [float(tempered.probabilities(e.features)[e.is_right].sum()) for e in examples]
        return -float(np.log(np.maximum(right, 1e-9)).mean())

    temperature = float(np.exp(minimize_scalar(loss, bounds=(-1, 2), method="bounded").x))
    logger.info("temperature of speakers: %.2f", temperature)
    return _tempered(scorer, temperature)


def _tempered(scorer: CandidateScorer, temperature: float) -> CandidateScorer:
    return replace(scorer, output_weight=(scorer.output_weight / np.float32(temperature)).astype(np.float32))


def accuracy(scorer: CandidateScorer, examples: Sequence[SpeakerExample]) -> float:
    """Share of the decisions whose likeliest candidate is right."""
    hits = [bool(e.is_right[scorer.probabilities(e.features).argmax()]) for e in examples]
    return sum(hits) / max(1, len(hits))
