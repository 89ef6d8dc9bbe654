"""inquit: who said what, and what kind of claim it is, in news articles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inquit.inference.attributor import Attributor

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def load(model: str | Path = "current", *, min_confidence: float | None = None) -> Attributor:
    """Load a model: the current one, a shipped or promoted one by name, or any model folder by path.

    The current model is the one that `inquit promote` made current on this machine, otherwise the English model that
    ships with inquit. Every result names its model in ``model``.

    Args:
        min_confidence: leave out attributions with a lower confidence. 0 keeps everything that was found, higher values
            give fewer and surer ones; None uses the threshold that was fitted with the model.

    Raises:
        inquit.models.folder.ModelError: the folder is missing, incomplete, or does not match its manifest.
    """
    # Imported here so that `import inquit` stays instant.
    from inquit.inference.attributor import Attributor

    return Attributor.load(model, min_confidence=min_confidence)
