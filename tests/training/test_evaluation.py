"""The measures, on articles small enough to count by hand and against the scripts that define them, and the command."""

from __future__ import annotations

import importlib.util
import json
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.result import ArticleResult, ErrorInfo, Status
from inquit.training import evaluate_command
from inquit.training.evaluation import Evaluation, evaluate
from inquit.training.evaluation.labels import (
    average_precision,
    expected_calibration_error,
    is_same_speaker,
    macro_f1,
    reliability,
)
from inquit.training.evaluation.tokens import TokenIndex, assign, fragments, is_quoted, overlapping

SHARED = Path(__file__).parents[3] / "shared"
needs_shared = pytest.mark.skipif(
    not (SHARED / "eval").is_dir(), reason=f"needs the evaluation scripts and corpora in {SHARED}, not in the project"
)

Record = dict[str, Any]
Records = dict[str, Record]

TEXT = 'Ida Moe said, "We will rebuild," and she added that rents rose 5 percent. Per Dahl denied it.'


def spans(*passages: str) -> list[list[int]]:
    return [[TEXT.index(passage), TEXT.index(passage) + len(passage)] for passage in passages]


def claim(claim_type: str, *, checkworthy: float = 0.0, **more: Any) -> Record:
    return {"type": claim_type, "secondary": [], "polarity": "asserted", "checkworthy": checkworthy} | more


def person(name: str) -> Record:
    return {"name": name, "kind": "person", "named": True}


GOLD: list[Record] = [
    {
        "id": "a0",
        "source": spans("Ida Moe"),
        "cue": spans("said"),
        "content": spans('"We will rebuild,"'),
        "speaker": person("Ida Moe"),
        "claim": claim("commitment"),
    },
    {
        "id": "a1",
        "source": spans("she"),
        "cue": spans("added"),
        "content": spans("that rents rose 5 percent"),
        "speaker": person("Ida Moe"),
        "claim": claim("quantity", checkworthy=True),
    },
    {
        "id": "a2",
        "source": spans("Per Dahl"),
        "cue": spans("denied"),
        "content": spans("it."),
        "speaker": person("Per Dahl"),
        "claim": claim("quantity", polarity="denied"),
    },
]
NARRATION = [{"span": spans("Per Dahl denied it.")[0], "claim": claim("event")}]


def articles(attributions: list[Record], **more: Any) -> Records:
    return {"x": {"id": "x", "text": TEXT, "attributions": attributions} | more}


def without_labels(attributions: list[Record]) -> list[Record]:
    return [{role: a[role] for role in ("id", "source", "cue", "content")} for a in attributions]


def test_a_perfect_prediction_has_perfect_measures() -> None:
    gold = articles(GOLD, narration=NARRATION)
    evaluation = evaluate(gold, gold)
    # Gold claims have no probabilities and gold attributions no confidences, so there is nothing to calibrate.
    unlike_scores = {"checkworthy_base", "checkworthy_brier", "checkworthy_ece", "type_ece", "speaker_ece"}
    unlike_scores |= {"narration_checkworthy_ap", "narration_checkworthy_base", "speaker_acc_confident_half"}
    unlike_scores |= {"narration_precision", "narration_ece"}  # the labelled sentence is also a content
    assert {name for name in evaluation.measures if evaluation.score(name) != 1.0} <= unlike_scores


def test_no_prediction_is_zero_not_an_error() -> None:
    evaluation = evaluate(articles(GOLD), {})
    assert evaluation.score("d_full") == evaluation.score("speaker_f1") == evaluation.score("type_acc") == 0.0
    assert evaluation.sizes["n_gold|all"] == 3
    assert evaluation.sizes["n_predicted|all"] == 0


