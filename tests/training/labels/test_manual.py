"""The worked examples of docs/labels.md: every format gives the same labels for the same sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from inquit.training.labels import run_check
from inquit.training.labels.findings import RULES

MANUAL = (Path(__file__).parents[3] / "docs" / "labels.md").read_text(encoding="utf-8")
SENTENCE = "🙂 Mayor Ada Lund said the bridge is safe."


def example(heading: str) -> str:
    """The first code block of a section, written to a file of that format."""
    found = re.search(rf"### {heading}\n.*?```\w*\n(.*?)```", MANUAL, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("JSON lines", "labels.jsonl"),
        ("Label Studio", "export.json"),
        ("brat", "bridge.ann"),
        ("CoNLL", "labels.conll"),
        ("CSV", "claims.csv"),
    ],
)
def test_the_example_of_a_format_is_read(tmp_path: Path, heading: str, name: str) -> None:
    content = example(heading)
    if heading == "JSON lines":
        content = json.dumps(json.loads(content))
    (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "bridge.txt").write_text(SENTENCE, encoding="utf-8")
    result = run_check([tmp_path / name])
    assert {f.code for f in result.findings} <= {"kind-assumed"}
    ((attribution,), text) = result.kept[0]["attributions"], result.kept[0]["text"]
    assert [text[start:end] for start, end in attribution["content"]] == ["the bridge is safe"]
    assert attribution["claim"]["type"] == "evaluation"
    if heading != "CSV":
        assert [text[start:end] for start, end in attribution["cue"]] == ["said"]


def test_the_manual_lists_every_rule() -> None:
    rows = [f"| `{code}` | {rule.severity} | {rule.meaning} | {rule.mend} |" for code, rule in RULES.items()]
    assert [row for row in rows if row not in MANUAL] == []
