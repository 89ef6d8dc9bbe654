"""Run the systems in turn, each in its own process, round after round."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers.systems import Absence, System

Records = dict[str, dict[str, Any]]

BENCHMARKS = Path(__file__).parents[1]
TIMEOUT = 3600.0  # wall-clock seconds for one run of one system
# One thread each, even if a library would start more: CPU seconds of threads waiting for each other mean nothing.
_ONE_THREAD = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass(frozen=True)
class Run:
    """The results of one run of a system, and its cost in CPU seconds of the whole process and in MB."""

    results: Records
    start_up: float
    scoring: float
    peak_megabytes: float
    versions: Mapping[str, str]


class SystemFailed(Exception):
    """A system cannot be run; the message says why."""


def run_rounds(
    systems: Sequence[System], articles: Path, *, environments: Path, n_rounds: int, model: str, folder: Path
) -> tuple[dict[str, list[Run]], list[Absence]]:
    """Run every system once per round, in turn, so that a busy spell of the machine affects all of them.

    Args:
        articles: JSON lines with ``id`` and ``text``.
        environments: the folder that holds the peers' virtual environments.
        model: the name or folder of inquit's model.
        folder: where the runs write their files.

    Returns:
        the runs, in order, of each system that ran in every round, and the other systems with the reason.
    """
    done: dict[str, list[Run]] = {system.name: [] for system in systems}
    absent: list[Absence] = []
    for i in range(n_rounds):
        for system in systems:
            if system.name not in done:
                continue
            try:
                python = find_python(system, environments)
                run = run_once(system, python, articles, model=model, folder=folder)
            except SystemFailed as failure:
                absent.append(Absence(name=system.name, reason=str(failure)))
                del done[system.name]
                continue
            done[system.name].append(run)
            print(f"round {i + 1} of {n_rounds}: {system.name}, {run.scoring:.1f} CPU seconds", flush=True)
    return done, absent


def find_python(system: System, environments: Path) -> Path:
    """The Python interpreter that has the system installed.

    Raises:
        SystemFailed: the virtual environment is missing or incomplete.
    """
    if system.environment is None:
        return Path(sys.executable)
    folder = environments / system.environment
    if (folder / ".installed").exists():
        return folder / "bin" / "python"
    raise SystemFailed(f"not installed: {pip_error(folder / 'pip.log') or 'run make benchmark-peers'}")


def pip_error(log: Path) -> str:
    """The error that pip reported, without addresses: which package index this machine uses must not be published."""
    if not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    error = last_line("\n".join(line for line in lines if line.startswith("ERROR: "))).removeprefix("ERROR: ")
    return re.sub(r"\w+://\S+", "…", error)


def run_once(system: System, python: Path, articles: Path, *, model: str, folder: Path) -> Run:
    """One run, in a fresh process.

    Raises:
        SystemFailed: the process failed or took too long.
    """
    results, cost = folder / f"{system.name}.results.jsonl", folder / f"{system.name}.cost.json"
    command = [str(python), "-m", system.module, *map(str, (articles, results, cost, model))]
    try:
        finished = subprocess.run(
            command, env=_environment(system), capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise SystemFailed(f"not done after {TIMEOUT:.0f} seconds") from error
    if finished.returncode:
        raise SystemFailed(f"failed: {last_line(finished.stderr) or f'status {finished.returncode}'}")
    lines = results.read_text(encoding="utf-8").split("\n")
    records = {record["id"]: record for record in map(json.loads, filter(None, lines))}
    return Run(records, **json.loads(cost.read_text(encoding="utf-8")))


def _environment(system: System) -> dict[str, str]:
    """The environment variables: a peer can import nothing from inquit's environment except the code that runs it."""
    inherited = os.environ.get("PYTHONPATH", "") if system.environment is None else ""
    path = os.pathsep.join(filter(None, (str(BENCHMARKS), inherited)))
    return {**os.environ, **_ONE_THREAD, "PYTHONPATH": path}


def last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
