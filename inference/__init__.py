"""Scoring: the pipeline, readers and writers, the batch runner. Imports nothing of inquit but `inquit.models`."""
