"""Label Studio: what is read from its exports, what is skipped, and the findings for files that are not exports."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inquit.models.article import Span
from inquit.models.result import ArticleResult
from inquit.training.labels import ExportFormat, run_check, write_labels
from inquit.training.labels.check import read_annotations
from inquit.training.labels.label_studio_config import labeling_config
from inquit.training.labels.label_studio_tasks import to_task

from .articles import TEXT, article, record, safe, span

SOURCE, CUE, CONTENT = span("Bo Ek"), span("denied"), span("costs had doubled")


def region(name: str, label: str, place: list[int], *, shift: int = 1, text: str | None = None) -> dict[str, Any]:
    """A region after the text's one emoji, which Label Studio counts as two, so its offsets are one more than ours."""
    words = TEXT[place[0] : place[1]] if text is None else text
    value = {"start": place[0] + shift, "end": place[1] + shift, "text": words, "labels": [label]}
    return {"id": name, "from_name": "role", "to_name": "text", "type": "labels", "value": value}


def choice(name: str, control: str, *values: str) -> dict[str, Any]:
    return {"id": name, "from_name": control, "to_name": "text", "type": "choices", "value": {"choices": [*values]}}


def link(start: str, end: str) -> dict[str, Any]:
    return {"type": "relation", "from_id": start, "to_id": end, "direction": "right", "labels": []}


RESULT = [
    region("a", "Content", CONTENT),
    region("b", "Cue", CUE),
    region("c", "Source", SOURCE),
    choice("a", "claim_type", "quantity"),
    choice("a", "secondary", "event"),
    choice("a", "polarity", "denied"),
    choice("a", "flags", "check-worthy", "speaker has a proper name"),
    choice("a", "speaker_kind", "person"),
    {"id": "a", "from_name": "speaker", "to_name": "text", "type": "textarea", "value": {"text": ["Bo Ek"]}},
    link("a", "b"),
    link("c", "b"),
]


def task(result: Any = None, **changes: Any) -> dict[str, Any]:
    annotation = {"result": RESULT if result is None else result, "completed_by": {"email": "ann@example.org"}}
    return {"id": 1, "data": {"id": "bridge", "text": TEXT}, "annotations": [annotation]} | changes


def write(path: Path, *tasks: Any) -> Path:
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def test_regions_relations_and_choices_become_an_attribution(tmp_path: Path) -> None:
    (result,) = read_annotations([write(tmp_path / "export.json", task())])
    assert result.id == "bridge"
    assert result.metadata == {"annotator": "ann@example.org"}
    (attribution,) = result.attributions
    assert [[s.start, s.end] for s in (*attribution.content, *attribution.cue, *attribution.source)] == [
        CONTENT,
        CUE,
        SOURCE,
    ]
    assert attribution.claim is not None
    assert attribution.speaker is not None
    assert (attribution.claim.type, attribution.claim.secondary, attribution.claim.polarity) == (
        "quantity",
        ("event",),
        "denied",
    )
    assert attribution.claim.checkworthy is True
    assert (attribution.speaker.name, attribution.speaker.kind, attribution.speaker.named) == ("Bo Ek", "person", True)


@pytest.mark.parametrize("shift", [0, 1])
def test_offsets_are_read_in_the_unit_that_the_words_agree_with(tmp_path: Path, shift: int) -> None:
    marks = [region("a", "Content", CONTENT, shift=shift), region("b", "Cue", CUE, shift=shift)]
    (result,) = read_annotations([write(tmp_path / "export.json", task(marks))])
    assert result.attributions[0].content == (Span(*CONTENT),)


def test_linked_contents_are_one_attribution_in_text_order(tmp_path: Path) -> None:
    marks = [region("b", "Content", span("had doubled")), region("a", "Content", span("costs")), link("b", "a")]
    (result,) = read_annotations([write(tmp_path / "export.json", task(marks))])
    assert [a.content for a in result.attributions] == [(Span(*span("costs")), Span(*span("had doubled")))]


def test_two_annotations_of_a_task_are_two_records(tmp_path: Path) -> None:
    both = task()["annotations"] * 2
    both[1] = {"result": RESULT[:1], "completed_by": 7}
    path = write(tmp_path / "export.json", task(annotations=both))
    assert [result.metadata["annotator"] for result in read_annotations([path])] == ["ann@example.org", "7"]
    assert "double-annotation" in {f.code for f in run_check([path]).findings}


