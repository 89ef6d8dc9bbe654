"""What twenty newly labelled articles from another domain are worth: retraining, cross-validated end to end.

For each fold, the model is retrained on the articles of the other folds, as `inquit retrain` does, and scores the
articles of this fold. The old domain is scored by a model retrained on all of them.

    python benchmarks/retrain.py --labels ../shared/data/otherdomain/dev.jsonl --old ../shared/data/polnear/dev.jsonl

CPU-seconds are those of one retraining, excluding the start of Python.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import orjson

from inquit.inference.attributor import Attributor
from inquit.models.article import Article
from inquit.models.result import ArticleResult
from inquit.training.corpora import read_corpus
from inquit.training.evaluation import Evaluation, evaluate
from inquit.training.retrain import retrain_model

MEASURES = ("type_macro_f1", "type_acc", "polarity_f1", "checkworthy_ap", "type_ece", "checkworthy_ece")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="en")
    parser.add_argument("--labels", type=Path, required=True, help="labelled articles from the new domain")
    parser.add_argument("--old", type=Path, help="labelled articles from the old domain that no model was trained on")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=13)
    arguments = parser.parse_args()
    articles = list(read_corpus(arguments.labels))
    before = answers(Attributor.load(arguments.model), articles)
    after: dict[str, dict[str, object]] = {}
    for fold in deal(len(articles), arguments.folds, arguments.seed):
        rest = [article for i, article in enumerate(articles) if i not in fold]
        retrained, seconds = retrain(arguments.model, rest)
        after |= answers(retrained, [articles[i] for i in fold])
        print(f"fold of {len(fold)}: retrained on {len(rest)} articles in {seconds:.0f} CPU-seconds", flush=True)
    report(f"new domain, {arguments.folds}-fold", measure(articles, before), measure(articles, after))
    if arguments.old is not None:
        old = list(read_corpus(arguments.old))
        retrained, seconds = retrain(arguments.model, articles)
        print(f"retrained on all {len(articles)} articles in {seconds:.0f} CPU-seconds", flush=True)
        base = Attributor.load(arguments.model)
        report("old domain", measure(old, answers(base, old)), measure(old, answers(retrained, old)))


def deal(n: int, n_folds: int, seed: int) -> list[set[int]]:
    """Deal the indices below ``n`` into folds at random."""
    order = np.random.default_rng(seed).permutation(n).tolist()
    return [set(order[i::n_folds]) for i in range(n_folds)]


def retrain(model: str, articles: list[ArticleResult]) -> tuple[Attributor, float]:
    """A model retrained on these articles, and the CPU-seconds that this took."""
    with tempfile.TemporaryDirectory() as folder:
        labels = Path(folder) / "labels.jsonl"
        labels.write_bytes(b"".join(orjson.dumps(article.to_dict()) + b"\n" for article in articles))
        started = time.process_time()
        retrain_model(model, [labels], Path(folder) / "model")
        seconds = time.process_time() - started
        return Attributor.load(Path(folder) / "model"), seconds


def answers(model: Attributor, articles: list[ArticleResult]) -> dict[str, dict[str, object]]:
    return {article.id: model(Article(article.id, article.text or "")).to_dict() for article in articles}


def measure(articles: list[ArticleResult], predicted: dict[str, dict[str, object]]) -> Evaluation:
    return evaluate({article.id: article.to_dict() for article in articles}, predicted)


def report(title: str, before: Evaluation, after: Evaluation) -> None:
    print(f"\n{title} ({before.n_articles} articles): before, after, difference")
    for name in MEASURES:
        old, new = before.score(name), after.score(name)
        print(f"  {name:18} {old:.4f}  {new:.4f}  {new - old:+.4f}")


if __name__ == "__main__":
    main()
