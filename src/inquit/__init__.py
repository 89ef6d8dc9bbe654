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

    Current is what `inquit promote` made current on this machine, else the English model that ships with inquit; every
    result says in ``model`` which one it was.

    Args:
        min_confidence: leave out attributions that are less certain: 0 for all that are found, more for fewer wrong
            ones; None for what is best on the whole.

    Raises:
        inquit.models.folder.ModelError: the folder is missing, incomplete, or not what its manifest says.
    """
    # Imported here so that `import inquit` stays instant.
    from inquit.inference.attributor import Attributor

    return Attributor.load(model, min_confidence=min_confidence)
