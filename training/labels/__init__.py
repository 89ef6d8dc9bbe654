"""Labels by people: import and export formats, checks before training, agreement, and what to label next.

Needs no training library.
"""

from inquit.training.labels.check import (
    LabelCheck,
    LabelError,
    check_labels,
    check_training_labels,
    load_labels,
    run_check,
)
from inquit.training.labels.check_types import Vocabulary
from inquit.training.labels.findings import Finding, Severity
from inquit.training.labels.formats import ExportFormat, LabelFormat, write_labels
from inquit.training.labels.near_duplicates import near_duplicates

__all__ = [
    "ExportFormat",
    "Finding",
    "LabelCheck",
    "LabelError",
    "LabelFormat",
    "Severity",
    "Vocabulary",
    "check_labels",
    "check_training_labels",
    "load_labels",
    "near_duplicates",
    "run_check",
    "write_labels",
]
