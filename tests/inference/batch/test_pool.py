"""Worker processes: how many threads they use, what they leave behind, what progress is shown meanwhile."""

from __future__ import annotations

import json
import multiprocessing
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from inquit.inference.batch import progress
from inquit.inference.batch.errors import BatchError
from inquit.inference.batch.folder import take_over
from inquit.inference.batch.language import looks_foreign
from inquit.inference.batch.options import OutputFormat, ReadOptions
from inquit.inference.batch.pool import Work, WorkerPool
from inquit.inference.batch.readers import Inputs
from inquit.inference.batch.record import Place, Record, key_of
from inquit.inference.batch.result_files import new_writer
from inquit.inference.batch.run import Monitor
from inquit.inference.batch.scoring import ScoreOptions
from inquit.inference.batch.seen_ids import SeenIds
from inquit.inference.batch.summary import Counts, Summary
from inquit.inference.batch.worker import ModelChoice
from inquit.inference.writers import open_atomically
from inquit.models.folder import ModelError, verify

SAID = "“We will build the bridge,” Mayor Ann Lee said on Monday. She denied that the town was broke.\n"


def works(n: int) -> Iterator[Work]:
    for i in range(n):
        yield Work(Record(f"a{i}", Place("in.jsonl", "line", i + 1), SAID * (i % 3)))


@pytest.fixture(scope="module")
def choice() -> ModelChoice:
    manifest = verify("en")
    return ModelChoice(str(manifest.folder), manifest.fingerprint)


def n_threads(pid: int | None) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("Threads:")[1].split()[0])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_worker_computes_in_one_thread_and_a_killed_one_is_replaced(choice: ModelChoice) -> None:
    """D3, D17: a worker's other threads only wait, for its parent to end or for files."""
    with WorkerPool(1, choice, ScoreOptions(), time_limit=60) as pool:
        answers = pool.answer(works(20))
        first = next(answers)
        (worker,) = multiprocessing.active_children()
        assert n_threads(worker.pid) <= 3
        worker.kill()
        rest = list(answers)
    assert [work.record.id for work, _ in (first, *rest)] == [f"a{i}" for i in range(20)]
    assert all(json.loads(line)["status"] == "ok" for _, line in rest)
    assert not multiprocessing.active_children()


def test_a_stopped_pool_leaves_no_process(choice: ModelChoice) -> None:
    with WorkerPool(2, choice, ScoreOptions(), time_limit=60) as pool:
        next(pool.answer(works(50)))
        assert multiprocessing.active_children()
    assert not multiprocessing.active_children()


def test_a_worker_that_cannot_load_the_model_ends_the_run(choice: ModelChoice) -> None:
    """E14: a model that has changed since the run began is a different model."""
    changed = ModelChoice(choice.folder, "0" * 64)
    with pytest.raises(ModelError, match="expected"), WorkerPool(1, changed, ScoreOptions(), time_limit=60) as pool:
        list(pool.answer(works(1)))


def test_a_worker_that_ends_by_itself_is_told_with_its_exit_code(choice: ModelChoice) -> None:
    broken = ModelChoice(choice.folder, 7)  # type: ignore[arg-type]
    with WorkerPool(1, broken, ScoreOptions(), time_limit=60) as pool, pytest.raises(BatchError, match="exit code 1 "):
        list(pool.answer(works(1)))


def test_what_has_its_answer_needs_no_worker(choice: ModelChoice) -> None:
    stored = [Work(work.record, b"stored\n") for work in works(5)]
    with WorkerPool(1, choice, ScoreOptions(), time_limit=60) as pool:
        assert [line for _, line in pool.answer(stored)] == [b"stored\n"] * 5
        assert not multiprocessing.active_children()


def test_a_result_is_taken_over_only_for_the_same_article() -> None:
    """C6"""
    record = Record("a", Place("in.jsonl", "line", 7), "Yes.", {"title": "T"})
    result = {"id": "a", "metadata": {"title": "T"}, "status": "ok", "input": {"path": "old", "sha256": record.sha256}}
    stored = {key_of("a", record.sha256): result}
    line = take_over(record, stored)
    assert line is not None
    assert json.loads(line)["input"] == {"path": "in.jsonl", "line": 7, "sha256": record.sha256}
    for other in (
        Record("b", record.place, "Yes.", {"title": "T"}),
        Record("a", record.place, "No.", {"title": "T"}),
        Record("a", record.place, "Yes.", {"title": "U"}),
    ):
        assert take_over(other, stored) is None