PARTIAL = [
    # Exact after stripping the marks; half of the source's tokens.
    {"source": spans("Moe"), "cue": spans("said"), "content": spans("We will rebuild")},
    # Four of five content tokens; the wrong source.
    {"source": spans("Per Dahl"), "cue": spans("added"), "content": spans("rents rose 5 percent")},
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a_exact", (1 / 2, 1 / 3, 2 / 5)),
        ("a_exact|quoted", (1, 1, 1)),
        ("a_exact|indirect", (0, 0, 0)),
        ("a_frag", (1 / 2, 1 / 3, 2 / 5)),
        ("b_jaccard", (1.8 / 2, 1.8 / 3, 0.72)),
        ("b_soft", (1, 1.8 / 3, 0.75)),
        ("c_content", (1, 7 / 9, 7 / 8)),
        ("c_cue", (1, 2 / 3, 4 / 5)),
        ("c_source", (1, 3 / 5, 3 / 4)),
        ("d_content", (1, 2 / 3, 4 / 5)),
        ("d_full", (1 / 2, 1 / 3, 2 / 5)),
        ("d_any", (1 / 2, 1 / 3, 2 / 5)),
        ("e_acc", 1 / 2),
        ("e_acc|quoted", 1),
        ("e_acc|indirect", 0),
    ],
)
def test_spans_are_counted_as_by_hand(name: str, expected: float | tuple[float, float, float]) -> None:
    evaluation = evaluate(articles(without_labels(GOLD)), articles(PARTIAL))
    assert evaluation.measures[name] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("gold_source", "source", "d_full", "d_any"),
    [
        ([], [], 1, 1),
        ([], spans("Ida Moe"), 0, 0),
        (spans("Ida Moe"), [], 0, 0),
        (spans("Ida Moe"), spans("Moe"), 1, 1),
        (spans("Ida Moe said"), spans("Ida"), 0, 1),
    ],
)
def test_source_is_right_when_both_are_empty_or_half_is_shared(
    gold_source: list[list[int]], source: list[list[int]], d_full: float, d_any: float
) -> None:
    content = {"id": "a", "cue": [], "content": spans("rents rose 5 percent")}
    evaluation = evaluate(articles([content | {"source": gold_source}]), articles([content | {"source": source}]))
    assert (evaluation.score("d_full"), evaluation.score("d_any")) == (d_full, d_any)


def test_a_doubled_prediction_costs_precision() -> None:
    evaluation = evaluate(articles(GOLD), articles([*GOLD, GOLD[0]]))
    assert evaluation.measures["d_full"] == pytest.approx((3 / 4, 1, 6 / 7))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([[0, 7]], ((0, 7),)),
        ([[13, 32]], ((15, 30),)),
        ([[15, 17], [18, 22]], ((15, 22),)),
        ([[18, 22], [0, 3]], ((0, 3), (18, 22))),
        ([[12, 15]], ()),
    ],
)
def test_fragments_ignore_marks_and_white_space(pairs: list[list[int]], expected: tuple[tuple[int, int], ...]) -> None:
    assert fragments(pairs, TEXT) == expected


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("“Yes” he said", [1, 4], True),
        ("Yes, he said", [0, 3], False),
        ("``Yes'' he said", [2, 5], True),
        ("'Yes' he said", [1, 4], False),
    ],
)
def test_quoted_is_what_double_marks_touch(text: str, span: list[int], expected: bool) -> None:
    assert is_quoted([span], text) is expected


def test_tokens_are_words_and_marks_alone_are_characters() -> None:
    index = TokenIndex("She’s in, o.k.? ...")
    assert index.covered([[0, 3]]) == {0}
    assert index.covered([[0, 14]]) == {0, 1, 2}
    assert index.covered([[16, 19]]) == {-17, -18, -19}


@given(st.lists(st.frozensets(st.integers(0, 12), max_size=5)), st.lists(st.frozensets(st.integers(0, 12), max_size=5)))
def test_index_finds_the_pairs_that_overlap(predicted: list[frozenset[int]], gold: list[frozenset[int]]) -> None:
    every = [(i, j) for i, ours in enumerate(predicted) for j, theirs in enumerate(gold) if ours & theirs]
    assert overlapping(predicted, gold) == every


