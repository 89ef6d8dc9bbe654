"""An output folder of parts, with a manifest that says which parts are finished.

Which records go into a part depends on the input and the options alone, so every run of the same command cuts the same
parts. A part appears under its name only once it is complete. The manifest of a finished run is the same whether or not
the run was interrupted.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inquit.inference.batch.errors import LockedError, OutputError, UsageError
from inquit.inference.batch.options import OutputFormat
from inquit.inference.batch.record import Page, Record, key_of
from inquit.inference.batch.result_files import PART_PREFIX, find_parts, read_records
from inquit.inference.batch.scoring import describe_input, encode
from inquit.inference.batch.summary import Counts
from inquit.inference.writers import TEMPORARY, open_atomically
from inquit.models.files import take_lock
from inquit.models.folder import file_sha256

MANIFEST = "_manifest.json"  # Spark and other readers of folders skip names that begin with an underscore
FORMAT_VERSION = 1

_MAX_PART_CHARACTERS = 50_000_000
"""Its records are held in memory, so a part is cut short before it exceeds this."""

_SHARE_FOR_MANIFEST = 0.02
"""A long run has a long manifest; it is written so rarely that this takes at most this share of the time."""


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part: the hash of its file, the hash of the records in it, and its counts."""

    sha256: str
    records_sha256: str
    counts: Counts

    def to_dict(self) -> dict[str, Any]:
        return {"sha256": self.sha256, "records_sha256": self.records_sha256, **self.counts.to_dict()}


class OutputFolder:
    """The parts of a run, including those that earlier runs of the same command finished.

    Args:
        identity: everything that the results depend on (model, versions, options, names of the inputs).
    """

    def __init__(self, path: Path, output_format: OutputFormat, identity: Mapping[str, Any]) -> None:
        self.path = path
        self.format = output_format
        self._identity = dict(identity)
        self._parts: dict[int, Part] = {}
        self._written_at = self._seconds_to_write = 0.0

    def open(self) -> None:
        """Read the manifest, or write that of a new folder, and remove unfinished files; call it under the lock.

        Raises:
            UsageError: the folder was written by a different call, or contains parts of unknown origin.
            OutputError: the manifest cannot be read or written.
        """
        for leftover in self.path.glob(f"{TEMPORARY}*"):
            leftover.unlink()
        if not (self.path / MANIFEST).exists():
            if find_parts(self.path):
                raise UsageError(f"{self.path}: contains parts but no {MANIFEST}: use a new folder, or remove them")
            # If the run is killed or the disk is full after the first part, that part must not be of unknown origin.
            self.write_manifest("running")
            return
        manifest = self._read_manifest()
        differing = [name for name, value in self._identity.items() if manifest["run"].get(name) != value]
        if differing:
            was = {name: manifest["run"].get(name) for name in differing}
            now = {name: self._identity[name] for name in differing}
            raise UsageError(
                f"{self.path}: contains the results of a different call: that one had {was}, this one has {now}; "
                "give the same options again, or use a new folder"
            )
        self._parts = {
            number: Part(part["sha256"], part["records_sha256"], Counts.from_dict(part))
            for number, part in enumerate(manifest["parts"])
            if part is not None
        }

    def part_path(self, number: int) -> Path:
        return self.path / f"{PART_PREFIX}{number:06d}.{self.format}"

    def find_whole(self, number: int, records: Sequence[Record]) -> Part | None:
        """The finished part with this number, if its file matches the manifest and it holds exactly these records."""
        part = self._whole(number)
        return part if part is not None and part.records_sha256 == records_sha256(records) else None

    def stored_lines(self, number: int) -> dict[str, Mapping[str, Any]]:
        """The results in an earlier run's part that can be reused without scoring, by key.

        The input may have changed since. Errors are left out, so they are tried again. CSV cannot be read back.
        """
        if self.format is OutputFormat.CSV or self._whole(number) is None:
            return {}
        found = (record for _, record in read_records(self.part_path(number)))
        return {
            key_of(record["id"], record["input"].get("sha256")): record
            for record in found
            if record["status"] in ("ok", "partial")
        }

    def add(self, number: int, records: Sequence[Record], counts: Counts) -> None:
        """Register a part that has just been written."""
        self._parts[number] = Part(file_sha256(self.part_path(number)), records_sha256(records), counts)
        if time.monotonic() - self._written_at >= self._seconds_to_write / _SHARE_FOR_MANIFEST:
            self.write_manifest("running")

    def finish(self, n_parts: int) -> None:
        """Mark the run as complete, and remove parts beyond its last, left from when the input was longer."""
        for number in [number for number in self._parts if number >= n_parts]:
            del self._parts[number]
        expected = {self.part_path(number) for number in range(n_parts)}
        for path in find_parts(self.path):
            if path not in expected:
                path.unlink()
        self.write_manifest("complete")

    def write_manifest(self, status: str) -> None:
        started = time.monotonic()
        total = Counts()
        for part in self._parts.values():
            total.merge(part.counts)
        n_parts = max(self._parts, default=-1) + 1
        parts = [self._parts[number].to_dict() if number in self._parts else None for number in range(n_parts)]
        digest = hashlib.sha256("".join(part["records_sha256"] if part else "-" for part in parts).encode())
        manifest = {
            "format_version": FORMAT_VERSION,
            "status": status,
            "run": self._identity,
            "input_sha256": digest.hexdigest(),
            **total.to_dict(),
            "parts": parts,
        }
        with open_atomically(self.path / MANIFEST) as file:
            file.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode("utf-8", "surrogateescape") + b"\n")
        self._written_at = time.monotonic()
        self._seconds_to_write = self._written_at - started

    def _whole(self, number: int) -> Part | None:
        part = self._parts.get(number)
        path = self.part_path(number)
        return part if part is not None and path.is_file() and file_sha256(path) == part.sha256 else None

    def _read_manifest(self) -> dict[str, Any]:
        path = self.path / MANIFEST
        try:
            manifest = json.loads(path.read_bytes())
            if manifest["format_version"] != FORMAT_VERSION:
                raise UsageError(f"{path}: has format {manifest['format_version']}, this inquit reads {FORMAT_VERSION}")
            return {"run": dict(manifest["run"]), "parts": list(manifest["parts"])}
        except OSError as error:
            raise OutputError(f"{path}: cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"{path}: not a manifest of `inquit score`: use a new folder, or remove it: {error!r}"
            ) from error


