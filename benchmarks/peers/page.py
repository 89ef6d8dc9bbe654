"""The comparison as a page of Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from peers.comparison import N_WORDS, Comparison, Figures

_PAGE = """\
# inquit compared with other tools

This page is written by `make benchmark-peers`, which installs the other tools and measures all of them on the same
articles in one run.

![Full attribution and speed of each system](pictures/peers.svg)

{facts}

## Quality

{quality}

All figures are F1, except in the last column, which is a share. Full attribution means content and source both right,
with its 95 % interval over articles; quoted and indirect are its parts with and without quotation marks. A dash means
that the system does not look for these, which still costs it recall in the first column. The measures are `d_full`,
`a_exact`, `c_…` and `e_acc` of `inquit evaluate`.

## Speed

{speed}

CPU seconds are those of a whole process with all its threads, excluding reading and writing files and start-up. The
rate is the median of {n_rounds} rounds in which the systems took turns, with the slowest and the fastest round in brackets.
Start-up is imports, loading models and a first sentence.

## What was run

{notes}
"""


def write_page(comparison: Comparison) -> str:
    return _PAGE.format(
        facts=describe(comparison),
        quality=quality_table(comparison),
        speed=speed_table(comparison.systems),
        n_rounds=comparison.n_rounds,
        notes="\n".join(
            f"- **{figures.name}** ({_versions(figures)}): {figures.note}" for figures in comparison.systems
        ),
    )


def describe(comparison: Comparison) -> str:
    n_words = comparison.n_words / comparison.n_articles
    return (
        f"{comparison.n_articles} articles of {n_words:.0f} words with {comparison.n_attributions} attributions: "
        f"`{comparison.gold}`, SHA-256 `{comparison.gold_sha256[:12]}…`; inquit's model is {comparison.model}. "
        f"{comparison.date}, {comparison.machine}, Python {comparison.python}, "
        f"load {comparison.load_before:.1f} at the start."
    )


def quality_table(comparison: Comparison) -> str:
    header = (
        "system",
        "full attribution",
        "quoted",
        "indirect",
        "content exact",
        "content / cue / source by token",
        "source right, given the content",
    )
    rows = [quality_row(figures) for figures in comparison.systems]
    rows += [(absence.name, f"not measured: {absence.reason}", *[""] * 5) for absence in comparison.absent]
    return table(header, rows)


def quality_row(figures: Figures) -> tuple[str, ...]:
    low, high = figures.interval
    shown = {name: "–" if value is None else decimals(value) for name, value in figures.scores.items()}
    return (
        figures.name,
        f"{shown['d_full']} ({decimals(low)} to {decimals(high)})",
        shown["d_full|quoted"],
        shown["d_full|indirect"],
        shown["a_exact"],
        " / ".join(shown[name] for name in ("c_content", "c_cue", "c_source")),
        shown["e_acc"],
    )


def speed_table(systems: Sequence[Figures]) -> str:
    header = (
        "system",
        "articles per CPU second",
        f"articles of {N_WORDS} words per CPU second",
        f"relative to {systems[0].name}" if systems else "",
        "start-up, CPU seconds",
        "peak memory, MB",
    )
    return table(header, [speed_row(figures) for figures in systems])


def speed_row(figures: Figures) -> tuple[str, ...]:
    return (
        figures.name,
        f"{figures.speed:.1f} ({figures.slowest:.1f} to {figures.fastest:.1f})",
        f"{figures.long_speed:.1f}",
        f"{figures.beside_first:.2f}",
        f"{figures.start_up:.1f}",
        f"{figures.peak_megabytes:.0f}",
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def decimals(share: float) -> str:
    """Three decimals as they are written here: .710."""
    return f"{share:.3f}".removeprefix("0")


def _versions(figures: Figures) -> str:
    return ", ".join(f"{package} {version}" for package, version in figures.versions.items())