@pytest.mark.parametrize(
    ("candidates", "chosen"),
    [
        ([(0.5, 1.0, 0, 0), (0.9, 0.0, 1, 0)], [(1, 0)]),
        ([(0.9, 0.2, 0, 0), (0.9, 0.8, 1, 0)], [(1, 0)]),
        ([(0.9, 0.8, 1, 0), (0.9, 0.8, 0, 0)], [(0, 0)]),
        ([(0.9, 0.8, 0, 1), (0.9, 0.8, 0, 0)], [(0, 0)]),
        ([(0.9, 0.0, 0, 0), (0.8, 0.0, 0, 1), (0.7, 0.0, 1, 0), (0.6, 0.0, 1, 1)], [(0, 0), (1, 1)]),
    ],
    ids=["best content", "then best source", "then earlier prediction", "then earlier gold", "one to one"],
)
def test_pairs_are_one_to_one_best_first(
    candidates: list[tuple[float, float, int, int]], chosen: list[tuple[int, int]]
) -> None:
    assert [(i, j) for _, _, i, j in assign(candidates)] == chosen


span_lists = st.lists(
    st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 40)).map(lambda s: [s[0], min(len(TEXT), s[0] + s[1])]),
    max_size=2,
)
attribution_lists = st.lists(
    st.fixed_dictionaries({"content": span_lists, "cue": span_lists, "source": span_lists}), max_size=5
)


@given(attribution_lists, attribution_lists)
def test_measures_are_shares_and_lenient_ones_are_higher(gold: list[Record], predicted: list[Record]) -> None:
    evaluation = evaluate(articles(gold), articles(predicted))
    for name, value in evaluation.measures.items():
        assert all(0 <= part <= 1 for part in ([value] if isinstance(value, float) else value)), name
    for lower, higher in (("d_full", "d_any"), ("d_any", "d_content"), ("b_jaccard", "b_soft"), ("e_acc", "e_any")):
        assert evaluation.score(lower) <= evaluation.score(higher) + 1e-9


@given(attribution_lists, attribution_lists)
def test_inputs_are_not_altered(gold: list[Record], predicted: list[Record]) -> None:
    before = json.dumps([gold, predicted])
    evaluate(articles(gold), articles(predicted))
    assert json.dumps([gold, predicted]) == before


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        (None, None, True),
        (None, {"name": None, "kind": "group"}, True),
        (None, {"name": "Moe", "kind": "person"}, False),
        (None, {"name": None, "kind": "author"}, False),
        (person("Ida Moe"), None, False),
        (person("Ida Moe"), person("the Mayor"), False),
        (person("Ida Moe"), person("Mrs. Ida Moe’s"), True),
        (person("Moe & Dahl"), person("Dahl & Moe"), True),
        (person("Moe & Dahl"), person("Dahl"), False),
        ({"name": None, "kind": "author"}, {"name": "I", "kind": "author"}, True),
        ({"name": None, "kind": "author"}, person("I"), False),
        ({"name": "...", "kind": "person"}, person("!"), False),
    ],
)
def test_speakers_are_the_same_by_normalised_names(
    gold: Record | None, predicted: Record | None, expected: bool
) -> None:
    assert is_same_speaker(gold, predicted) is expected


PREDICTED = [
    GOLD[0] | {"speaker": person("Moe")},
    GOLD[1] | {"claim": claim("event", checkworthy=0.9, probabilities={"event": 0.75})},
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("speaker_f1", 2 / 5),
        ("speaker_acc", 1 / 2),
        ("speaker_acc_named", 1 / 2),
        ("speaker_acc_pronoun", 1),
        ("kind_acc", 1),
        ("type_acc", 1 / 2),
        ("type_macro_f1", 1 / 2),
        ("group_macro_f1", 1),
        ("type_any", 1 / 2),
        ("polarity_f1", 1),
        ("checkworthy_ap", 1),
        ("checkworthy_base", 1 / 2),
        ("checkworthy_brier", 0.005),
        ("checkworthy_ece", 0.05),
        ("type_ece", (1 + 0.75) / 2),
    ],
)
def test_labels_are_counted_as_by_hand(name: str, expected: float) -> None:
    assert evaluate(articles(GOLD), articles(PREDICTED)).score(name) == pytest.approx(expected)


def test_a_reviewed_answer_is_worth_a_check_from_one_half_on() -> None:
    gold = [
        attribution | {"claim": claim("event", checkworthy=score)}
        for attribution, score in zip(GOLD, (0.6, 0.4), strict=False)
    ]
    assert evaluate(articles(gold), articles(PREDICTED)).score("checkworthy_base") == pytest.approx(1 / 2)


