"""Runs of `inquit score` in trouble: killed, interrupted, locked out, out of disk space or time, with damaged parts."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inquit.inference.batch.errors import UsageError
from inquit.inference.batch.folder import MANIFEST, OutputFolder, locked
from inquit.inference.batch.options import OutputFormat
from inquit.inference.writers import open_atomically, read_results
from inquit.models.folder import WEIGHTS, read_manifest, write_manifest

ROOT = Path(__file__).parent.parent.parent.parent
SAID = "“We will build bridge {i},” Mayor Ann Lee said on Monday. She denied that the town was broke.\n"
LONG = "The committee met in the old town hall and looked at the plans, Ann Lee said. " * 20_000
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1", "COLUMNS": "200", "PYTHONUNBUFFERED": ""}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "inquit.cli", "score", *map(str, arguments)]


def score(
    *arguments: str | Path, limit: tuple[int, int] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command; ``limit`` is a resource and how much of it each process may use."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        check=False,
        text=True,
        env={**ENVIRONMENT, **environment},
        timeout=120,
        preexec_fn=None if limit is None else lambda: resource.setrlimit(limit[0], (limit[1], limit[1])),
    )


def write_articles(path: Path, n: int, *, n_repeats: int = 3, **others: str) -> Path:
    texts = {f"a{i}": SAID.format(i=i) * n_repeats for i in range(n)} | others
    path.write_text("".join(json.dumps({"id": id_, "text": text}) + "\n" for id_, text in texts.items()))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def manifest(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    return read


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def run_until(is_reached: Callable[[], bool], *arguments: str | Path, send: signal.Signals) -> tuple[int, str]:
    """Start the command and send it a signal once a condition holds; returns exit code and standard error."""
    # If a shell runs the tests in the background, they and the processes they start would ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command(*arguments), stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not is_reached() and process.poll() is None:
        assert time.monotonic() < deadline
    if send is signal.SIGINT:
        os.killpg(process.pid, send)  # as a terminal does
    else:
        process.send_signal(send)
    _, errors = process.communicate(timeout=60)
    wait_for_end_of_group(process.pid)
    return process.returncode, errors


def wait_for_end_of_group(group: int) -> None:
    """No worker outlives its run."""
    deadline = time.monotonic() + 30
    while True:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        assert time.monotonic() < deadline, "a worker is still there"


def has_parts(folder: Path, n: int) -> Callable[[], bool]:
    return lambda: len(list(folder.glob("part-*"))) >= n


@pytest.mark.parametrize("output_format", ["jsonl", "parquet"])
def test_a_run_that_is_killed_twice_ends_with_the_bytes_of_one_that_was_not(tmp_path: Path, output_format: str) -> None:
    """D1, D8, D13: nothing lost or duplicated, with one worker or two, whatever the killed runs left behind."""
    articles = write_articles(tmp_path / "in.jsonl", 40)
    call = (articles, "--format", output_format, "--part-size", "5")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert score(*call, "-o", whole, "--workers", "1").returncode == 0
    for n_parts in (2, 4):
        code, _ = run_until(has_parts(broken, n_parts), *call, "-o", broken, "--workers", "2", send=signal.SIGKILL)
        assert code == -signal.SIGKILL
        assert len(list(broken.glob("part-*"))) < 8
    (broken / ".tmp-part-000004.jsonl").write_bytes(b"half a part")
    run = score(*call, "-o", broken, "--workers", "2")
    assert run.returncode == 0, run.stderr
    assert "scored before" in run.stderr
    assert contents(broken) == contents(whole)
    assert [result.id for result in read_results(broken)] == [f"a{i}" for i in range(40)]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path, sent: signal.Signals) -> None:
    """D2"""
    articles, output = write_articles(tmp_path / "in.jsonl", 40), tmp_path / "out"
    code, errors = run_until(has_parts(output, 1), articles, "-o", output, "--part-size", "5", send=sent)
    assert code == 130
    assert "give the same command again to continue" in errors
    assert "Traceback" not in errors
    assert manifest(output)["status"] == "interrupted"
    assert not list(output.glob(".tmp-*"))


def test_an_article_that_kills_its_worker_is_one_error_record(tmp_path: Path) -> None:
    """D3: each worker is killed after three seconds of processor time; the long article needs more."""
    articles = write_articles(tmp_path / "in.jsonl", 10, long=LONG)
    articles.write_text(articles.read_text() + json.dumps({"id": "last", "text": SAID}))
    run = score(articles, "-o", tmp_path / "out.jsonl", "--workers", "1", limit=(resource.RLIMIT_CPU, 3))
    assert run.returncode == 1, run.stderr
    assert "E_WORKER_DIED: 1" in run.stderr
    results = list(read_results(tmp_path / "out.jsonl"))
    assert [result.id for result in results] == [*(f"a{i}" for i in range(10)), "long", "last"]
    assert [result.id for result in results if result.error] == ["long"]


def test_an_article_that_takes_too_long_is_one_error_record_and_can_be_retried(tmp_path: Path) -> None:
    """D4, D11: what failed is scored again only on request; the rest is kept."""
    slow = LONG[:150_000]
    articles = write_articles(tmp_path / "in.jsonl", 10, slow=slow)
    call = (articles, "-o", tmp_path / "out", "--part-size", "4")
    run = score(*call, "--timeout", "2")
    assert run.returncode == 1, run.stderr
    failed = [result for result in read_results(tmp_path / "out") if result.error]
    assert [(result.id, result.error and result.error.code) for result in failed] == [("slow", "E_TIMEOUT")]
    assert "--timeout allows more" in (failed[0].error.message if failed[0].error else "")
    again = score(*call)
    assert again.returncode == 1
    assert "11 of them scored before" in again.stderr
    retried = score(*call, "--retry-failed")
    assert retried.returncode == 0, retried.stderr
    assert "8 of them scored before" in retried.stderr
    results = list(read_results(tmp_path / "out"))
    assert [result.id for result in results] == [*(f"a{i}" for i in range(10)), "slow"]
    assert all(result.status == "ok" for result in results)


def test_a_full_disk_ends_the_run_and_leaves_what_is_finished(tmp_path: Path) -> None:
    """D5: no file may exceed 40,000 bytes, as if the disk were full then."""
    articles = write_articles(tmp_path / "in.jsonl", 8, big=SAID * 300)
    call = (articles, "-o", tmp_path / "out", "--part-size", "4")
    run = score(*call, limit=(resource.RLIMIT_FSIZE, 40_000))
    assert run.returncode == 5
    assert "part-000002.jsonl: cannot be written" in run.stderr
    assert sorted(contents(tmp_path / "out")) == [MANIFEST, "part-000000.jsonl", "part-000001.jsonl"]
    assert score(*call).returncode == 0
    assert len(list(read_results(tmp_path / "out"))) == 9


def test_a_run_whose_first_part_is_alone_goes_on(tmp_path: Path) -> None:
    """D1, D5: killed, or out of disk, between the first part and the manifest."""
    articles = write_articles(tmp_path / "in.jsonl", 4)
    call = (articles, "-o", tmp_path / "out", "--part-size", "2")
    code, _ = run_until(has_parts(tmp_path / "out", 1), *call, send=signal.SIGKILL)
    assert code == -signal.SIGKILL
    first = (tmp_path / "out" / "part-000000.jsonl").read_bytes()
    assert manifest(tmp_path / "out")["status"] == "running"
    assert score(*call).returncode == 0
    assert (tmp_path / "out" / "part-000000.jsonl").read_bytes() == first


def test_a_folder_is_marked_before_its_first_part(tmp_path: Path) -> None:
    """D1: else a part without a manifest would be one of unknown origin, and the run could not go on."""
    OutputFolder(tmp_path, OutputFormat.JSONL, {"model": "m"}).open()
    (tmp_path / "part-000000.jsonl").write_bytes(b"{}\n")
    OutputFolder(tmp_path, OutputFormat.JSONL, {"model": "m"}).open()
    with pytest.raises(UsageError, match="a different call"):
        OutputFolder(tmp_path, OutputFormat.JSONL, {"model": "other"}).open()


@pytest.mark.parametrize(
    ("closed", "call", "code", "message"),
    [
        (1, ["in.jsonl"], 5, "standard output cannot be written"),
        (1, ["in.jsonl", "-o", "out.jsonl"], 0, "2 articles"),
        (2, ["in.jsonl", "-o", "out.jsonl"], 0, ""),
        (0, ["-", "-o", "out.jsonl"], 4, "standard input is closed"),
    ],
)
def test_a_closed_descriptor_is_no_traceback(
    tmp_path: Path, closed: int, call: list[str], code: int, message: str
) -> None:
    """B27: as daemons close them."""
    write_articles(tmp_path / "in.jsonl", 2)
    run = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}{"<" if closed == 0 else ">"}&-', "sh", *command(*call)],
        capture_output=True,
        check=False,
        text=True,
        env=ENVIRONMENT,
        cwd=tmp_path,
        timeout=120,
    )
    assert (run.returncode, message in run.stderr, "Traceback" in run.stderr) == (code, True, False), run.stderr
    assert run.stdout == ""
    assert (tmp_path / "out.jsonl").exists() == (code == 0)


@pytest.mark.parametrize("output", ["out.jsonl", "out"])
def test_messages_that_cannot_be_written_cost_no_results(tmp_path: Path, output: str) -> None:
    """D1: the disk of the log is full, that of the results is not."""
    write_articles(tmp_path / "in.jsonl", 2)
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            command("in.jsonl", "-o", output), check=False, stderr=full, env=ENVIRONMENT, cwd=tmp_path, timeout=120
        )
    assert run.returncode == 0
    assert len(list(read_results(tmp_path / output))) == 2


@pytest.mark.parametrize(
    ("output", "code", "message"),
    [
        ("no/such/out.jsonl", 5, "no/such does not exist"),
        ("file", 5, "cannot be created or opened as a folder"),
        ("file/out", 5, "cannot be created or opened as a folder"),
        ("x" * 300, 5, "cannot be created or opened as a folder"),
        ("out.docx", 2, "wanted a file ending in .jsonl, .csv, .parquet, or a folder"),
    ],
)
def test_output_that_cannot_be_written_is_found_before_the_model_is_looked_for(
    tmp_path: Path, output: str, code: int, message: str
) -> None:
    """D6"""
    (tmp_path / "file").write_text("")
    run = score(write_articles(tmp_path / "in.jsonl", 1), "-o", tmp_path / output, "--model", "nowhere")
    assert (run.returncode, message in run.stderr) == (code, True), run.stderr


def test_a_second_run_into_one_output_is_locked_out(tmp_path: Path) -> None:
    """D7: by a lock that ends with the process that holds it."""
    articles = write_articles(tmp_path / "in.jsonl", 1)
    with locked(tmp_path / "out"), open_atomically(tmp_path / "out.jsonl"):
        for output in ("out", "out.jsonl"):
            run = score(articles, "-o", tmp_path / output)
            assert run.returncode == 6
            assert "another process is writing" in run.stderr
    assert score(articles, "-o", tmp_path / "out.jsonl").returncode == 0


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that contains an input and its finished output."""
    folder = tmp_path_factory.mktemp("finished")
    assert score(write_articles(folder / "in.jsonl", 9), "-o", folder / "out", "--part-size", "3").returncode == 0
    return folder


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished output; the input stays where it was."""
    shutil.copytree(finished / "out", tmp_path / "out")
    return tmp_path / "out"


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [damage, Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-100])])
def test_a_part_that_is_damaged_is_made_again(finished: Path, copied: Path, spoil: Callable[[Path], object]) -> None:
    """D9"""
    before = contents(copied)
    spoil(copied / "part-000001.jsonl")
    run = score(finished / "in.jsonl", "-o", copied, "--part-size", "3")
    assert run.returncode == 0, run.stderr
    assert "6 of them scored before" in run.stderr
    assert contents(copied) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--min-confidence", "0.5"], "min_confidence"),
        (["--part-size", "4"], "part_size"),
        (["--format", "csv"], "format"),
        (["--no-text"], "with_text"),
    ],
)
def test_a_folder_of_another_call_is_refused(finished: Path, copied: Path, change: list[str], message: str) -> None:
    """D10, C5"""
    before = contents(copied)
    run = score(finished / "in.jsonl", "-o", copied, "--part-size", "3", *change)
    assert run.returncode == 2
    assert "contains the results of a different call" in run.stderr
    assert message in run.stderr
    assert contents(copied) == before


def test_a_folder_of_another_model_or_of_unknown_origin_is_refused(
    finished: Path, copied: Path, tmp_path: Path
) -> None:
    """D10: a different version in the manifest makes it a different model."""
    shutil.copytree(WEIGHTS / "en", tmp_path / "model")
    facts = dict(read_manifest(tmp_path / "model").data) | {"version": "1.0.1"}
    write_manifest(tmp_path / "model", {name: facts[name] for name in facts.keys() - {"format_version", "files"}})
    run = score(finished / "in.jsonl", "-o", copied, "--part-size", "3", "--model", tmp_path / "model")
    assert (run.returncode, "that one had {'model'" in run.stderr) == (2, True), run.stderr
    (copied / MANIFEST).unlink()
    run = score(finished / "in.jsonl", "-o", copied, "--part-size", "3")
    assert (run.returncode, "contains parts but no _manifest.json" in run.stderr) == (2, True)


def test_other_inputs_in_the_same_folder_are_refused(finished: Path, copied: Path, tmp_path: Path) -> None:
    """C5"""
    run = score(write_articles(tmp_path / "other.jsonl", 1), "-o", copied, "--part-size", "3")
    assert (run.returncode, "inputs" in run.stderr) == (2, True)


def test_a_changed_input_gives_what_a_fresh_run_gives(tmp_path: Path) -> None:
    """C6: rows are inserted, removed, changed and moved; then only one is left."""
    articles = write_articles(tmp_path / "in.jsonl", 9)
    lines = articles.read_text().splitlines(keepends=True)
    call = (articles, "--part-size", "3", "-o")
    assert score(*call, tmp_path / "out").returncode == 0
    new, changed = json.dumps({"id": "new", "text": "Yes."}) + "\n", lines[4].replace("build", "burn")
    articles.write_text("".join([new, *lines[:4], changed, *lines[6:][::-1]]))
    assert score(*call, tmp_path / "out").returncode == score(*call, tmp_path / "fresh").returncode == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")
    articles.write_text(lines[2])
    assert score(*call, tmp_path / "out").returncode == 0
    assert [result.id for result in read_results(tmp_path / "out")] == ["a2"]


def test_a_run_needs_no_home_and_no_locale(tmp_path: Path) -> None:
    """D12, D16"""
    articles = write_articles(tmp_path / "in.jsonl", 2)
    run = score(articles, "-o", tmp_path / "out.csv", HOME="/nowhere", LC_ALL="C", TZ="Asia/Kolkata", TMPDIR="/nowhere")
    assert run.returncode == 0, run.stderr
    rows = read_csv(tmp_path / "out.csv")
    assert rows[0]["article_id"] == "a0"
    assert rows[0]["content"].startswith("“We will build")


def test_every_format_holds_the_same_results(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "in.jsonl", 3)
    for name in ("out.jsonl", "out.parquet", "out.csv"):
        assert score(articles, "-o", tmp_path / name).returncode == 0
    from_jsonl = list(read_results(str(tmp_path / "out.jsonl")))
    assert list(read_results(tmp_path / "out.parquet")) == from_jsonl
    rows = read_csv(tmp_path / "out.csv")
    assert [row["content"] for row in rows if row["content"]] == [
        " … ".join(span.of(result.text or "") for span in attribution.content)
        for result in from_jsonl
        for attribution in result.attributions
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nowhere.txt"], 4, "nowhere.txt: no such file"),
        ([""], 4, "an empty name; is a variable not set?"),
        (["good.jsonl", "-o", f"{'x' * 300}.jsonl"], 5, "File name too long"),
        (["*.nothing"], 4, "no glob that matches any"),
        (["empty"], 4, "contains no file ending in"),
        (["link.txt"], 4, "a broken link"),
        (["blank.jsonl"], 4, "found 0 articles"),
        (["blank.jsonl", "--allow-empty"], 0, "0 articles"),
        (["empty", "--allow-empty"], 0, "0 articles"),
        (["twice.jsonl"], 2, "duplicate ids: 'a'"),
        (["twice.jsonl", "--dup-ids", "suffix"], 0, "2 articles"),
        (["bad.jsonl"], 1, "E_JSON: 2"),
        (["bad.jsonl", "--max-errors", "2"], 1, "E_JSON: 2"),
        (["bad.jsonl", "--max-errors", "1"], 1, "stopped: 2 articles failed, --max-errors allows 1"),
        (["bad.jsonl", "--fail-on-error"], 1, "stopped: 1 article failed, --max-errors allows 0\n  bad.jsonl line 1: "),
        (["good.jsonl", "--retry-failed"], 2, "--retry-failed needs a folder"),
        (["good.jsonl", "--format", "parquet"], 2, "cannot be written to standard output"),
        (["good.jsonl", "--text-field", "body"], 2, "has no 'body'"),
        (
            ["good.jsonl", "table.csv"],
            2,
            "has no 'text', it has 'body'; name the right one with --text-field, or leave",
        ),
        (["null.jsonl"], 1, "null.jsonl line 1: 'text' is null"),
        (["latin.jsonl"], 1, "latin.jsonl line 2: not UTF-8: byte 0xe9 at byte 13 of the file"),
        (["good.jsonl", "-o", "no/out.jsonl"], 5, "-o no/out.jsonl: the folder no does not exist"),
    ],
)
def test_exit_codes_are_those_of_the_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    """B1, C1, K6"""
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("link.txt").symlink_to("nowhere")
    Path("blank.jsonl").write_text("\n")
    Path("good.jsonl").write_text('{"id": "a", "text": "Yes."}\n')
    Path("twice.jsonl").write_text('{"id": "a", "text": "Yes."}\n' * 2)
    Path("table.csv").write_text("body\nYes.\n")
    Path("null.jsonl").write_text('{"text": null}\n')
    Path("latin.jsonl").write_bytes(b'{}\n{"text": "\xe9"}\n')
    Path("bad.jsonl").write_text('{\n{"id": "a", "text": "Yes."}\n}\n')
    run = score(*arguments)
    assert (run.returncode, message in run.stderr, "Traceback" in run.stderr) == (code, True, False), run.stderr


def test_a_log_holds_no_text_of_an_article(tmp_path: Path) -> None:
    """K7"""
    secret = "Zanzibar"
    (tmp_path / "in.jsonl").write_text(f'{{"id": "a", "text": "{secret}\n{{"id": "b", "text": "\\ud83d {secret}"}}\n')
    run = score(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    assert run.returncode == 1
    assert secret not in run.stderr
    assert secret not in (tmp_path / "out.jsonl").read_text()
