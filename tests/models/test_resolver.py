import numpy as np
import pytest
from safetensors.numpy import load_file

from inquit.models.article import Article
from inquit.models.calibration import LogisticCalibrator
from inquit.models.folder import HEADS, WEIGHTS
from inquit.models.linker import LINK_FEATURES, Link
from inquit.models.resolver import CALIBRATION, CONFIDENCE_FEATURES, CandidateScorer, Floats, SpeakerResolver
from inquit.models.result import QuoteKind
from inquit.models.segmentation import Document, segment
from inquit.models.speaker_features import COLUMN, FEATURES
from tests.models.marked_names import words_of


def make_scorer(n_features: int) -> dict[str, Floats]:
    rng = np.random.default_rng(5)
    return {
        "speaker.hidden_weight": rng.normal(size=(3, n_features)).astype(np.float32),
        "speaker.hidden_bias": np.zeros(3, dtype=np.float32),
        "speaker.output_weight": np.ones(3, dtype=np.float32),
    }


def test_a_scorer_of_other_features_is_refused() -> None:
    with pytest.raises(ValueError, match=rf"\(n_hidden, {len(FEATURES)}\), got \(3, 7\).*build it again"):
        CandidateScorer.from_arrays(make_scorer(7))


def test_a_scorer_survives_its_arrays() -> None:
    arrays = make_scorer(len(FEATURES))
    features = np.random.default_rng(6).normal(size=(4, len(FEATURES))).astype(np.float32)
    scorer = CandidateScorer.from_arrays(arrays)
    assert scorer.to_arrays().keys() == arrays.keys()
    probabilities = CandidateScorer.from_arrays(scorer.to_arrays()).probabilities(features)
    assert probabilities.tolist() == scorer.probabilities(features).tolist()
    assert probabilities.sum() == pytest.approx(1)


def takes_itself() -> dict[str, Floats]:
    """A scorer that takes what the source says."""
    arrays = {name: np.zeros_like(array) for name, array in make_scorer(len(FEATURES)).items()}
    arrays["speaker.hidden_weight"][0, COLUMN["is phrase itself"]] = 1
    arrays["speaker.output_weight"][0] = 1
    return arrays


def link_to(document: Document, source: str | None) -> Link:
    content = np.array([words_of(document, "no")])
    words = None if source is None else words_of(document, source)
    return Link(
        content, words_of(document, "said"), words, QuoteKind.INDIRECT, np.zeros(len(LINK_FEATURES), np.float32)
    )


def test_confidence_is_calibrated_where_the_model_can_and_nothing_else_changes() -> None:
    zeros = np.zeros(len(CONFIDENCE_FEATURES), dtype=np.float32)
    calibrator = LogisticCalibrator(zeros, zeros + 1, zeros, np.log([9]).astype(np.float32))
    heads = load_file(WEIGHTS / "en" / HEADS) | takes_itself()
    heads = {name: array for name, array in heads.items() if not name.startswith(CALIBRATION)}
    document = segment(Article("a", "Officials said no."))
    links = [link_to(document, "Officials"), link_to(document, None)]
    states = np.zeros((len(document.words), heads["mentions.weight"].shape[1]), dtype=np.float32)
    (plain, nobody), _ = SpeakerResolver.from_arrays(heads).resolve(document, states, links)
    (calibrated, _), _ = SpeakerResolver.from_arrays(heads | calibrator.to_arrays(CALIBRATION)).resolve(
        document, states, links
    )
    assert nobody is None
    assert plain is not None
    assert calibrated is not None
    assert (plain.name, calibrated.name) == ("Officials", "Officials")
    assert plain.confidence != 0.9
    assert calibrated.confidence == 0.9


def test_evidence_is_told_for_each_link() -> None:
    heads = load_file(WEIGHTS / "en" / HEADS) | takes_itself()
    document = segment(Article("a", "Officials said no."))
    states = np.zeros((len(document.words), heads["mentions.weight"].shape[1]), dtype=np.float32)
    links = [link_to(document, "Officials"), link_to(document, None)]
    evidence = SpeakerResolver.from_arrays(heads).evidence(document, states, links)
    assert evidence.shape == (2, len(CONFIDENCE_FEATURES))
    assert evidence[0, CONFIDENCE_FEATURES.index("is description")] == 1
    assert not evidence[1].any()