def test_a_claim_type_of_a_label_file_is_neither_markup_nor_an_escape_sequence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    evaluate_command.print_evaluation(Evaluation(1, {}, {}, claim_types={"[/x]\x1b[2J": (1.0, 1.0, 1.0)}))
    assert r"claim type [/x]\x1b[2J" in capsys.readouterr().out


def test_tables_show_where_types_go() -> None:
    evaluation = evaluate(articles(GOLD), articles(PREDICTED))
    assert evaluation.claim_types == {"commitment": (1, 1, 1), "quantity": (0, 0, 0)}
    assert evaluation.confusion == {"commitment": {"commitment": 1}, "quantity": {"event": 1}}
    assert evaluation.reliability["claim type"] == [(1, 0.0, 1.0), (1, 0.75, 0.0)]


def test_narration_is_right_where_contents_cover_less_than_half_of_it() -> None:
    said, own = spans(
        'Ida Moe said, "We will rebuild," and she added that rents rose 5 percent.', "Per Dahl denied it."
    )
    gold = articles(GOLD[:1], narration=NARRATION)  # three of eleven words, not counting "Ida Moe said"
    surely = articles([], narration=[{"span": said, "confidence": 0.75}, {"span": own, "confidence": 1.0}])
    assert evaluate(gold, surely).score("narration_precision") == 1.0
    assert evaluate(gold, surely).score("narration_ece") == pytest.approx(0.25 / 2)
    covered = articles([GOLD[0] | {"content": [own]}], narration=NARRATION)
    assert evaluate(covered, surely).score("narration_precision") == 0.5
    hardly = articles([], narration=[{"span": said, "confidence": 0.75}, {"span": own, "confidence": 0.25}])
    assert evaluate(covered, hardly).score("narration_precision") == 1.0


def test_narration_is_compared_with_the_sentence_that_covers_it_best() -> None:
    gold = articles([], narration=[*NARRATION, {"span": [0, 7], "claim": claim("other")}])
    loose = {"span": spans("percent. Per Dahl denied it.")[0], "claim": claim("rule")}
    labelled = articles(GOLD, narration=gold["x"]["narration"])
    measures = evaluate(labelled, articles([], narration=[loose, *NARRATION])).measures
    assert (measures["narration_recall"], measures["narration_type_acc"]) == (0.5, 1.0)
    twice = [*NARRATION, {"span": NARRATION[0]["span"], "claim": claim("rule")}]
    assert evaluate(labelled, articles([], narration=twice)).score("narration_type_acc") == 1.0


def test_confidence_is_compared_with_full_attributions() -> None:
    predicted = [GOLD[0] | {"confidence": 0.75}, GOLD[1] | {"confidence": 0.25, "source": []}]
    evaluation = evaluate(articles(GOLD), articles(predicted))
    assert evaluation.reliability["attribution confidence"] == [(1, 0.25, 0.0), (1, 0.75, 1.0)]
    assert evaluation.score("confidence_ece") == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("gold", "absent"),
    [
        (articles(without_labels(GOLD)), {"speaker_acc", "type_acc", "narration_recall"}),
        (articles([a | {"claim": None} for a in GOLD]), {"type_acc", "narration_recall"}),
        (articles(GOLD), {"narration_recall"}),
        (articles(GOLD, narration=NARRATION), set()),
    ],
)
def test_only_what_gold_labels_is_measured(gold: Records, absent: set[str]) -> None:
    measures = evaluate(gold, gold).measures
    assert {"speaker_acc", "type_acc", "narration_recall"} - measures.keys() == absent


