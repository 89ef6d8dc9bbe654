"""Whatever damage a label file has, a check ends with findings, and the labels that are loaded fit their text."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inquit.models.result import ArticleResult
from inquit.training.labels import ExportFormat, LabelError, load_labels, run_check, write_labels

from .articles import article, other_record, record
from .test_span_tools import doccano, prodigy

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    | st.sampled_from(["event", "t0", "direct", "1", "🙂"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "text"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from places(inner)


@st.composite
def damaged(draw: st.DrawFn, sound: Any) -> Any:
    """A JSON value in which one or two things are replaced or missing."""
    value = copy.deepcopy(sound)
    for _ in range(draw(st.integers(1, 2))):
        container, key = draw(st.sampled_from(list(places(value))))
        if draw(st.booleans()) or isinstance(container, list):
            container[key] = draw(JSON)
        else:
            del container[key]
    return value


def check_holds(content: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        for finding in run_check([path]).findings:
            assert str(finding)
            json.dumps(finding.to_dict())
        try:
            loaded = load_labels([path], drop_bad=True)
        except LabelError:
            return
    for result in loaded:
        assert_fits(result)


def assert_fits(result: ArticleResult) -> None:
    assert result.text is not None
    spans = [span for a in result.attributions for span in (*a.content, *a.cue, *a.source)]
    assert all(span.of(result.text).strip() and span.end <= len(result.text) for span in spans)
    assert all(attribution.content for attribution in result.attributions)
    assert ArticleResult.from_dict(result.to_dict()).attributions == result.attributions


@given(damaged(record(narration=[{"span": [0, 39], "claim": {"type": "event"}}], metadata={"url": "x"})))
@settings(max_examples=100, deadline=None)
def test_damaged_json_lines(labels: Any) -> None:
    lines = [json.dumps(labels), json.dumps(other_record())]
    check_holds("\n".join(lines).encode(), "labels.jsonl")


@given(damaged(prodigy()) | damaged(doccano()))
@settings(max_examples=60, deadline=None)
def test_damaged_json_lines_of_other_tools(task: Any) -> None:
    check_holds(json.dumps(task).encode(), "labels.jsonl")


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_damaged_label_studio_export(data: st.DataObject) -> None:
    check_holds(
        json.dumps(data.draw(damaged(json.loads(_exported(ExportFormat.LABEL_STUDIO, "x.json"))))).encode(), "x.json"
    )


@pytest.mark.parametrize(
    ("export_format", "name"), [(ExportFormat.CONLL, "x.conll"), (ExportFormat.BRAT, "brat/bridge.ann")]
)
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_damaged_lines(export_format: ExportFormat, name: str, data: st.DataObject) -> None:
    lines = _exported(export_format, name).decode().splitlines()
    for _ in range(data.draw(st.integers(1, 2))):
        number = data.draw(st.integers(0, len(lines) - 1))
        lines[number] = data.draw(st.sampled_from(_DAMAGE))(lines[number])
    if export_format is ExportFormat.CONLL:
        check_holds("\n".join(lines).encode(), name)
        return
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bridge.txt").write_bytes((article().text or "").encode())
        (Path(folder) / "bridge.ann").write_bytes("\n".join(lines).encode())
        run_check([Path(folder)])
        try:
            loaded = load_labels([Path(folder)], drop_bad=True)
        except LabelError:
            return
        for result in loaded:
            assert_fits(result)


_DAMAGE: list[Callable[[str], str]] = [
    lambda line: "",
    lambda line: line[: len(line) // 2],
    lambda line: line.replace("\t", " "),
    lambda line: line.replace("1", "9"),
    lambda line: line.replace("T", "E"),
    lambda line: line[::-1],
    lambda line: f"{line}\t{line}",
    lambda line: line.split("\t")[0],
]


def _exported(export_format: ExportFormat, name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name.split("/")[0]
        write_labels([article()], path, export_format)
        return (Path(folder) / name).read_bytes()
