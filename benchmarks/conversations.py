"""How much of a printed conversation is found: turns under labels, answers of interviews without labels, and neither.

    python benchmarks/conversations.py                     # benchmarks/conversations/*.jsonl

The articles are invented. Only the turns of their conversations are labelled, not what is reported inside or beside
them, so that nothing is said of precision but in how many articles that print no conversation one is found.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.result import ArticleResult, Attribution
from inquit.models.segmentation import segment
from inquit.training.corpora import read_corpus
from inquit.training.evaluation.labels import joint_names
from inquit.training.evaluation.spans import MIN_JACCARD
from inquit.training.evaluation.tokens import TokenIndex, jaccard

HERE = Path(__file__).parent
UNDER_LABELS, WITHOUT_LABELS, NONE = "turns under labels", "answers without labels", "no conversation"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="en")
    parser.add_argument("labels", nargs="*", type=Path, default=sorted((HERE / "conversations").glob("*.jsonl")))
    arguments = parser.parse_args()
    model = Attributor.load(arguments.model)
    for path in arguments.labels:
        print(path.name)
        report([*read_corpus(path)], model)


def report(articles: Sequence[ArticleResult], model: Attributor) -> None:
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in (UNDER_LABELS, WITHOUT_LABELS, NONE)}
    for gold in articles:
        counts[kind_of(gold)] += count(gold, model)
    for kind, n in counts.items():
        if kind == NONE:
            print(f"  {kind}: {n['articles']} articles, {n['mistaken']} of them taken for one")
        elif n:
            print(
                f"  {kind}: {n['articles']} articles; of {n['turns']} turns {n['found'] / n['turns']:.3f} found, "
                f"{n['exact'] / n['turns']:.3f} word by word; of {n['named']} named speakers {n['right'] / n['named']:.3f} right"
            )


def kind_of(gold: ArticleResult) -> str:
    if not gold.attributions:
        return NONE
    return UNDER_LABELS if gold.attributions[0].source else WITHOUT_LABELS


def count(gold: ArticleResult, model: Attributor) -> Counter[str]:
    """A turn is found if J of its content and of its source is at least .5; see docs/measures.md."""
    assert gold.text is not None
    article = Article(gold.id, gold.text)
    found = model(article).attributions
    index = TokenIndex(gold.text)
    n = Counter(articles=1, turns=len(gold.attributions))
    n["mistaken"] = int(not gold.attributions and bool(segment(article).turns))
    for turn in gold.attributions:
        score, source_score, best = max((*similarity(index, turn, other), i) for i, other in enumerate(found))
        is_found = min(score, source_score) >= MIN_JACCARD
        n["found"] += is_found
        n["exact"] += is_found and score == 1
        if turn.speaker is not None:
            speaker = found[best].speaker
            n["named"] += 1
            n["right"] += is_found and joint_names(speaker and speaker.name) == joint_names(turn.speaker.name)
    return n


def similarity(index: TokenIndex, one: Attribution, other: Attribution) -> tuple[float, float]:
    """J of the contents and of the sources."""
    content, source = (
        jaccard(*(index.covered([(span.start, span.end) for span in spans]) for spans in pair))
        for pair in ((one.content, other.content), (one.source, other.source))
    )
    return content, source


if __name__ == "__main__":
    main()
