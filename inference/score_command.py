"""The command `inquit score`: reads the options, starts the run and decides the exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from inquit import __version__
from inquit.inference.batch.errors import BatchError, InputError, OutputError, UsageError, require_pyarrow
from inquit.inference.batch.options import DuplicateIds, EncodingErrors, InputFormat, OutputFormat, ReadOptions
from inquit.inference.commands import (
    EXIT_ARTICLE_ERRORS,
    EXIT_INTERRUPTED,
    EXIT_MODEL,
    EXIT_OUTPUT,
    fail,
    without_controls,
)
from inquit.models.folder import CURRENT, ModelError

if TYPE_CHECKING:
    from inquit.inference.batch.pool import WorkerPool
    from inquit.inference.batch.readers import Inputs
    from inquit.inference.batch.run import Monitor
    from inquit.inference.batch.scoring import ScoreOptions

_READING, _OUTPUT, _LIMITS = "Reading", "Output", "Running"
_MAX_CHARS = 1_000_000_000
_N_SHOWN = 10


def _as_delimiter(value: str | None) -> str | None:
    r"""One character; a tab may be given as ``\t``, since it is hard to type in a shell."""
    delimiter = "\t" if value == r"\t" else value
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise typer.BadParameter(rf"wanted one character, such as ; or \t for a tab, got {value!r}")
    return delimiter


def score(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="Files, folders, globs, or - for stdin.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="A file (.jsonl .csv .parquet), or a folder of parts; default: stdout.",
            show_default=False,
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="A model's name, or a model folder.")] = CURRENT,
    output_format: Annotated[
        OutputFormat | None,
        typer.Option(
            "--format", help="Format of stdout, or of the parts of a folder; default: jsonl.", rich_help_panel=_OUTPUT
        ),
    ] = None,
    table: Annotated[
        bool | None,
        typer.Option(
            "--table/--json",
            help="A readable table on stdout, or JSON lines; default: a table in a terminal, else JSON lines.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Leave out the text; keep its hash.", rich_help_panel=_OUTPUT)
    ] = False,
    min_confidence: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Leave out attributions below this confidence; 0 keeps all. Default: the model's own limit.",
            show_default=False,
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    part_size: Annotated[
        int, typer.Option(min=1, help="Articles per part, when writing to a folder.", rich_help_panel=_OUTPUT)
    ] = 500,
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed", help="Score again the articles that failed in this folder.", rich_help_panel=_OUTPUT
        ),
    ] = False,
    text_field: Annotated[
        str | None, typer.Option(help="Field or column with the text; default: 'text'.", rich_help_panel=_READING)
    ] = None,
    id_field: Annotated[
        str | None,
        typer.Option(help="Field or column with the id; default: 'id', if there is one.", rich_help_panel=_READING),
    ] = None,
    input_format: Annotated[
        InputFormat | None,
        typer.Option(help="Read all input as this; default: recognised by content and name.", rich_help_panel=_READING),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            callback=_as_delimiter,
            help="Separator between CSV fields; default: recognised from the header.",
            rich_help_panel=_READING,
        ),
    ] = None,
    encoding_errors: Annotated[
        EncodingErrors,
        typer.Option(
            help="Bytes that are not UTF-8: write an error record, or replace them with U+FFFD (status partial).",
            rich_help_panel=_READING,
        ),
    ] = EncodingErrors.ERROR,
    dup_ids: Annotated[
        DuplicateIds,
        typer.Option(
            help="If an id occurs twice: refuse the run, skip the later article, or number its id.",
            rich_help_panel=_READING,
        ),
    ] = DuplicateIds.REFUSE,
    max_chars: Annotated[
        int,
        typer.Option(min=1, max=_MAX_CHARS, help="Longer articles become error records.", rich_help_panel=_READING),
    ] = 5_000_000,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Finding no articles is not an error.", rich_help_panel=_READING)
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Number of processes; default: one per processor.", show_default=False, rich_help_panel=_LIMITS
        ),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            min=0.001, help="Seconds per article; after that it becomes an error record.", rich_help_panel=_LIMITS
        ),
    ] = 300.0,
    max_errors: Annotated[
        int | None,
        typer.Option(min=0, help="Stop when more than this many articles have failed.", rich_help_panel=_LIMITS),
    ] = None,
    fail_on_error: Annotated[
        bool, typer.Option("--fail-on-error", help="Stop at the first article that fails.", rich_help_panel=_LIMITS)
    ] = False,
) -> None:
    """Find who said what in articles: text, HTML, JSON lines, CSV, Parquet or WARC; plain, gzip or zstd.

    If a run into a folder is stopped, give the same command again to continue it.

    Example: inquit score articles/ more.jsonl.gz -o results.jsonl
    """
    # Imported here: `inquit --help` must not wait for it.
    from inquit.inference.batch.scoring import ScoreOptions

    signal.signal(signal.SIGTERM, _interrupt)
    target = Target(output, output_format, is_table=_is_table(output, output_format, table))
    call = Call(
        inputs=inputs,
        model=model,
        read=ReadOptions(
            text_field=text_field,
            id_field=id_field,
            input_format=input_format,
            delimiter=delimiter,
            encoding_errors=encoding_errors,
            duplicate_ids=dup_ids,
            max_chars=max_chars,
        ),
        # CSV rows and the terminal table quote cues and sources from the text; neither contains the whole text.
        score=ScoreOptions(
            with_text=not no_text or target.needs_text, min_confidence=min_confidence, max_chars=max_chars
        ),
        allow_empty=allow_empty,
        n_workers=workers or _count_processors(),
        timeout=timeout,
        max_errors=0 if fail_on_error else max_errors,
        part_size=part_size,
        retry_failed=retry_failed,
    )
    try:
        n_errors = _run(call, target)
    except BatchError as error:
        fail(str(error), error.exit_code)
    except ModelError as error:
        fail(str(error), EXIT_MODEL)
    except BrokenPipeError:  # the reader of our output closed the pipe
        raise typer.Exit(EXIT_OUTPUT) from None
    except KeyboardInterrupt:
        fail(f"interrupted; {target.what_is_left}", EXIT_INTERRUPTED)
    if n_errors:
        raise typer.Exit(EXIT_ARTICLE_ERRORS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The options of one call."""

    inputs: list[str]
    model: str
    read: ReadOptions
    score: ScoreOptions
    allow_empty: bool
    n_workers: int
    timeout: float
    max_errors: int | None
    part_size: int
    retry_failed: bool


