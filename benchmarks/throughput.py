"""How fast scoring is: articles per CPU second, share of each stage, start-up, memory, and how cost grows with length.

    python benchmarks/throughput.py [--model en] [--articles 250] [--json out.json]

Articles of about 750 words are assembled from paragraphs of examples/articles. CPU seconds are those of the whole
process with all threads, so they are usable even on a busy machine; still, run nothing else meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

if TYPE_CHECKING:
    from inquit.inference.attributor import Attributor
    from inquit.models.article import Article

# Like the command line, and before numpy is loaded: its threads would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

EXAMPLES = Path(__file__).parent.parent / "examples" / "articles"
N_WORDS = 750


def make_articles(n_articles: int, *, n_words: int = N_WORDS, seed: int = 13) -> list[str]:
    """Articles of about ``n_words`` words, made of randomly chosen example paragraphs."""
    paragraphs = [p for path in sorted(EXAMPLES.glob("*.txt")) for p in path.read_text(encoding="utf-8").split("\n\n")]
    rng = random.Random(seed)
    articles = []
    for _ in range(n_articles):
        parts: list[str] = []
        while sum(len(part.split()) for part in parts) < n_words:
            parts.append(rng.choice(paragraphs))
        articles.append("\n\n".join(parts))
    return articles


def start_up_seconds(model: str) -> float:
    """CPU seconds of a fresh process that imports inquit, loads the model and ends."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", f"import inquit; inquit.load({model!r})"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="en")
    parser.add_argument("--articles", type=int, default=250)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures: dict[str, float] = {"start-up, CPU seconds": start_up_seconds(options.model)}

    import inquit
    from inquit.models.article import Article

    model = inquit.load(options.model)
    texts = make_articles(options.articles)
    articles = [Article(str(i), text) for i, text in enumerate(texts)]
    model(articles[0])
    started = time.process_time()
    n_attributions = sum(len(result.attributions) for result in model.score(articles))
    seconds = time.process_time() - started
    n_words = sum(len(text.split()) for text in texts)
    figures["articles of 750 words per CPU second"] = n_words / N_WORDS / seconds
    figures["attributions per article"] = n_attributions / len(texts)
    figures |= {f"share of {name}": share for name, share in stage_shares(model, articles).items()}
    figures["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    short, long = (make_articles(1, n_words=n)[0] for n in (3_000, 30_000))
    figures["cost per word, ten times the text, ratio"] = seconds_per_word(model, long) / seconds_per_word(model, short)
    for name, value in figures.items():
        print(f"{name:45} {value:8.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def stage_shares(model: Attributor, articles: Sequence[Article]) -> dict[str, float]:
    """Score the articles once more; the shares of the CPU seconds spent on the encoder, on speakers and on claims."""
    stages = {
        "encoder": (model.encoder, ("encode",)),
        "speakers": (model.resolver, ("resolve",)),
        "claims": (model.claims, ("label", "label_sentences")),
    }
    seconds = dict.fromkeys(stages, 0.0)
    with ExitStack() as stack:
        for stage, (part, methods) in stages.items():
            for method in methods:
                stack.enter_context(
                    patch.object(type(part), method, _timed(getattr(type(part), method), stage, seconds))
                )
        started = time.process_time()
        for article in articles:
            model(article)
        whole = time.process_time() - started
    return {stage: spent / whole for stage, spent in seconds.items()}


def _timed(method: Callable[..., Any], stage: str, seconds: dict[str, float]) -> Callable[..., Any]:
    @wraps(method)
    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.process_time()
        try:
            return method(*args, **kwargs)
        finally:
            seconds[stage] += time.process_time() - started

    return timed


def seconds_per_word(model: object, text: str) -> float:
    started = time.process_time()
    model(text)  # type: ignore[operator]
    return (time.process_time() - started) / len(text.split())


if __name__ == "__main__":
    main()