def test_articles_without_labels_do_not_count_as_wrong_speakers() -> None:
    predicted = {"x": articles(GOLD)["x"], "y": articles(GOLD)["x"]}
    gold = {"x": articles(GOLD)["x"], "y": articles([a | {"speaker": None} for a in without_labels(GOLD)])["x"]}
    evaluation = evaluate(gold, predicted)
    assert (evaluation.score("speaker_f1"), evaluation.sizes["n_labelled_articles"]) == (1.0, 1)
    assert evaluation.n_articles == 2


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ({"x": {"attributions": []}}, {}, "gold article x has no text"),
        (
            articles([]),
            {"x": {"text": "Other.", "attributions": []}},
            "article x: the prediction was made on a different",
        ),
    ],
)
def test_records_that_cannot_be_compared_are_refused(gold: Records, predicted: Records, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(gold, predicted)


@pytest.mark.parametrize(
    ("is_positive", "scores", "expected"),
    [
        ([True, False, True], [0.9, 0.8, 0.7], (1 + 2 / 3) / 2),
        ([True, False], [0.5, 0.5], 0.5),
        ([False], [0.5], 0.0),
        ([], [], 0.0),
    ],
)
def test_average_precision_shares_ties(is_positive: list[bool], scores: list[float], expected: float) -> None:
    assert average_precision(is_positive, scores) == pytest.approx(expected)


def test_calibration_is_by_ten_bins() -> None:
    assert reliability([1.0, 0.95, 0.05], [True, False, False]) == [(1, 0.05, 0.0), (2, pytest.approx(0.975), 0.5)]
    assert expected_calibration_error([0.9, 0.9], [True, False]) == pytest.approx(0.4)
    assert expected_calibration_error([], []) == 0.0


def test_macro_f1_is_over_the_labels_of_gold() -> None:
    assert macro_f1([("event", "event"), ("rule", "other")]) == 0.5
    assert macro_f1([]) == 0.0


def test_intervals_are_seeded_and_hold_the_value() -> None:
    gold = {str(i): articles(GOLD[: 1 + i % 3])["x"] for i in range(12)}
    predicted = {str(i): articles(GOLD[: 1 + i % 2])["x"] for i in range(12)}
    evaluation = evaluate(gold, predicted, n_bootstrap=50)
    assert evaluation == evaluate(gold, predicted, n_bootstrap=50)
    assert evaluation.intervals != evaluate(gold, predicted, n_bootstrap=50, seed=14).intervals
    low, high = evaluation.intervals["d_full"]
    assert low < evaluation.score("d_full") < high
    assert evaluate(gold, predicted).intervals == {}


def test_rows_and_dictionary_say_the_same() -> None:
    evaluation = evaluate(articles(GOLD), articles(PREDICTED), n_bootstrap=5)
    as_json = json.loads(json.dumps(evaluation.to_dict()))
    assert [row.name for row in evaluation.rows()] == list(as_json["measures"])
    row = next(row for row in evaluation.rows() if row.name == "d_full")
    assert [row.precision, row.recall, row.value] == as_json["measures"]["d_full"]
    assert list(row.interval or ()) == as_json["intervals"]["d_full"]
    assert next(row for row in evaluation.rows() if row.name == "type_acc").precision is None


def load_shared(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SHARED / "eval" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def shared_scripts(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    spans_script = load_shared("evaluate")
    # labels_eval.py imports its neighbour by this name, and adds its own folder to the path.
    monkeypatch.setitem(sys.modules, "evaluate", spans_script)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return spans_script, load_shared("labels_eval")


def disturb(gold: Records, seed: int) -> Records:
    """Predictions with every kind of mistake: lost and doubled items, shifted spans, wrong labels, missing articles."""
    rng = random.Random(seed)
    predicted = {}
    for article, record in gold.items():
        if rng.random() < 0.95:
            attributions = [_disturb_attribution(a, len(record["text"]), rng) for a in record["attributions"]]
            attributions = rng.choices(attributions, k=len(attributions)) if rng.random() < 0.3 else attributions
            narration = [
                {"span": [n["span"][0], max(n["span"][0] + 1, n["span"][1] - rng.choice([0, 0, 40]))]}
                | {"claim": n["claim"] | {"checkworthy": rng.random()}}
                for n in record.get("narration", ())
                if rng.random() < 0.9
            ]
            predicted[article] = {"attributions": attributions, "narration": narration}
    return predicted


def _disturb_attribution(gold: Record, n_characters: int, rng: random.Random) -> Record:
    shifts = [0, 0, 0, -7, 9, 1]
    attribution: Record = {}
    for role in ("content", "cue", "source"):
        shifted = [[max(0, s + rng.choice(shifts)), min(n_characters, e + rng.choice(shifts))] for s, e in gold[role]]
        attribution[role] = [span for span in shifted if span[0] < span[1] and rng.random() < 0.95]
    wrong = rng.choice(["event", "quantity", "evaluation"])
    claim_type = gold["claim"]["type"] if rng.random() < 0.7 else wrong
    probabilities = {claim_type: round(rng.random(), 2)}
    labels = {"type": claim_type, "probabilities": probabilities, "checkworthy": round(rng.random(), 1)}
    attribution["claim"] = {} if rng.random() < 0.05 else gold["claim"] | labels
    others = [None, {"name": None, "kind": "author"}, {"name": "Mr. Trump’s & the FBI", "kind": "group"}]
    attribution["speaker"] = gold["speaker"] if rng.random() < 0.7 else rng.choice(others)
    return attribution


@needs_shared
@pytest.mark.parametrize("corpus", ["polnear", "otherdomain"])
def test_numbers_are_those_of_the_defining_scripts(corpus: str, shared_scripts: tuple[ModuleType, ModuleType]) -> None:
    spans_script, labels_script = shared_scripts
    lines = (SHARED / "data" / corpus / "dev.jsonl").read_text(encoding="utf-8").split("\n")
    gold = {record["id"]: record for record in map(json.loads, filter(None, lines))}
    for seed in range(2):
        predicted = disturb(gold, seed)
        span_measures, by_article = spans_script.evaluate(gold, predicted)
        rows = labels_script.evaluate_labels(gold, predicted)
        expected = span_measures | labels_script.metrics(rows)
        intervals = spans_script.bootstrap(by_article, 40) | labels_script.bootstrap(rows, 40)
        evaluation = evaluate(gold, predicted, n_bootstrap=40)
        assert_same_numbers(evaluation, expected, intervals, has_narration=corpus == "polnear")


def assert_same_numbers(
    evaluation: Evaluation, expected: Mapping[str, Any], intervals: Mapping[str, Any], *, has_narration: bool
) -> None:
    sizes = {name for name in expected if name.startswith(("n_", "n|")) or name == "n"}
    unlabelled = set() if has_narration else {name for name in expected if name.startswith("narration_")}
    names = expected.keys() - sizes - unlabelled
    assert names <= evaluation.measures.keys()
    for name in names:
        # Equal except for the order of summation, which in the scripts depends on the hash seed.
        assert evaluation.measures[name] == pytest.approx(expected[name], abs=1e-12), name
        assert evaluation.intervals[name] == pytest.approx(intervals[name], abs=1e-12), name
    n_gold, n_predicted = expected["n"]
    assert (evaluation.sizes["n_gold|all"], evaluation.sizes["n_predicted|all"]) == (n_gold, n_predicted)
    assert evaluation.sizes["n_pairs"] == expected["n_pairs"]


class FakeModel:
    """Stands in for a loaded model, with answers given by the test."""

    def __init__(self, answers: Records) -> None:
        self.answers = answers

    def __call__(self, article: Article) -> ArticleResult:
        if article.id not in self.answers:
            raise ValueError("cannot be read")
        return ArticleResult.from_dict(self.answers[article.id])


@pytest.fixture
def gold_path(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "gold.jsonl", articles(GOLD, narration=NARRATION))


def write_jsonl(path: Path, records: Records) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records.values()), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    app = typer.Typer()
    evaluate_command.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "120"})


