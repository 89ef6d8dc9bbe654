"""How good predictions are: spans and links, speakers and claims, with intervals over articles. Needs no torch."""

from inquit.training.evaluation.evaluate import Evaluation, evaluate, evaluate_claims

__all__ = ["Evaluation", "evaluate", "evaluate_claims"]