@dataclass(frozen=True, slots=True)
class Target:
    """Where the results go; without a path, to standard output."""

    path: Path | None
    wanted_format: OutputFormat | None
    is_table: bool = False

    @property
    def is_folder(self) -> bool:
        return self.path is not None and (os.path.isdir(self.path) or not self.path.suffix)

    @property
    def format(self) -> OutputFormat:
        """The format that was asked for, or that the file's name implies.

        Raises:
            UsageError: the two contradict each other, or the name implies no format.
        """
        if self.path is None or self.is_folder:
            return self.wanted_format or OutputFormat.JSONL
        suffixes = {f".{output_format}": output_format for output_format in OutputFormat}
        if self.path.suffix not in suffixes:
            raise UsageError(f"-o {self.path}: wanted a file ending in {', '.join(suffixes)}, or a folder")
        if self.wanted_format not in (None, suffixes[self.path.suffix]):
            raise UsageError(f"-o {self.path}: its name does not match --format {self.wanted_format}")
        return suffixes[self.path.suffix]

    @property
    def needs_text(self) -> bool:
        is_csv = OutputFormat.CSV in (self.wanted_format, self.path and self.path.suffix.removeprefix("."))
        return self.is_table or is_csv

    @property
    def what_is_left(self) -> str:
        if self.is_folder:
            return "finished parts are kept; give the same command again to continue"
        return "every result that was written is complete" if self.path is None else "nothing was written"


