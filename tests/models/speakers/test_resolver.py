import numpy as np
import pytest
from safetensors.numpy import load_file

pytest.importorskip("torch", reason="training needs inquit[train]")

from inquit.models.article import Article
from inquit.models.calibration import LogisticCalibrator
from inquit.models.folder import HEADS, WEIGHTS
from inquit.models.linker import LINK_FEATURES, Link
from inquit.models.result import QuoteKind
from inquit.models.segmentation import Document, Floats, segment
from inquit.models.speakers.candidates import Candidate
from inquit.models.speakers.features import COLUMN
from inquit.models.speakers.resolver import CALIBRATION, CONFIDENCE_FEATURES, SpeakerResolver, likeliest
from inquit.training.speakers.fit import untrained_scorer
from tests.models.marked_names import words_of


def takes_itself() -> dict[str, Floats]:
    """The arrays of a scorer that always chooses the source's own words."""
    arrays = untrained_scorer().to_arrays()
    for name in ("speaker.first.hidden_weight", "speaker.second.hidden_weight"):
        arrays[name] = np.zeros_like(arrays[name])
        arrays[name][0, COLUMN["is phrase itself"]] = 1
    return arrays


def link_to(document: Document, source: str | None) -> Link:
    content = np.array([words_of(document, "no")])
    words = None if source is None else words_of(document, source)
    return Link(
        content, words_of(document, "said"), words, QuoteKind.INDIRECT, np.zeros(len(LINK_FEATURES), np.float32)
    )


def test_the_likeliest_name_wins_not_the_likeliest_candidate() -> None:
    candidates = (Candidate("Ann Lee", (0,)), Candidate("Bank", (1,)), Candidate("the bank"))
    best, share = likeliest(candidates, np.array([0.4, 0.25, 0.35], dtype=np.float32))
    assert best is candidates[1]
    assert share == pytest.approx(0.6)


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
