"""Measure predictions: spans and links, speakers and claims, with intervals over articles. Needs no torch."""

from inquit.training.evaluation.evaluate import SEED, Evaluation, article_measures, evaluate, evaluate_claims

ATTRIBUTION_MEASURES = (
    "d_full",
    "d_full|quoted",
    "d_full|indirect",
    "a_exact",
    "c_content",
    "c_cue",
    "c_source",
    "e_acc",
)
"""The main measures of contents, cues and sources. All are F1, except ``e_acc``, which is a share."""

__all__ = ["ATTRIBUTION_MEASURES", "SEED", "Evaluation", "article_measures", "evaluate", "evaluate_claims"]
