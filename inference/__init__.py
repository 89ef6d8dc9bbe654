"""Scoring: the pipeline, readers and writers, the batch runner. Imports `inquit.models` only."""
