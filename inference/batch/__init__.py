"""Batch scoring of any input, of any size, whatever goes wrong: readers, workers, writers, and the run that joins them.

A run reads `Record`s in input order, scores them in one or more processes, and writes exactly one result for each, in
the same order. It can be killed at any moment; the same command then continues where it stopped.
"""