def test_command_scores_the_gold_texts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gold_path: Path) -> None:
    monkeypatch.setattr(Attributor, "load", lambda model: FakeModel(articles(GOLD)))
    result = run("en", gold_path, "--bootstrap", 5, "--json", tmp_path / "scores.json")
    assert result.exit_code == 0, result.output
    assert "d_full" in result.output and "claim type quantity" in result.output
    facts = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert (facts["model"], facts["measures"]["d_full"], facts["intervals"]["d_full"]) == ("en", [1, 1, 1], [1, 1])
    assert len(facts["gold_sha256"]) == 64


def test_every_measure_is_explained() -> None:
    explained = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")
    measures = evaluate(articles(GOLD, narration=NARRATION), articles(PREDICTED, narration=NARRATION)).measures
    names = {name.partition("|")[0] for name in measures}
    assert {name for name in names if f"`{name}`" not in explained} == set()


def test_command_compares_results_that_are_there(tmp_path: Path, gold_path: Path) -> None:
    predictions = write_jsonl(tmp_path / "results.jsonl", articles(without_labels(GOLD)))
    assert run("-", gold_path, "--predictions", predictions, "--bootstrap", 0).exit_code == 0


def test_command_says_which_articles_have_no_result(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gold_path: Path
) -> None:
    monkeypatch.setattr(Attributor, "load", lambda model: FakeModel({}))
    result = run("en", gold_path, "--bootstrap", 0)
    assert (result.exit_code, "1 of 1 articles have no result" in result.output) == (1, True)
    error = ArticleResult("x", None, status=Status.ERROR, error=ErrorInfo("E_TIMEOUT", "score", "too slow"))
    predictions = write_jsonl(tmp_path / "results.jsonl", {"x": error.to_dict()})
    assert run("-", gold_path, "--predictions", predictions, "--bootstrap", 0).exit_code == 1


