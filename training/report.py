"""The training report: what was fitted, how training went, and the scores, with curves as a picture."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from inquit.training.card import draw_confusion, draw_curves, draw_reliability
from inquit.training.config import TrainingConfig
from inquit.training.evaluation import Evaluation
from inquit.training.network.run_folder import History


def write_report(output: Path, config: TrainingConfig, history: History, evaluation: Evaluation | None) -> None:
    """Write ``report.md``, its pictures and ``report.json`` into the folder of a run."""
    draw_curves({"losses": history.losses, "scores": history.scores}, output / "curves.svg")
    lines = [
        f"# {config.name}-{config.version}: training report",
        "",
        f"Encoder `{config.encoder}`, seed {config.seed}, {len(history.losses)} epochs, {history.steps} steps,",
        f"{sum(history.cpu_seconds) / 60:.0f} CPU-minutes, {history.minutes:.0f} minutes of wall time.",
        "",
        "![curves](curves.svg)",
        "",
    ]
    if history.scores and history.scores[0]:
        names = list(history.scores[0])
        lines += ["| epoch | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
        lines += [
            f"| {i} | " + " | ".join(f"{scores[name]:.3f}" for name in names) + " |"
            for i, scores in enumerate(history.scores, start=1)
        ]
    if evaluation is not None:
        draw_reliability(evaluation, output / "reliability.svg")
        lines += [
            "",
            "The finished model, quantised: see its card, `model/README.md`.",
            "",
            "![reliability](reliability.svg)",
        ]
        if evaluation.confusion:
            draw_confusion(evaluation, output / "confusion.svg")
            lines += ["", "![confusion](confusion.svg)"]
    facts = {"config": config.to_dict(), "history": asdict(history), "evaluation": evaluation and evaluation.to_dict()}
    (output / "report.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    (output / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