@pytest.mark.parametrize(
    ("exported", "code", "item"),
    [
        (task(annotations=[{"result": [], "was_cancelled": True}]), "rejected", "[0].annotations[0]"),
        (task(annotations=[]), "rejected", "[0]"),
        (task(annotations=[], predictions=[{"result": RESULT}]), "prediction", "[0]"),
        (task([region("a", "Contnt", CONTENT)]), "unknown-label", "[0].annotations[0].result[0]"),
        (task([region("a", "Person", CONTENT)]), "unknown-label", "[0].annotations[0].result[0]"),
        (task([*RESULT, link("a", "z")]), "relation-missing", "[0].annotations[0].result[0]"),
        (task([*RESULT, link("a", "a")]), "relation-cycle", "[0].annotations[0].result[0]"),
        (task([*RESULT, link("b", "a")]), "relation-cycle", "[0].annotations[0].result[1]"),
        (
            task([*RESULT, region("d", "Source", span("a rival")), link("c", "d")]),
            "relation-roles",
            "[0].annotations[0].result[2]",
        ),
        (task([*RESULT, region("d", "Source", span("a rival"))]), "unlinked", "[0].annotations[0].result[11]"),
        (task([region("a", "Content", CONTENT, text="costs")]), "words-differ", "[0].annotations[0].result[0] content"),
        (task([*RESULT[:7], *RESULT[8:]]), "kind-assumed", "[0].annotations[0].result[0]"),
        ({"id": 1, "text": TEXT, "label": []}, "shape", "[0].data"),
        (task(data={"id": 1}), "shape", "[0].data.text"),
        (task(annotations=7), "shape", "[0].annotations"),
        (task(annotations=[{"results": []}]), "shape", "[0].annotations[0].result"),
        (task([{"id": "a", "type": "rectanglelabels", "value": {}}]), "shape", "[0].annotations[0].result[0].type"),
        (task([{"id": "a", "type": "labels"}]), "shape", "[0].annotations[0].result[0].value"),
        (task(["a"]), "shape", "[0].annotations[0].result[0]"),
        ("task", "shape", "[0]"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(tmp_path: Path, exported: Any, code: str, item: str | None) -> None:
    findings = run_check([write(tmp_path / "export.json", exported)]).findings
    assert (code, item) in {(f.code, f.item) for f in findings}


@pytest.mark.parametrize("content", ["{}", "[", '{"annotations": []}'])
def test_a_file_that_is_no_array_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "export.json").write_text(content)
    codes = [f.code for f in run_check([tmp_path / "export.json"]).findings]
    assert codes in (["shape", "no-labels"], ["not-json", "no-labels"])


def test_tasks_count_utf16_units() -> None:
    for item in to_task(article())["annotations"][0]["result"]:
        if item["type"] == "labels":
            start, end = (2 * item["value"][name] for name in ("start", "end"))
            assert TEXT.encode("utf-16-le")[start:end].decode("utf-16-le") == item["value"]["text"]


def test_a_models_answers_are_predictions_and_peoples_annotations() -> None:
    first = replace(article().attributions[0], confidence=0.75)
    predicted = replace(article(), model="en-1", attributions=(first,))
    assert to_task(predicted)["predictions"][0] | {"result": []} == {
        "model_version": "en-1",
        "score": 0.75,
        "result": [],
    }
    assert "annotations" in to_task(replace(predicted, reviewed_by="ann"))
    assert "annotations" in to_task(replace(predicted, metadata={"annotator": "ann"}))


def test_answers_are_annotations_when_all_of_them_are_reviewed() -> None:
    scored = replace(article(), model="en-1.0", narration=())
    *others, last = (replace(a, reviewed_by="ann") for a in scored.attributions)
    assert "annotations" in to_task(replace(scored, attributions=(*others, last)))
    assert "predictions" in to_task(replace(scored, attributions=(*others, replace(last, reviewed_by=None))))


def test_an_exported_file_has_its_labeling_configuration_beside_it(tmp_path: Path) -> None:
    written = write_labels([article()], tmp_path / "tasks.json", ExportFormat.LABEL_STUDIO)
    assert [path.name for path in written] == ["tasks.json", "tasks.config.xml"]
    config = ET.fromstring(written[1].read_text(encoding="utf-8"))
    controls = {element.get("name") for element in config if element.get("toName")}
    results = json.loads(written[0].read_text(encoding="utf-8"))[0]["annotations"][0]["result"]
    assert {item["from_name"] for item in results if item["type"] != "relation"} <= controls
    assert {element.get("toName") for element in config if element.get("toName")} == {"text"}


def test_added_types_can_be_chosen() -> None:
    config = ET.fromstring(labeling_config(("event", 'a "new" <type>')))
    values = [choice.get("value") for choice in config.findall(".//Choices[@name='claim_type']/Choice")]
    assert values == ["event", 'a "new" <type>']


def test_the_exported_configuration_offers_claim_types_that_were_added(tmp_path: Path) -> None:
    sentence = {"span": span("Bo Ek"), "claim": {"type": "rumour"}}
    added = ArticleResult.from_dict(record(safe(claim={"type": "threat"}), narration=[sentence]))
    _, config_path = write_labels([article(), added], tmp_path / "tasks.json", ExportFormat.LABEL_STUDIO)
    for control in ("claim_type", "secondary"):
        choices = ET.parse(config_path).findall(f".//Choices[@name='{control}']/Choice")
        assert [choice.get("value") for choice in choices][-3:] == ["event", "rumour", "threat"]


def test_metadata_comes_back_and_never_takes_the_place_of_id_and_text(tmp_path: Path) -> None:
    metadata = {"title": "Bridge", "date": "2026-01-02", "byline": "By Eva Ny", "author": "Eva Ny", "outlet": "Post"}
    metadata |= {"publisher": "Post Ltd", "url": "https://post.example/1"}
    odd = replace(article(), metadata=metadata | {"id": "cms-7", "text": "short"})
    write_labels([odd], tmp_path / "tasks.json", ExportFormat.LABEL_STUDIO)
    (back,) = read_annotations([tmp_path / "tasks.json"])
    assert (back.id, back.text) == (odd.id, odd.text)
    assert back.metadata == metadata | {"annotator": "unknown"}


def test_odd_ids_stay_apart() -> None:
    attributions = tuple(replace(a, id="a/b c") for a in article().attributions)
    regions = to_task(replace(article(), attributions=attributions))["annotations"][0]["result"]
    ids = [item["id"] for item in regions if item["type"] == "labels"]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in ids)