def test_progress_is_plain_lines_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """D18"""
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", 0.0)
    summary = Summary()
    with progress.show_progress(4) as on_progress:
        for status in ("ok", "error"):
            summary.add({"status": status, "warnings": [], "attributions": []})
            on_progress(1, summary)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("1 of 4 articles, ")
    assert "1 errors, 0:00:00 left" in second


def test_counts_survive_the_manifest() -> None:
    counts = Counts()
    counts.add({"status": "error", "warnings": ["W_LANG"], "attributions": [], "error": {"code": "E_JSON"}})
    counts.add({"status": "ok", "warnings": [], "attributions": [{}, {}]})
    assert Counts.from_dict(json.loads(json.dumps(counts.to_dict()))) == counts
    assert (counts.n_articles, counts.n_errors, counts.n_attributions) == (2, 1, 2)


def peak_bytes(path: Path, choice: ModelChoice, n_articles: int) -> int:
    """Peak memory of reading, counting and writing; the articles come with their results."""
    path.write_text("".join(f'{{"id": "a{i}", "text": "{"Yes. " * 100}"}}\n' for i in range(n_articles)))
    line = json.dumps({"status": "ok", "warnings": [], "attributions": [], "text": "Yes. " * 100}).encode() + b"\n"
    monitor = Monitor(on_progress=lambda n_done, summary: None)
    tracemalloc.start()
    with (
        WorkerPool(1, choice, ScoreOptions(), time_limit=60) as pool,
        open_atomically(path.with_suffix(".out")) as file,
    ):
        writer = new_writer(OutputFormat.JSONL, file)
        for work, answer in pool.answer(Work(record, line) for record in Inputs([str(path)], ReadOptions())):
            assert work.record.id
            writer.write(answer, json.loads(answer))
            monitor.add(json.loads(answer))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert monitor.summary.counts.n_articles == n_articles
    return peak


def test_memory_does_not_grow_with_the_number_of_articles(tmp_path: Path, choice: ModelChoice) -> None:
    """D14: except for the ids."""
    few, many = (peak_bytes(tmp_path / f"{n}.jsonl", choice, n) for n in (500, 5_000))
    assert many - few <= 64 * 4_500


def test_ids_are_remembered_in_little_memory() -> None:
    """D14"""
    seen = SeenIds()
    assert all(seen.add(f"a{i}") for i in range(20_000))
    assert not any(seen.add(f"a{i}") for i in range(20_000))
    assert len(seen._slots) * 8 <= 32 * 20_000 * 2


@pytest.mark.parametrize(
    ("text", "is_foreign"),
    [
        ("", False),
        ("Ja. Nein. Vielleicht.", False),
        ("Le ministre a déclaré que la loi était votée. " * 10, True),
        ("De minister zei dat de brug in het najaar klaar is. " * 10, True),
        ("市長は橋を建てると述べた。" * 50, True),
        ("PROFITS ROSE, THE BANK SAID ON MONDAY, AS IT CUT COSTS IN ASIA. " * 10, False),
        ("Shares of Acme Corp fell 3%, Beta Inc 4%, Gamma Ltd rose 5% in early trade on Monday. " * 5, False),
    ],
)
def test_foreign_texts_are_told_by_common_words(text: str, is_foreign: bool) -> None:
    """A26"""
    assert looks_foreign(text) is is_foreign


def test_a_batch_error_has_an_exit_code_of_the_contract() -> None:
    """K6"""
    found = {error.exit_code for error in (BatchError, *all_subclasses(BatchError))}
    assert found == {1, 2, 4, 5, 6}


def all_subclasses(parent: type[BatchError]) -> list[type[BatchError]]:
    return [error for child in parent.__subclasses__() for error in (child, *all_subclasses(child))]
