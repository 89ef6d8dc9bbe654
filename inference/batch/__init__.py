"""Batch scoring: any input, any size, any fault. Readers, workers, writers, and the run that joins them.

A run reads `Record`s in the order of the input, scores them in one or more processes, and writes exactly one result for
each, in the same order. It can be killed at any moment; the same command goes on where it was.
"""
