"""The comparison as a picture: quality and speed, with a bar for each system."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peers.comparison import N_WORDS, Figures
from peers.page import decimals

# The report page's colours, see inference/templates/page.css.
_OURS, _THEIRS, _INK, _SOFT = "#1d5a7a", "#a8adb6", "#1c1e22", "#585c64"


def draw(systems: Sequence[Figures], path: Path) -> None:
    """Draw three bar charts, with the first system on top and in its own colour; equal figures give equal bytes."""
    import matplotlib

    matplotlib.use("svg")
    with matplotlib.rc_context({"svg.hashsalt": "inquit", "font.size": 9, "text.color": _INK}):
        _draw_panels(systems, path)


def _draw_panels(systems: Sequence[Figures], path: Path) -> None:
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, 3, sharey=True, figsize=(9, 0.9 + 0.45 * len(systems)))
    names = [figures.name for figures in systems]
    full, quoted = ([figures.scores[measure] or 0.0 for figures in systems] for measure in ("d_full", "d_full|quoted"))
    _draw_bars(panels[0], names, full, [decimals(value) for value in full], title="full attribution, F1")
    _draw_bars(panels[1], names, quoted, [decimals(value) for value in quoted], title="… of quoted contents")
    speeds = [figures.long_speed for figures in systems]
    labels = [f"{speed:.1f}" for speed in speeds]
    _draw_bars(panels[2], names, speeds, labels, title=f"articles of {N_WORDS} words a CPU second")
    panels[0].invert_yaxis()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
    pyplot.close(figure)


def _draw_bars(axes: Any, names: Sequence[str], values: Sequence[float], labels: Sequence[str], *, title: str) -> None:
    colours = [_OURS, *[_THEIRS] * (len(names) - 1)]
    bars = axes.barh(names, values, color=colours, height=0.6)
    axes.bar_label(bars, labels, padding=3)
    axes.set_title(title, fontsize=9, color=_SOFT, loc="left")
    axes.set_xlim(0, 1.25 * max(values, default=1.0) or 1.0)
    axes.set_xticks([])
    axes.tick_params(left=False)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color(_THEIRS)