def take_over(record: Record, stored: Mapping[str, Mapping[str, Any]]) -> bytes | None:
    """The JSON line of a record that was scored before, with its current place; None if it must be scored."""
    found = stored.get(key_of(record.id, record.sha256))
    if found is None:
        return None
    metadata = found.get("metadata", {})
    is_same = (
        record.metadata.items() <= metadata.items() if isinstance(record.content, Page) else record.metadata == metadata
    )
    return encode({**found, "input": describe_input(record)}) if is_same else None


def records_sha256(records: Iterable[Record]) -> str:
    """A hash of everything about the records that their results depend on."""
    digest = hashlib.sha256()
    for record in records:
        answer = record.content if record.sha256 is None else ""
        facts = [record.id, describe_input(record), dict(record.metadata), record.warnings, repr(answer)]
        digest.update(json.dumps(facts).encode())
    return digest.hexdigest()


def cut_into_parts(records: Iterable[Record], n_records: int) -> Iterator[list[Record]]:
    """Lists of ``n_records`` records each; fewer if the records are long."""
    part: list[Record] = []
    n_characters = 0
    for record in records:
        if part and (len(part) == n_records or n_characters + record.n_characters > _MAX_PART_CHARACTERS):
            yield part
            part, n_characters = [], 0
        part.append(record)
        n_characters += record.n_characters
    if part:
        yield part


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a folder, which is created if need be; the lock ends with the process, however that ends.

    Raises:
        LockedError: another process has locked it.
        OutputError: it cannot be created or written to.
    """
    was_there = os.path.exists(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be created or opened as a folder: {error.strerror}") from error
    try:
        if not take_lock(descriptor):
            raise LockedError(f"{folder}: another process is writing to it; wait for it, or use another folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OutputError(f"{folder}: no permission to write to it")
        yield
    finally:
        os.close(descriptor)
        if not was_there:
            with suppress(OSError):
                folder.rmdir()  # only if it is empty: a run that never began leaves no folder
