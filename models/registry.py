"""The local registry: models that were promoted, and which of them is current.

::

    HOME/models/FINGERPRINT/    whole model folders, never changed once there
    HOME/comparisons/*.json     what `inquit compare` found
    HOME/current.json           the pointer: fingerprint of the current model and of those before it, and which gold
                                articles guard promotions
    HOME/lock                   held by whoever changes the registry

A model is copied under another name, checked, and renamed; the pointer is replaced as a whole. A writer that is killed,
or finds the disk full, leaves the registry as it was. Readers need no lock.
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
_N_NAME = 16  # characters of a fingerprint that name a folder
_N_HISTORY = 100


class RegistryError(Exception):
    """The registry cannot be changed: says what was wanted and what stands in the way."""


def default_home() -> Path:
    """``$INQUIT_HOME``, else ``$XDG_DATA_HOME/inquit``, else ``~/.local/share/inquit``; it need not exist."""
    if home := os.environ.get(HOME_VARIABLE):
        return Path(home)
    if data := os.environ.get("XDG_DATA_HOME"):
        return Path(data) / "inquit"
    # Not Path.home(): it raises for a user without an entry in passwd, as containers have.
    return Path(os.path.expanduser("~")) / ".local" / "share" / "inquit"


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry in a folder; reading one that does not exist finds nothing."""

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
        """Manifests of all models, unverified, in the order of their titles."""
        found = [read_manifest(path.parent) for path in self.home.glob(f"models/[!.]*/{MANIFEST}")]
        return sorted(found, key=lambda manifest: (manifest.title, manifest.fingerprint))

    def history(self) -> tuple[str, ...]:
        """Fingerprints of the models that were current, the present one last; empty where none was promoted.

        Raises:
            ModelError: the pointer is damaged.
        """
        return self._pointer()[0]

    def guard(self) -> str | None:
        """SHA-256 of the gold articles that promotions are compared on; None where none was promoted.

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
                f"{path}: damaged ({error!r}); remove it to go back to the shipped model, then `inquit model use MODEL`"
            ) from error
        return tuple(history), guard

    def current(self) -> Path | None:
        """The folder of the current model, None where none was promoted.

        Raises:
            ModelError: the pointer is damaged, or its model is gone or another one.
        """
        history = self.history()
        if not history or not history[-1]:
            return None
        folder = self.folder_of(history[-1])
        if not (folder / MANIFEST).is_file() or read_manifest(folder).fingerprint != history[-1]:
            raise ModelError(
                f"{folder}: the registry's current model is not there as it was promoted; "
                "choose another with `inquit model use`, or `inquit model use en`"
            )
        return folder

    def find(self, name: str) -> Path | None:
        """The folder of the model with this title, or whose fingerprint begins so (8 characters or more).

        Raises:
            ModelError: several models fit.
        """
        fitting = [
            manifest
            for manifest in self.models()
            if manifest.title == name or (len(name) >= 8 and manifest.fingerprint.startswith(name.lower()))
        ]
        if len(fitting) > 1:
            raise ModelError(
                f"'{name}' names several models: give more of the fingerprint, "
                f"one of {[manifest.fingerprint[:_N_NAME] for manifest in fitting]}"
            )
        return fitting[0].folder if fitting else None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the registry for a change.

        Raises:
            LockedError: another process holds it.
            RegistryError: the folder cannot be made or written.
        """
        with ExitStack() as stack:
            try:
                self.home.mkdir(parents=True, exist_ok=True)
                stack.enter_context(hold_lock(self.home / "lock"))
            except OSError as error:
                raise RegistryError(
                    f"{self.home}: cannot be written: {error.strerror}; set {HOME_VARIABLE} to a folder that can"
                ) from error
            yield

    def add(self, model: Path) -> Manifest:
        """Copy a model folder in, under the lock; one that is there already stays.

        Raises:
            ModelError: the folder, or its copy, is not what its manifest says.
            RegistryError: it cannot be written.
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
        """Make a model current, under the lock.

        Args:
            fingerprint: of a model that was added; ``""`` is the shipped model.
            gold_sha256: the gold articles that guard promotions from now on; None for those that do already.

        Raises:
            RegistryError: the pointer cannot be written.
        """
        history, guard = self._pointer()
        pointer = {"history": [*history, fingerprint][-_N_HISTORY:], "gold_sha256": gold_sha256 or guard}
        self.write(self.home / _POINTER, json.dumps(pointer, indent=1).encode() + b"\n")

    def write(self, path: Path, content: bytes) -> None:
        """Put a whole file in its place.

        Raises:
            RegistryError: it cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, content)
        except OSError as error:
            raise RegistryError(f"{path}: cannot be written: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    """Why a write failed; `shutil.copytree` gives a list of (from, to, why)."""
    reasons: Sequence[object] = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    return str(reasons[0][2]) if reasons and isinstance(reasons[0], tuple) else error.strerror or str(error)
