"""The local registry: the models that were promoted, and which of them is current.

::

    HOME/models/FINGERPRINT/    whole model folders, never changed once added
    HOME/comparisons/*.json     results of `inquit compare`
    HOME/current.json           the pointer: fingerprints of the current model and the ones before it, and the digest
                                of the gold articles that guard promotions
    HOME/lock                   held by the process that is changing the registry

A model is copied under a temporary name, checked, and renamed; the pointer is replaced atomically. A writer that is
killed or runs out of disk space leaves the registry as it was. Readers need no lock.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from inquit.models.files import hold_lock, replace_file, sync
from inquit.models.folder import MANIFEST, Manifest, ModelError, read_manifest, verify

HOME_VARIABLE = "INQUIT_HOME"
_POINTER = "current.json"
_N_NAME = 16  # characters of the fingerprint in a folder's name
_N_HISTORY = 100


class RegistryError(Exception):
    """The registry cannot be changed; the message says what was attempted and what prevents it."""


def default_home() -> Path:
    """``$INQUIT_HOME``, else ``$XDG_DATA_HOME/inquit``, else ``~/.local/share/inquit``; the folder need not exist."""
    if home := os.environ.get(HOME_VARIABLE):
        return Path(home)
    if data := os.environ.get("XDG_DATA_HOME"):
        return Path(data) / "inquit"
    # Not Path.home(), which raises for a user without a passwd entry, as in some containers.
    return Path(os.path.expanduser("~")) / ".local" / "share" / "inquit"


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry in a folder; if the folder does not exist, the registry is empty."""

    home: Path

    @classmethod
    def default(cls) -> Registry:
        return cls(default_home())

    def folder_of(self, fingerprint: str) -> Path:
        return self.home / "models" / fingerprint[:_N_NAME]

    @property
    def comparisons(self) -> Path:
        return self.home / "comparisons"

    def models(self) -> list[Manifest]:
        """The manifests of all models, unverified, sorted by title."""
        found = [read_manifest(path.parent) for path in self.home.glob(f"models/[!.]*/{MANIFEST}")]
        return sorted(found, key=lambda manifest: (manifest.title, manifest.fingerprint))

    def history(self) -> tuple[str, ...]:
        """Fingerprints of the models that have been current, the present one last; empty if none was ever promoted.

        Raises:
            ModelError: the pointer is damaged.
        """
        return self._pointer()[0]

    def guard(self) -> str | None:
        """SHA-256 of the gold articles on which promotions are compared; None if no model was promoted.

        Raises:
            ModelError: the pointer is damaged.
        """
        return self._pointer()[1]

    def _pointer(self) -> tuple[tuple[str, ...], str | None]:
        path = self.home / _POINTER
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return (), None
        except PermissionError as error:
            raise ModelError(f"{path}: cannot be read: {error.strerror}") from error
        try:
            pointer = json.loads(content)
            history, guard = pointer["history"], pointer["gold_sha256"]
            if not isinstance(history, list) or not all(isinstance(entry, str) for entry in history):
                raise TypeError("history must be a list of fingerprints")
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path}: damaged ({error!r}); delete it to return to the shipped model, then `inquit model use MODEL`"
            ) from error
        return tuple(history), guard

    def current(self) -> Path | None:
        """The folder of the current model; None if that is the shipped one.

        Raises:
            ModelError: the pointer is damaged, or its model is gone or has changed.
        """
        history = self.history()
        if not history or not history[-1]:
            return None
        folder = self.folder_of(history[-1])
        if not (folder / MANIFEST).is_file() or read_manifest(folder).fingerprint != history[-1]:
            raise ModelError(
                f"{folder}: the registry's current model is missing or has changed since it was promoted; "
                "choose another with `inquit model use MODEL`, or the shipped one with `inquit model use en`"
            )
        return folder

    def find(self, name: str) -> Path | None:
        """The folder of the model with this title, or whose fingerprint begins with this (8 characters or more).

        Raises:
            ModelError: several models match.
        """
        fitting = [
            manifest
            for manifest in self.models()
            if manifest.title == name or (len(name) >= 8 and manifest.fingerprint.startswith(name.lower()))
        ]
        if len(fitting) > 1:
            raise ModelError(
                f"'{name}' matches several models: give more of the fingerprint, "
                f"one of {[manifest.fingerprint[:_N_NAME] for manifest in fitting]}"
            )
        return fitting[0].folder if fitting else None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the registry's lock while changing it.

        Raises:
            LockedError: another process holds it.
            RegistryError: the folder cannot be created or written.
        """
        with ExitStack() as stack:
            try:
                self.home.mkdir(parents=True, exist_ok=True)
                stack.enter_context(hold_lock(self.home / "lock"))
            except OSError as error:
                raise RegistryError(
                    f"{self.home}: cannot be written: {error.strerror}; set {HOME_VARIABLE} to a writable folder"
                ) from error
            yield

    def add(self, model: Path) -> Manifest:
        """Copy a model folder into the registry, unless it is there already; the caller holds the lock.

        Raises:
            ModelError: the folder, or its copy, does not match its manifest.
            RegistryError: the copy cannot be written.
        """
        manifest = verify(model)
        target = self.folder_of(manifest.fingerprint)
        if (target / MANIFEST).is_file():
            return verify(target, expect_sha256=manifest.fingerprint)
        temporary = target.with_name(f".tmp-{target.name}")
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            shutil.copytree(manifest.folder, temporary)
            for path in temporary.rglob("*"):
                sync(path)
            verify(temporary, expect_sha256=manifest.fingerprint)
            os.replace(temporary, target)
            sync(target.parent)
        except OSError as error:
            raise RegistryError(f"{target}: cannot be written: {_reason(error)}") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return read_manifest(target)

    def point_to(self, fingerprint: str, *, gold_sha256: str | None = None) -> None:
        """Make a model current; the caller holds the lock.

        Args:
            fingerprint: fingerprint of a model that was added; ``""`` means the shipped model.
            gold_sha256: digest of the gold articles that guard promotions from now on; None keeps the present ones.

        Raises:
            RegistryError: the pointer cannot be written.
        """
        history, guard = self._pointer()
        pointer = {"history": [*history, fingerprint][-_N_HISTORY:], "gold_sha256": gold_sha256 or guard}
        self.write(self.home / _POINTER, json.dumps(pointer, indent=1).encode() + b"\n")

    def write(self, path: Path, content: bytes) -> None:
        """Replace a file atomically.

        Raises:
            RegistryError: the file cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, content)
        except OSError as error:
            raise RegistryError(f"{path}: cannot be written: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    """Why a write failed; `shutil.copytree` raises an error with a list of (source, destination, reason)."""
    reasons: Sequence[object] = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    return str(reasons[0][2]) if reasons and isinstance(reasons[0], tuple) else error.strerror or str(error)
