"""Every fault that labels can have is found in its place, and repaired if only one repair is possible."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inquit.models.article import text_sha256
from inquit.training.corpora import CorpusError
from inquit.training.labels import Vocabulary, check_labels, load_labels, run_check
from inquit.training.labels.check import as_labels
from inquit.training.labels.findings import RULES, Finding
from inquit.training.labels.offsets import OffsetIndex, OffsetUnit

from .articles import OTHER_TEXT, TEXT, attribution, doubled, hold, other_record, record, safe, span, write_jsonl

CONTENT = span("the bridge is safe")
START, END = CONTENT
UTF16 = [offset + 1 for offset in span("costs had doubled")]


def claim(**changes: Any) -> dict[str, Any]:
    return {"type": "event", "secondary": [], "polarity": "asserted", "checkworthy": False} | changes


def check(tmp_path: Path, *records: Any, **options: Any) -> list[Finding]:
    """All findings except types with a single example, which articles this small always have."""
    findings = run_check([write_jsonl(tmp_path / "labels.jsonl", *records)], **options).findings
    return [finding for finding in findings if finding.code != "few-examples"]


def test_sound_labels_have_no_finding(tmp_path: Path) -> None:
    assert check(tmp_path, record(), other_record()) == []


ADA = {"name": "Ada Lund", "kind": "person"}

#: One faulty attribution: (code, attribution, place, part of the message, what --fix makes of it).
FAULTY_ATTRIBUTIONS = [
    ("span-malformed", safe(content=[[START, "end"]]), "attributions[0] content", "in whole numbers", None),
    ("span-malformed", safe(content=[[START, END + 0.5]]), "attributions[0] content", "in whole numbers", None),
    ("span-malformed", safe(content=[[float(START), END]]), "attributions[0] content", "whole numbers", CONTENT),
    ("span-malformed", safe(content=[[str(START), END]]), "attributions[0] content", "whole numbers", CONTENT),
    ("span-malformed", safe(content=CONTENT), "attributions[0] content", "wanted a list of spans", CONTENT),
    ("span-malformed", safe(content=[[START, END, 9]]), "attributions[0] content", "must be [start, end]", None),
    ("span-malformed", safe(content="the bridge"), "attributions[0] content", "wanted a list of spans", None),
    ("span-malformed", safe(content=[[True, END]]), "attributions[0] content", "whole numbers", None),
    ("span-negative", safe(cue=[[-4, 2]]), "attributions[0] cue", "got [-4, 2]", None),
    ("span-swapped", safe(content=[[END, START]]), "attributions[0] content", f"got [{END}, {START}]", CONTENT),
    ("span-empty", safe(content=[[START, START]]), "attributions[0] content", "0 <= start < end", None),
    ("span-empty", safe(content=[[5, 6]]), "attributions[0] content", "only white space", None),
    ("span-outside", safe(content=[[START, 999]]), "attributions[0] content", f"which has {len(TEXT)} char", None),
    (
        "span-outside",
        safe(content=[[START, 999]], text="the bridge is safe"),
        "attributions[0] content",
        "ends after the text",
        CONTENT,
    ),
    (
        "words-differ",
        safe(content=[[START + 1, END + 1]], text="the bridge is safe"),
        "attributions[0] content",
        "is 'he bridge is safe.', the label says 'the bridge is safe'",
        CONTENT,
    ),
    (
        "words-differ",
        doubled(content=[UTF16], text="costs had doubled"),
        "attributions[0] content",
        "the label says 'costs had doubled'",
        span("costs had doubled"),
    ),
    ("words-differ", safe(content=[[0, 5]], text="a"), "attributions[0] content", "the label says 'a'", None),
    ("words-differ", safe(text="the bridge was safe"), "attributions[0] content", "the label says", None),
    ("span-whitespace", safe(content=[[START - 1, END]]), "attributions[0] content", "white space", CONTENT),
    ("span-cuts-word", safe(content=[[START + 1, END]]), "attributions[0] content", "begins inside a word: '…", None),
    ("parts-overlap", safe(content=[[START, END], [START + 4, END]]), "attributions[0] content", "overlap", CONTENT),
    ("roles-overlap", safe(cue=[span("bridge is")]), "attributions[0]", "content and cue share characters", None),
    ("content-missing", safe(content=[]), "attributions[0]", "has no content", None),
    ("unknown-type", safe(claim=claim(type="Event ")), "attributions[0] claim type", "Did you mean 'event'?", "event"),
    ("unknown-type", safe(claim=claim(type="evalution")), "attributions[0] claim type", "'evaluation'?", "evaluation"),
    ("unknown-type", safe(claim=claim(type="opinion")), "attributions[0] claim type", "must be one of ['other',", None),
    ("unknown-type", safe(claim=claim(secondary=["rul"])), "attributions[0] secondary type", "'rule'?", "rule"),
    ("unknown-type", safe(claim={"polarity": "denied"}), "attributions[0]", 'an object with a "type"', None),
    ("unknown-label", safe(kind="direkt"), "attributions[0] kind", "Did you mean 'direct'?", "direct"),
    ("unknown-label", safe(claim=claim(polarity="maybe")), "attributions[0] polarity", "got 'maybe'", None),
    (
        "unknown-label",
        safe(speaker={"name": "Ada Lund", "kind": "Persn"}),
        "attributions[0] speaker kind",
        "Did you mean 'person'?",
        "person",
    ),
    ("checkworthy-malformed", safe(claim=claim(checkworthy="Yes")), "attributions[0] checkworthy", "'Yes'", "true"),
    ("checkworthy-malformed", safe(claim=claim(checkworthy=7)), "attributions[0] checkworthy", "got 7", None),
    ("speaker-malformed", safe(speaker="Ada Lund"), "attributions[0] speaker", "got 'Ada Lund'", None),
    ("speaker-malformed", safe(speaker={"kind": "person"}), "attributions[0] speaker", "must have a name", None),
    ("speaker-malformed", safe(speaker=ADA | {"named": "False"}), "attributions[0] speaker", "got 'False'", "false"),
    ("speaker-malformed", safe(speaker=ADA | {"named": "perhaps"}), "attributions[0] speaker", "true or false", None),
    (
        "speaker-not-in-text",
        safe(speaker={"name": "Ada Lund & Cy Oz", "kind": "person"}),
        "attributions[0] speaker",
        "'Cy Oz' does not occur in the article",
        None,
    ),
    ("shape", safe(id=""), "attributions[0]", "id must be text", "t0"),
    ("shape", safe(claim="event"), "attributions[0]", "a claim must be an object, got 'event'", "event"),
    ("shape", safe(claim=claim(secondary="event")), "attributions[0]", "must be a list of types", None),
    ("shape", "the bridge is safe", "attributions[0]", "wanted an object", None),
]


@pytest.mark.parametrize(("code", "faulty", "item", "message", "mended"), FAULTY_ATTRIBUTIONS)
def test_a_fault_of_an_attribution_is_found_in_its_place(
    tmp_path: Path, code: str, faulty: Any, item: str, message: str, mended: Any
) -> None:
    findings = check(tmp_path, other_record(), record(faulty), record(hold(), doubled(), id="rest", text=TEXT + "\n…"))
    findings = [finding for finding in findings if finding.line == 2 or finding.code == code]
    assert [(f.code, f.line, f.article, f.item) for f in findings] == [(code, 2, "bridge", item)]
    assert message in findings[0].message
    assert findings[0].mend
    assert str(tmp_path / "labels.jsonl") in str(findings[0])
    if mended is None:
        assert findings[0].mended is None
    else:
        assert str(mended) in str(findings[0].mended)


def with_words(convert: Callable[[int], int]) -> dict[str, Any]:
    """The article with the words of its contents, as in results, and with converted offsets."""
    labels = record(safe(text="the bridge is safe"), hold(text="“It will hold,”"), doubled(text="costs had doubled"))
    for own in labels["attributions"]:
        own |= {role: [[*map(convert, pair)] for pair in own[role]] for role in ("content", "cue", "source")}
    return labels


def in_unit(unit: OffsetUnit, text: str = TEXT) -> dict[str, Any]:
    return with_words(OffsetIndex(text, unit).from_code_points)


def shifted(shift: int) -> dict[str, Any]:
    return with_words(lambda offset: offset + shift)


HASH = text_sha256(OTHER_TEXT)
NARRATION = [{"span": [0, 999], "claim": claim()}]
BOTH = claim(type="evaluation", secondary=["event"])

#: Faults of records and between them: (code, records, line of the finding, part of the message).
FAULTY_RECORDS: list[tuple[str, list[Any], int | None, str]] = [
    ("no-labels", [], None, "nothing to learn from"),
    ("no-labels", [record(attributions=[])], None, "nothing to learn from"),
    ("no-labels", [record(safe(confidence=0.9))], None, "not labels until a person has reviewed them"),
    ("not-json", [record(), ["bridge"]], 2, "wanted a JSON object, got list"),
    ("shape", [other_record(), record(attributions=None)], 2, '"attributions" must be a list'),
    ("shape", [record(), other_record(metadata="The Post")], 2, '"metadata" must be an object'),
    ("shape", [record(), {"id": "x", "text": TEXT, "text_sha256": HASH, "entities": []}], 2, "must be a list, [] for"),
    ("shape", [record(), {"data": {}, "annotations": []}], 2, "got a Label Studio task"),
    ("id-missing", [record(), other_record(id=None)], 2, "got None"),
    ("text-missing", [record(), other_record(text=None)], 2, "no text for the offsets"),
    ("text-missing", [record(), other_record(text=7)], 2, "must be text, got int"),
    ("text-differs", [record(text_sha256=HASH), other_record()], 1, "text_sha256 is the hash of a different text"),
    ("offset-unit", [other_record(), in_unit(OffsetUnit.UTF16)], 2, "all offsets count UTF-16 units"),
    ("offset-unit", [other_record(), shifted(-3)], 2, "all offsets are 3 too low"),
    ("span-outside", [record(), other_record(narration=NARRATION)], 2, "[0, 999] ends after the text"),
    ("not-scored", [record(), {"id": "x", "status": "error"}], 2, "status 'error'"),
    ("duplicate-attribution", [record(safe(), safe(id="t9"), hold())], 1, "the same as attributions[0]"),
    ("contradiction", [record(safe(), safe(id="t9", claim=claim()), hold())], 1, "with a different type"),
    ("contradiction", [record(safe(), safe(id="t9", claim=BOTH), hold())], 1, "with a different secondary"),
    ("content-twice", [record(safe(), safe(id="t9", source=[], cue=[]), hold())], 1, "with a different cue, source"),
    (
        "contradiction-elsewhere",
        [
            other_record(),
            other_record(
                id="b",
                text=f"Norvik. {OTHER_TEXT}",
                attributions=[
                    attribution(
                        "t0",
                        "it would clear the roads by noon",
                        "said",
                        "The council of Norvik",
                        "council of Norvik",
                        "prediction",
                        f"Norvik. {OTHER_TEXT}",
                    )
                ],
            ),
        ],
        2,
        "is 'prediction' here, but the same words are 'commitment' in",
    ),
    (
        "crossing",
        [
            record(
                safe(content=[span("Lund said the bridge")], source=[], cue=[]),
                hold(),
                doubled(content=[span("the bridge is")], source=[], cue=[]),
            )
        ],
        1,
        "crosses that of",
    ),
    ("duplicate-id", [record(), other_record(id="bridge")], 2, "was already in"),
    ("duplicate-article", [record(), record()], 2, "the same as in"),
    ("double-annotation", [record(annotator="ann"), record(safe(), hold(), annotator="ben")], 2, "by ann and ben"),
    ("double-annotation", [record(reviewed_by="ann"), record(safe(), reviewed_by="ben")], 2, "by ann and ben"),
    (
        "double-annotation",
        [record(), record(narration=[{"span": span("Bo Ek"), "claim": claim()}])],
        2,
        "different labels",
    ),
    ("near-duplicate", [record(), record(id="copy", text=TEXT + " More.")], 2, "100% of it is in article 'bridge'"),
    ("one-class", [record(safe(), hold(claim=claim(type="evaluation")))], None, "all 2 claims are 'evaluation'"),
    ("unreviewed", [record(model="en-1"), other_record()], 1, "3 attributions are a model's own answers"),
    ("unreviewed", [record(safe(confidence=0.9)), other_record()], 1, "1 attributions are a model's own"),
    ("imbalance", [record(safe(), hold()), *(other_record(id=f"a{i}") for i in range(19))], None, "19 examples"),
    ("one-sided", [record(safe(), hold()), *(other_record(id=f"a{i}") for i in range(19))], None, "false for all"),
]


@pytest.mark.parametrize(("code", "records", "line", "message"), FAULTY_RECORDS)
def test_a_fault_of_records_is_found(
    tmp_path: Path, code: str, records: list[Any], line: int | None, message: str
) -> None:
    found = [finding for finding in check(tmp_path, *records) if finding.code == code]
    assert [finding.line for finding in found] == [line]
    assert message in found[0].message


@pytest.mark.parametrize(
    "labels", [in_unit(OffsetUnit.UTF16), in_unit(OffsetUnit.UTF8), shifted(5), shifted(-1), shifted(0)]
)
def test_cues_and_sources_are_mended_with_their_contents(tmp_path: Path, labels: dict[str, Any]) -> None:
    result = run_check([write_jsonl(tmp_path / "labels.jsonl", labels)])
    assert result.kept[0]["attributions"] == as_labels(record())["attributions"]


def test_what_a_model_took_for_a_statement_is_no_narration() -> None:
    narration = [{"span": span("Bo Ek"), "confidence": confidence} for confidence in (0.1, 0.9, None, "high")]
    assert len(as_labels(record(narration=narration))["narration"]) == 3


def test_a_type_with_one_example_is_named(tmp_path: Path) -> None:
    labels = record(safe(), hold(), doubled(claim=claim(type="prediction")))
    findings = check_labels([write_jsonl(tmp_path / "labels.jsonl", labels)])
    assert [(f.code, f.message.split(";")[0]) for f in findings] == [("few-examples", "'evaluation' has 1 example")]


def test_a_broken_line_does_not_hide_the_others(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "labels.jsonl", record())
    path.write_bytes(b'\xef\xbb\xbf{"id": \n\n' + path.read_bytes())
    assert [(f.code, f.line) for f in check_labels([path]) if f.line] == [("not-json", 1)]


def test_texts_may_be_in_another_file(tmp_path: Path) -> None:
    articles = write_jsonl(tmp_path / "articles.jsonl", {"id": "bridge", "text": TEXT}, {"id": "snow", "text": "Old."})
    findings = check(tmp_path, record(text=None), other_record(), articles=[articles])
    assert [(f.code, f.line) for f in findings] == [("text-differs", 2)]


@pytest.mark.parametrize(
    ("held_out", "code", "message"),
    [
        ({"id": "bridge", "text": "Nothing alike."}, "held-out-article", "contains the id 'bridge'"),
        ({"id": "x", "text": TEXT}, "held-out-article", "contains this text as article 'x'"),
        ({"id": "bridge"}, "held-out-article", "contains the id 'bridge'"),
        ({"id": "x", "text_sha256": text_sha256(TEXT)}, "held-out-article", "contains this text as article 'x'"),
        ({"id": "x", "text": "NORVIK — " + TEXT.replace("“", '"') + " By our staff."}, "leak", "held-out article 'x'"),
    ],
)
def test_what_is_tested_on_may_not_be_trained_on(
    tmp_path: Path, held_out: dict[str, Any], code: str, message: str
) -> None:
    path = write_jsonl(tmp_path / "test.jsonl", held_out | {"attributions": []})
    result = run_check(
        [write_jsonl(tmp_path / "labels.jsonl", other_record(), record(safe(), hold()))], held_out=[path]
    )
    (finding,) = [f for f in result.findings if f.code in ("held-out-article", "leak")]
    assert (finding.code, finding.line) == (code, 2)
    assert message in finding.message
    assert [record["id"] for record in result.kept] == ["snow"]


def test_new_types_are_allowed_by_name_and_old_ones_renamed(tmp_path: Path) -> None:
    labels = record(safe(claim=claim(type="praise")), hold(claim=claim(type="forecast")), doubled())
    vocabulary = Vocabulary(new_types=("praise",), renames={"forecast": "prediction"})
    path = write_jsonl(tmp_path / "labels.jsonl", labels)
    result = run_check([path], vocabulary=vocabulary)
    assert {f.code for f in result.findings} == {"new-type", "few-examples"}
    assert [a["claim"]["type"] for a in result.kept[0]["attributions"]] == ["praise", "prediction", "quantity"]


@pytest.mark.parametrize(("name", "n", "is_new"), [("praise", 5, True), ("praise", 4, False), ("evnt", 5, False)])
def test_a_type_like_no_other_with_several_examples_is_a_new_one(
    tmp_path: Path, name: str, n: int, is_new: bool
) -> None:
    labels = [record(safe(claim=claim(type=name)), hold(), id=f"a{i}", text=TEXT + "!" * i) for i in range(n)]
    codes = {finding.code for finding in check(tmp_path, *labels)}
    assert ("new-type" in codes, "unknown-type" in codes) == (is_new, not is_new)


@pytest.mark.parametrize("name", ["call to action", "Threat", "denied"])
@pytest.mark.parametrize("vocabulary", [Vocabulary(), Vocabulary(new_types=("call to action", "Threat", "denied"))])
def test_a_name_that_no_type_may_have_is_refused_in_its_line(tmp_path: Path, name: str, vocabulary: Vocabulary) -> None:
    labels = [record(safe(claim=claim(type=name)), hold(), id=f"a{i}", text=TEXT + "!" * i) for i in range(5)]
    findings = [f for f in check(tmp_path, *labels, vocabulary=vocabulary) if f.code == "unknown-type"]
    assert [f.line for f in findings] == [1, 2, 3, 4, 5]
    assert "must consist of lower-case letters" in findings[0].message
    assert findings[0].mend == f"rename it: --rename {name!r}=NAME"


def test_an_article_or_attribution_that_a_person_reviewed_is_a_label(tmp_path: Path) -> None:
    sure = {"confidence": 0.9, "claim": claim(probabilities={"event": 0.6, "rule": 0.4}, checkworthy=0.7)}
    records = [
        record(safe(**sure), doubled(), model="en-1", reviewed_by="ann"),
        other_record(model="en-1", attributions=[other_record()["attributions"][0] | {"reviewed_by": "ann"}]),
    ]
    result = run_check([write_jsonl(tmp_path / "labels.jsonl", *records)])
    assert "unreviewed" not in {f.code for f in result.findings}
    first = result.kept[0]["attributions"][0]
    assert first["claim"] == claim(checkworthy=True)
    assert "confidence" not in first
    assert [len(record["attributions"]) for record in result.kept] == [2, 1]
    assert [record.get("reviewed_by") for record in result.kept] == ["ann", None]


def test_corrections_of_the_review_page_are_labels_where_a_person_was(tmp_path: Path) -> None:
    """They have no probabilities left, but still contain answers that nobody reviewed."""
    seen = record(safe(reviewed_by="ann"), hold(), doubled(), model="en-1", reviewed_at="2026-01-01T00:00:00Z")
    done = other_record(model="en-1", reviewed_by="ann", reviewed_at="2026-01-01T00:00:00Z")
    loaded = load_labels([write_jsonl(tmp_path / "corrections.jsonl", seen, done)])
    assert [[a.id for a in article.attributions] for article in loaded] == [["t0"], ["t0"]]
    assert (loaded[0].attributions[0].reviewed_by, loaded[1].reviewed_by) == ("ann", "ann")


def test_what_no_repair_mends_is_left_out_and_counted(tmp_path: Path) -> None:
    labels = record(safe(content=[[END, START]]), hold(cue=[[-1, 2]]), doubled())
    result = run_check([write_jsonl(tmp_path / "labels.jsonl", labels, other_record(id=None))])
    assert [a["id"] for record in result.kept for a in record["attributions"]] == ["t0", "t2"]
    assert result.kept[0]["attributions"][0]["content"] == [CONTENT]
    assert result.n_dropped == 2
    assert len(result.mended) == 2


def test_what_is_there_twice_is_once_in_the_mended_copy(tmp_path: Path) -> None:
    labels = [record(safe(), safe(), hold(id="t2")), record(safe(), hold())]
    result = run_check([write_jsonl(tmp_path / "labels.jsonl", *labels)])
    assert [[a["id"] for a in record["attributions"]] for record in result.mended] == [["t0", "t2"]]
    assert result.n_dropped == 0


def test_a_new_id_is_no_other_attributions(tmp_path: Path) -> None:
    labels = record(safe(id=None), hold(id="t0"), doubled(id="t0"))
    result = run_check([write_jsonl(tmp_path / "labels.jsonl", labels)])
    assert [a["id"] for a in result.kept[0]["attributions"]] == ["t1", "t0", "t2"]


def test_the_file_on_disk_is_not_touched(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "labels.jsonl", record(safe(content=[[END, START]])))
    before = path.read_bytes()
    check_labels([path])
    assert path.read_bytes() == before


def test_what_is_mended_has_only_findings_that_were_not(tmp_path: Path) -> None:
    """The repaired copy of every case above is checked again: a repair must not be a fault itself."""
    faulty = [case[1] for case in FAULTY_ATTRIBUTIONS if case[4] is not None]
    records = [record(case, id=f"a{i}", text=TEXT) for i, case in enumerate(faulty)]
    result = run_check([write_jsonl(tmp_path / "labels.jsonl", *records)])
    again = run_check([write_jsonl(tmp_path / "mended.jsonl", *result.mended)])
    assert {f.code for f in again.findings} <= {"near-duplicate", "few-examples", "imbalance", "one-sided", "unlinked"}


def test_every_rule_has_a_case() -> None:
    """Rules of single formats have their cases in the tests of the formats."""
    formats = {
        *("relation-missing", "relation-cycle", "relation-roles", "unlinked", "links-guessed", "rejected"),
        *("prediction", "tags-converted", "text-rebuilt", "kind-assumed", "content-not-found", "content-ambiguous"),
    }
    here = {case[0] for case in (*FAULTY_ATTRIBUTIONS, *FAULTY_RECORDS)} | {
        *("held-out-article", "leak", "new-type", "few-examples")
    }
    assert here | formats == set(RULES)


def test_a_finding_is_json(tmp_path: Path) -> None:
    (finding, *_) = check(tmp_path, record(safe(content=[[END, START]])))
    assert json.loads(json.dumps(finding.to_dict())) | {"path": ""} == {
        "severity": "error",
        "code": "span-swapped",
        "path": "",
        "line": 1,
        "message": f"a span must have 0 <= start < end, got [{END}, {START}]",
        "mend": "swap the two numbers",
        "article": "bridge",
        "item": "attributions[0] content",
        "mended": f"[{START}, {END}]",
    }


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"nowhere\.jsonl: no such file or folder"):
        check_labels([tmp_path / "nowhere.jsonl"])