def _count_processors() -> int:
    """The processors that this process may use or, if the system does not say, all of them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _interrupt(signal_number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _is_table(output: Path | None, output_format: OutputFormat | None, table: bool | None) -> bool:
    if output is not None or output_format is not None:
        return False
    return sys.stdout.isatty() if table is None else table


def _run(call: Call, target: Target) -> int:
    """Check everything, then score; returns the number of errors."""
    from inquit.inference.batch.folder import locked
    from inquit.inference.batch.pool import WorkerPool
    from inquit.inference.batch.progress import show_progress
    from inquit.inference.batch.readers import Inputs
    from inquit.inference.batch.run import Monitor
    from inquit.inference.batch.worker import ModelChoice
    from inquit.models.folder import verify

    _check_target(call, target)
    records = Inputs(call.inputs, call.read, exclude=target.path, allow_empty=call.allow_empty)
    lock = locked(target.path) if target.path is not None and target.is_folder else nullcontext()
    with lock:
        manifest = verify(call.model)
        choice = ModelChoice(str(manifest.folder), manifest.fingerprint)
        n_records = records.survey()
        if n_records == 0:
            _refuse_nothing(call)
        with (
            WorkerPool(call.n_workers, choice, call.score, time_limit=call.timeout) as pool,
            show_progress(n_records, is_wanted=target.path is not None) as on_progress,
        ):
            monitor = Monitor(max_errors=call.max_errors, on_progress=on_progress)
            if target.is_folder:
                _score_to_folder(call, target, records, pool, monitor, fingerprint=manifest.fingerprint)
            elif target.path is not None:
                _score_to_file(target, target.path, records, pool, monitor)
            else:
                _score_to_stdout(target, records, pool, monitor)
    if monitor.summary.counts.n_articles == 0:
        _refuse_nothing(call)
    _print_summary(monitor, target)
    if records.left_out:
        print(_say_left_out(records.left_out), file=sys.stderr)
    return monitor.summary.counts.n_errors


def _check_target(call: Call, target: Target) -> None:
    """Check that the output can be written, before hours of work and not after."""
    if call.retry_failed and not target.is_folder:
        raise UsageError("--retry-failed needs a folder of results: -o FOLDER")
    if target.path is None and target.format is OutputFormat.PARQUET:
        raise UsageError("Parquet cannot be written to standard output: give -o FILE.parquet")
    if target.format is OutputFormat.PARQUET:
        require_pyarrow(f"-o {target.path}")
    if target.path is None or target.is_folder:
        return
    folder = target.path.parent
    if not folder.is_dir():
        raise OutputError(f"-o {target.path}: the folder {folder} does not exist; create it first")
    if not os.access(folder, os.W_OK):
        raise OutputError(f"-o {target.path}: no permission to write in the folder {folder}")


def _refuse_nothing(call: Call) -> None:
    if not call.allow_empty:
        raise InputError(f"found 0 articles in {', '.join(call.inputs)}; --allow-empty allows that")


def _score_to_folder(
    call: Call, target: Target, records: Inputs, pool: WorkerPool, monitor: Monitor, *, fingerprint: str
) -> None:
    from inquit.inference.batch.folder import OutputFolder
    from inquit.inference.batch.readers.sources import printable
    from inquit.inference.batch.run import score_to_folder

    assert target.path is not None
    identity = {
        "inquit_version": __version__,
        "model": fingerprint,
        "inputs": [printable(name) for name in call.inputs],
        "format": target.format,
        "part_size": call.part_size,
        "read": asdict(call.read),
        "score": asdict(call.score),
    }
    folder = OutputFolder(target.path, target.format, identity)
    folder.open()
    score_to_folder(records, pool, folder, monitor, part_size=call.part_size, retry_failed=call.retry_failed)


def _score_to_file(target: Target, path: Path, records: Inputs, pool: WorkerPool, monitor: Monitor) -> None:
    from inquit.inference.batch.result_files import new_writer
    from inquit.inference.batch.run import score_stream
    from inquit.inference.writers import open_atomically

    with open_atomically(path) as file:
        writer = new_writer(target.format, file)
        score_stream(records, pool, writer.write, monitor)
        writer.close()


def _score_to_stdout(target: Target, records: Inputs, pool: WorkerPool, monitor: Monitor) -> None:
    from inquit.inference.batch.result_files import new_writer
    from inquit.inference.batch.run import score_stream

    take = _print_as_table() if target.is_table else new_writer(target.format, sys.stdout.buffer).write
    score_stream(records, pool, take, monitor)
    sys.stdout.flush()


def _print_as_table() -> Callable[[bytes, Mapping[str, Any]], None]:
    from rich.console import Console

    from inquit.inference.tables import result_table

    console = Console()
    return lambda line, record: console.print(result_table(record))


def _say_left_out(counts: Counter[str]) -> str:
    from inquit.inference.batch.summary import counted

    shown = [f"{without_controls(name)} {n}" for name, n in counts.most_common(_N_SHOWN)]
    more = ["…"] if len(counts) > _N_SHOWN else []
    return f"{counted(counts.total(), 'file')} in folders left out: {', '.join(shown + more)}"


def _print_summary(monitor: Monitor, target: Target) -> None:
    from rich.console import Console

    from inquit.inference.tables import speaker_table

    speakers = monitor.summary.speakers
    if speakers and (target.is_table or target.path is not None):
        Console(stderr=not target.is_table).print(speaker_table(speakers))
    print("\n".join(map(without_controls, monitor.summary.lines())), file=sys.stderr)
