"""The command line as a user calls it, with the shipped model."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from inquit.models.folder import ENCODER, HEADS, MANIFEST, TOKENIZER, WEIGHTS, write_manifest

ROOT = Path(__file__).parent.parent.parent
ARTICLE = "“We will build the bridge,” Mayor Ann Lee said on Monday. She denied that the town was broke.\n"


def inquit(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "inquit.cli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        timeout=120,
    )


def records(output: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def test_a_text_on_stdin_becomes_one_result_in_the_shape_of_the_contract() -> None:
    run = inquit("score", "-", stdin=ARTICLE.encode())
    assert run.returncode == 0, run.stderr
    (record,) = records(run.stdout)
    assert set(record) >= {
        "id",
        "status",
        "text",
        "text_sha256",
        "model",
        "attributions",
        "narration",
        "entities",
        "warnings",
    }
    assert record["text"] == ARTICLE
    first = record["attributions"][0]  # type: ignore[index]
    assert [ARTICLE[s:e] for s, e in first["content"]] == ["“We will build the bridge,”"]
    assert [ARTICLE[s:e] for s, e in first["source"]] == ["Mayor Ann Lee"]
    assert [ARTICLE[s:e] for s, e in first["cue"]] == ["said"]
    assert first["kind"] == "direct"
    assert 0 <= first["confidence"] <= 1


def test_a_file_appears_whole_with_every_record_once(tmp_path: Path) -> None:
    lines = [json.dumps({"id": f"a{i}", "text": ARTICLE}) for i in range(3)]
    lines.insert(1, "{broken")
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    run = inquit("score", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    assert run.returncode == 1
    assert b"4 articles" in run.stderr
    assert f"E_JSON: 1, first {tmp_path / 'in.jsonl'} line 2: ".encode() in run.stderr
    found = records((tmp_path / "out.jsonl").read_bytes())
    assert [record["status"] for record in found] == ["ok", "error", "ok", "ok"]
    assert found[1]["error"]["code"] == "E_JSON"  # type: ignore[index]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_files_that_a_folder_leaves_out_are_in_the_summary(tmp_path: Path) -> None:
    for name in ("a.txt", "b.pdf", "c.md", "d.md"):
        (tmp_path / name).write_text(ARTICLE)
    run = inquit("score", tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stderr.decode().endswith("3 files in folders left out: .md 2, .pdf 1\n")


def test_an_input_is_never_written_over(tmp_path: Path) -> None:
    line = json.dumps({"id": "a", "text": ARTICLE})
    (tmp_path / "a.jsonl").write_text(line)
    run = inquit("score", tmp_path / "a.jsonl", "-o", tmp_path / "a.jsonl")
    assert run.returncode == 2
    assert b"a.jsonl: is the output as well" in run.stderr
    assert (tmp_path / "a.jsonl").read_text() == line
    command = shlex.join([sys.executable, "-m", "inquit.cli", "score", "-", "-o", "a.jsonl"])
    run = subprocess.run(f"{command} < a.jsonl", shell=True, cwd=tmp_path, capture_output=True, check=False)
    assert (run.returncode, b"is the output as well" in run.stderr) == (2, True)
    assert (tmp_path / "a.jsonl").read_text() == line


def test_no_text_leaves_only_the_hash(tmp_path: Path) -> None:
    run = inquit("score", "-", "--no-text", stdin=ARTICLE.encode())
    (record,) = records(run.stdout)
    assert "text" not in record
    assert ARTICLE.strip() not in run.stdout.decode()


def test_a_tab_may_be_written_as_shells_hand_it_over() -> None:
    run = inquit("score", "-", "--input-format", "csv", "--delimiter", r"\t", stdin=b"id\ttext\na\tYes.\n")
    assert run.returncode == 0, run.stderr
    assert [record["id"] for record in records(run.stdout)] == ["a"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["score"], 2, "Missing argument"),
        (["score", "nowhere.txt"], 4, "nowhere.txt: no such file"),
        (["score", "-", "--model", "nowhere"], 3, "there is no model 'nowhere'"),
        (["score", "-", "-o", "no/such/folder/out.jsonl"], 5, "the folder no/such/folder does not exist"),
        (["score", "-", "-o", "out.docx"], 2, "ending in .jsonl"),
        (["score", "-", "--delimiter", ";;"], 2, "wanted one character"),
        (["score", "-", "--max-chars", "1" + "0" * 19], 2, "--max-chars"),
        (["evaluate", "en", "nowhere.jsonl"], 4, "nowhere.jsonl"),
        (["train", "nowhere.toml"], 2, "nowhere.toml"),
        (["model", "verify", "nowhere"], 3, "there is no model"),
    ],
)
def test_a_wrong_call_ends_with_its_code_and_a_sentence(arguments: list[str], code: int, message: str) -> None:
    run = inquit(*arguments, stdin=b"text", NO_COLOR="1", COLUMNS="200")
    assert run.returncode == code
    assert message in run.stderr.decode()
    assert "Traceback" not in run.stderr.decode()


def test_a_full_disk_leaves_no_half_file() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    run = inquit("score", "-", "-o", "/dev/full.jsonl", stdin=ARTICLE.encode())
    assert run.returncode in (0, 5)
    Path("/dev/full.jsonl").unlink(missing_ok=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "-"],
        ["score", "-", "--table"],
        ["model", "list"],
        ["model", "card", "en"],
        ["labels", "check", str(ROOT / "examples" / "labels.jsonl")],
    ],
    ids=" ".join,
)
def test_standard_output_on_a_full_disk_is_an_error(arguments: list[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with open("/dev/full", "wb") as full:
        run = subprocess.run(
            [sys.executable, "-m", "inquit.cli", *arguments],
            input=ARTICLE.encode(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )
    assert run.returncode == 5
    assert b"standard output cannot be written: No space left on device" in run.stderr
    assert b"Traceback" not in run.stderr


def test_a_damaged_model_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(WEIGHTS / "en", folder)
    content = bytearray((folder / "encoder.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "encoder.onnx").write_bytes(content)
    run = inquit("score", "-", "--model", folder, stdin=ARTICLE.encode())
    assert run.returncode == 3
    assert b"encoder.onnx: sha256" in run.stderr
    assert run.stdout == b""


@pytest.mark.parametrize("part", [ENCODER, TOKENIZER, HEADS])
def test_a_part_of_a_model_that_cannot_be_parsed_is_named(tmp_path: Path, part: str) -> None:
    """The manifest matches: the model was made with the broken part."""
    folder = tmp_path / "model"
    shutil.copytree(WEIGHTS / "en", folder)
    (folder / part).write_bytes(b"no part of a model")
    facts = json.loads((folder / MANIFEST).read_text())
    write_manifest(folder, {name: facts[name] for name in facts if name not in ("format_version", "files")})
    run = inquit("score", "-", "--model", folder, stdin=ARTICLE.encode())
    assert run.returncode == 3
    assert f"{part}: cannot be parsed".encode() in run.stderr
    assert b"Traceback" not in run.stderr


def test_output_is_utf8_whatever_the_locale() -> None:
    run = inquit("score", "-", stdin=ARTICLE.encode(), LC_ALL="C", LANG="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert run.returncode == 0
    assert "“We will build the bridge,”" in run.stdout.decode("utf-8")


def test_a_reader_that_closes_early_is_no_traceback(tmp_path: Path) -> None:
    """B27"""
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps({"text": ARTICLE * 50}) for _ in range(20)))
    command = f"{sys.executable} -m inquit.cli score {tmp_path}/in.jsonl | head -c 10"
    run = subprocess.run(
        command, shell=True, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}
    )
    assert b"Traceback" not in run.stderr
    assert b"Exception ignored" not in run.stderr


def test_models_are_listed_shown_and_verified() -> None:
    assert b"en\ten-" in inquit("model", "list").stdout
    assert b"## Limits" in inquit("model", "card", "en").stdout
    run = inquit("model", "verify", "en")
    assert run.returncode == 0
    assert b"files as the manifest says" in run.stdout


def test_every_verb_has_help_with_an_example() -> None:
    for verb in (["score"], ["evaluate"], ["train"], ["model", "list"], ["model", "card"], ["model", "verify"]):
        run = inquit(*verb, "--help")
        assert run.returncode == 0
        assert b"Example: inquit " in run.stdout
