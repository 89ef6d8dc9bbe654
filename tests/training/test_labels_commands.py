"""`inquit labels` and `inquit queue` as a user calls them: output, files and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from inquit.cli import app
from inquit.inference.writers import open_atomically
from tests.training.labels.articles import TEXT, doubled, hold, other_record, record, safe, write_jsonl

EXAMPLES = Path(__file__).parents[2] / "examples" / "labels.jsonl"
SWAPPED = record(safe(content=[[38, 20]]), hold(), doubled())


def inquit(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_clean_labels_exit_with_0() -> None:
    run = inquit("labels", "check", EXAMPLES)
    assert run.exit_code == 0, run.output
    assert "0 errors, 0 warnings" in run.stderr


def test_findings_exit_with_1_and_are_printed_one_a_line(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "labels.jsonl", SWAPPED)
    run = inquit("labels", "check", path)
    assert run.exit_code == 1
    first = run.stdout.splitlines()[0]
    assert first.startswith(f"{path} line 1: error [span-swapped] attributions[0] content: ")
    assert first.endswith("--fix makes it [20, 38]")


def test_json_findings_are_one_object_a_line(tmp_path: Path) -> None:
    run = inquit("labels", "check", write_jsonl(tmp_path / "labels.jsonl", SWAPPED), "--json")
    findings = [json.loads(line) for line in run.stdout.splitlines()]
    assert [f["code"] for f in findings] == ["span-swapped", *["few-examples"] * 3]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["labels", "check", "nowhere.jsonl"], 4, "nowhere.jsonl: no such file or folder"),
        (["labels", "check", "labels.doc"], 4, "wanted a file ending in"),
        (["labels", "check", "labels.jsonl", "--format", "excel"], 2, "--format excel: wanted one of ['jsonl',"),
        (["labels", "check", "labels.jsonl", "--rename", "rule"], 2, "--rename rule: wanted OLD=NEW"),
        (["labels", "check", "labels.jsonl", "--held-out", "no.jsonl"], 4, "no.jsonl: no such file"),
        (["labels", "check", "labels.jsonl", "--fix", "no/such/out.jsonl"], 5, "cannot be written"),
        (["labels", "export", "labels.jsonl", "-o", "x", "--format", "csv"], 2, "--format csv: wanted one of"),
        (["labels", "export", "labels.jsonl", "-o", ".", "--format", "conll"], 5, "is a folder"),
        (["labels", "agreement", "labels.jsonl"], 4, "no article is labelled twice"),
        (["queue", "nowhere.jsonl"], 4, "inquit: nowhere.jsonl: No such file or directory"),
        (["queue", "."], 4, "no file is named part-*"),
        (["queue", "labels.jsonl", "--labelled", "labels.jsonl"], 4, "holds no article to label"),
    ],
)
def test_a_wrong_call_says_what_was_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], exit_code: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_jsonl(tmp_path / "labels.jsonl", record(), other_record())
    (tmp_path / "labels.doc").touch()
    run = inquit(*arguments)
    assert run.exit_code == exit_code, run.output
    assert message in run.stderr


def test_fix_writes_a_mended_copy_and_leaves_the_file(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "labels.jsonl", SWAPPED, other_record(), {**other_record(id="b"), "note": "kept"})
    before = path.read_bytes()
    run = inquit("labels", "check", path, "--fix", tmp_path / "mended.jsonl")
    assert run.exit_code == 1  # near-duplicates and single examples remain
    mended = lines(tmp_path / "mended.jsonl")
    assert mended[0]["attributions"][0]["content"] == [[20, 38]]
    assert mended[2]["note"] == "kept"
    assert path.read_bytes() == before
    assert "3 articles, 1 repair," in run.stderr


def test_fix_exits_with_0_where_all_is_mended(tmp_path: Path) -> None:
    examples = lines(EXAMPLES)
    content = examples[0]["attributions"][0]["content"][0]
    content.reverse()
    run = inquit("labels", "check", write_jsonl(tmp_path / "a.jsonl", *examples), "--fix", tmp_path / "b.jsonl")
    assert run.exit_code == 0, run.output
    assert inquit("labels", "check", tmp_path / "b.jsonl").exit_code == 0


@pytest.mark.parametrize(
    "command",
    [
        ["labels", "check", "a.jsonl", "--fix", "a.jsonl"],
        ["labels", "check", "a.jsonl", "--held-out", "b.jsonl", "--fix", "b.jsonl"],
        ["labels", "import", "a.jsonl", "--articles", "b.jsonl", "-o", "b.jsonl"],
        ["labels", "export", "a.jsonl", "--format", "conll", "-o", "a.jsonl"],
        ["labels", "agreement", "b.jsonl", "a.jsonl", "-o", "a.jsonl"],
        ["queue", "a.jsonl", "-o", "a.jsonl"],
        ["queue", "a.jsonl", "--labelled", "b.jsonl", "-o", "b.jsonl"],
        ["evaluate", "en", "a.jsonl", "--json", "a.jsonl"],
        ["evaluate", "-", "a.jsonl", "--predictions", "b.jsonl", "--json", "b.jsonl"],
        ["compare", "en", "en", "a.jsonl", "--json", "a.jsonl"],
        ["compare", "en", "en", "a.jsonl", "--html", "a.jsonl"],
    ],
)
def test_no_command_writes_over_what_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    files = [write_jsonl(tmp_path / name, record(), other_record()) for name in ("a.jsonl", "b.jsonl")]
    before = [path.read_bytes() for path in files]
    run = inquit(*command)
    assert (run.exit_code, f"{command[-1]}: is the output as well" in run.stderr) == (2, True)
    assert [path.read_bytes() for path in files] == before


def test_a_terminal_is_not_sent_control_characters(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "labels.jsonl", record(safe(kind="\x1b[31m\u202e")))
    assert not {"\x1b", "\u202e"} & set(inquit("labels", "check", path).stdout)


@pytest.mark.parametrize(
    ("export_format", "name"),
    [("label-studio", "tasks.json"), ("brat", "brat"), ("conll", "labels.conll"), ("jsonl", "copy.jsonl")],
)
def test_what_is_exported_can_be_imported(tmp_path: Path, export_format: str, name: str) -> None:
    assert inquit("labels", "export", EXAMPLES, "-o", tmp_path / name, "--format", export_format).exit_code == 0
    run = inquit("labels", "import", tmp_path / name, "-o", tmp_path / "back.jsonl")
    assert run.exit_code == 0, run.output
    contents = [sorted(a["content"] for a in article["attributions"]) for article in lines(tmp_path / "back.jsonl")]
    examples = sorted(lines(EXAMPLES), key=lambda article: article["id"]) if name == "brat" else lines(EXAMPLES)
    assert contents == [sorted(a["content"] for a in article["attributions"]) for article in examples]


@pytest.mark.parametrize(
    "command", [["labels", "export", "--format", "label-studio"], ["labels", "export", "--format", "brat"], ["queue"]]
)
def test_an_attribution_without_content_is_refused(tmp_path: Path, command: list[str]) -> None:
    path = write_jsonl(tmp_path / "labels.jsonl", record(safe(content=[])))
    run = inquit(*command, path, "-o", tmp_path / "out.json")
    assert (run.exit_code, "attribution 't0' has no content" in run.stderr) == (4, True), run.output


def test_an_export_to_brat_warns_of_what_nobody_reviewed(tmp_path: Path) -> None:
    answers = [record(id="a", model="en-1"), record(id="b", model="en-1", reviewed_by="ann")]
    for names, expected in (("ab", True), ("b", False)):
        path = write_jsonl(tmp_path / "results.jsonl", *answers[-len(names) :])
        run = inquit("labels", "export", path, "--format", "brat", "-o", tmp_path / names)
        assert (run.exit_code, "1 of them with answers that nobody reviewed" in run.stderr) == (0, expected)


def test_an_export_that_another_process_writes_is_locked(tmp_path: Path) -> None:
    output = tmp_path / "tasks.json"
    with open_atomically(output):
        run = inquit("labels", "export", EXAMPLES, "--format", "label-studio", "-o", output)
    assert (run.exit_code, "another process is writing it" in run.stderr) == (6, True)


@pytest.mark.parametrize("export_format", ["web-annotation", "schema-org"])
def test_linked_data_is_json(tmp_path: Path, export_format: str) -> None:
    assert inquit("labels", "export", EXAMPLES, "-o", tmp_path / "x.jsonld", "--format", export_format).exit_code == 0
    assert json.loads((tmp_path / "x.jsonld").read_text(encoding="utf-8"))["@context"]


def test_import_refuses_errors_unless_they_may_be_dropped(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "labels.jsonl", record(safe(content=[[5, 999]]), hold()), other_record())
    output = tmp_path / "out.jsonl"
    run = inquit("labels", "import", path, "-o", output)
    assert (run.exit_code, output.exists()) == (1, False)
    assert "[span-outside]" in run.stdout
    run = inquit("labels", "import", path, "-o", output, "--drop-bad")
    assert (run.exit_code, len(lines(output))) == (0, 2)
    assert "2 articles, 1 label left out" in run.stderr


def test_agreement_is_a_table_and_disagreements_a_file(tmp_path: Path) -> None:
    ann = write_jsonl(tmp_path / "ann.jsonl", record(), other_record())
    ben = write_jsonl(tmp_path / "ben.jsonl", record(safe(), hold(speaker=None)), other_record())
    run = inquit("labels", "agreement", ann, ben, "-o", tmp_path / "disagreements.jsonl")
    assert run.exit_code == 0, run.output
    assert "2 articles" in run.stdout
    assert [d["what"] for d in lines(tmp_path / "disagreements.jsonl")] == ["speaker", "attribution"]
    measured = json.loads(inquit("labels", "agreement", ann, ben, "--json").stdout)
    assert measured["labels"]["type"] == {"n": 3, "share": 1.0, "kappa": 1.0}


def test_a_span_beyond_the_text_is_refused(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "results.jsonl", record(safe(content=[[0, 9999]]), model="en-1"))
    run = inquit("queue", path, "-o", tmp_path / "out.json")
    assert (run.exit_code, "attribution 't0' ends at 9999, beyond" in run.stderr) == (4, True), run.output


def test_agreement_does_not_propose_an_option_that_it_has_not(tmp_path: Path) -> None:
    run = inquit("labels", "agreement", write_jsonl(tmp_path / "ann.jsonl", SWAPPED, other_record()))
    assert (run.exit_code, "[span-swapped]" in run.stderr, "--drop-bad" in run.stderr) == (4, True, False)


def test_the_queue_is_label_studio_tasks_and_always_the_same(tmp_path: Path) -> None:
    predicted = [record(safe(confidence=c), id=f"a{c}", text=TEXT, model="en-1") for c in (0.9, 0.6, 0.7)]
    path = write_jsonl(tmp_path / "results.jsonl", *predicted)
    written = []
    for name in ("first.json", "second.json"):
        run = inquit("queue", path, "-n", "2", "--diversity", "0", "-o", tmp_path / name)
        assert run.exit_code == 0, run.output
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    tasks = json.loads(written[0])
    assert [(task["data"]["id"], task["data"]["rank"]) for task in tasks] == [("a0.6", 1), ("a0.7", 2)]
    assert all(task["predictions"][0]["model_version"] == "en-1" for task in tasks)
    assert (tmp_path / "first.config.xml").is_file()


def test_the_queue_leaves_out_what_people_labelled_not_what_a_model_answered(tmp_path: Path) -> None:
    answered = [record(safe(confidence=0.7), id=id_, text=TEXT, model="en-1") for id_ in ("a", "b")]
    path = write_jsonl(tmp_path / "results.jsonl", *answered)
    labelled = write_jsonl(tmp_path / "labelled.jsonl", answered[0], answered[1] | {"reviewed_by": "Ann"})
    run = inquit("queue", path, "--labelled", labelled, "-o", tmp_path / "tasks.json")
    assert run.exit_code == 0, run.output
    assert [task["data"]["id"] for task in json.loads((tmp_path / "tasks.json").read_bytes())] == ["a"]


def test_the_tasks_of_a_queue_can_be_given_the_types_that_a_retrained_model_added(tmp_path: Path) -> None:
    claim = {"type": "event", "probabilities": {"event": 0.9, "threat": 0.1}}
    path = write_jsonl(tmp_path / "results.jsonl", record(safe(confidence=0.5, claim=claim), model="en-1"))
    assert inquit("queue", path, "-o", tmp_path / "tasks.json").exit_code == 0
    assert '<Choice value="threat"/>' in (tmp_path / "tasks.config.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command", [["labels", name] for name in ("check", "import", "export", "agreement")] + [["queue"]]
)
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    assert "Example: inquit " in " ".join(inquit(*command, "--help").stdout.replace("│", " ").split())
