"""How good predictions are: spans and links, speakers and claims, with intervals over articles. Needs no torch."""

from inquit.training.evaluation.evaluate import Evaluation, article_measures, evaluate, evaluate_claims

__all__ = ["Evaluation", "article_measures", "evaluate", "evaluate_claims"]