def test_answers_that_nobody_reviewed_measure_nothing(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    refused = run("en", write_jsonl(tmp_path / "results.jsonl", articles(PREDICTED, model="en-1")))
    assert (refused.exit_code, "a model's own answers" in refused.output) == (4, True)
    reviewed = [attribution | {"reviewed_by": "ann"} for attribution in PREDICTED]
    records = {
        "all of it": articles(PREDICTED, model="en-1", reviewed_by="ann")["x"],
        "every one": articles(reviewed, model="en-1")["x"],
        "one": articles([reviewed[0], *PREDICTED[1:]], model="en-1")["x"],
        "nothing": articles([], model="en-1")["x"],
        "no model": articles(GOLD)["x"],
    }
    path = write_jsonl(tmp_path / "gold.jsonl", {name: record | {"id": name} for name, record in records.items()})
    gold = evaluate_command.read_gold(path)
    assert [article.id for article in gold] == ["all of it", "every one", "no model"]
    assert "left out 2 of 5 articles" in caplog.text


@pytest.mark.parametrize(
    ("predicted", "message"),
    [
        ({"x": {"id": "y", "attributions": []}}, "has no result for any article"),
        ({"x": {"id": "x", "text": "Other.", "attributions": []}}, "'x' was scored on a text that differs"),
        ({"x": {"id": "x"}}, r"results.jsonl line 1: "),
    ],
)
def test_predictions_that_do_not_fit_are_unreadable_input(
    tmp_path: Path, gold_path: Path, predicted: Records, message: str
) -> None:
    result = run("-", gold_path, "--predictions", write_jsonl(tmp_path / "results.jsonl", predicted))
    assert (result.exit_code, message in result.output) == (4, True), result.output


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (("-", "gold.jsonl"), 2, "MODEL - needs --predictions FILE"),
        (("en", "gold.jsonl", "--bootstrap", "-1"), 2, "--bootstrap"),
        (("no-such-model", "gold.jsonl"), 3, "there is no model 'no-such-model'"),
        (("en", "nothing.jsonl"), 4, "nothing.jsonl: no such corpus"),
        (("en", "empty.jsonl"), 4, "empty.jsonl: holds no articles"),
        (("en", "labels.jsonl"), 4, "labels.jsonl: article 'x' has no text"),
        (("en", "gold.jsonl", "--json", "no/such/scores.json"), 5, "the folder no/such does not exist"),
    ],
)
def test_command_fails_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    gold_path: Path,
    arguments: tuple[str, ...],
    exit_code: int,
    message: str,
) -> None:
    monkeypatch.chdir(gold_path.parent)
    (tmp_path / "empty.jsonl").touch()
    write_jsonl(tmp_path / "labels.jsonl", {"x": {"id": "x", "attributions": []}})
    result = run(*arguments)
    assert (result.exit_code, message in result.output) == (exit_code, True), result.output
