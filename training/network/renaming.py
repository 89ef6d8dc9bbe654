"""Give people in training articles other surnames, so that what is learnt does not depend on whom they are about."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from inquit.models.speakers.mentions import PERSON
from inquit.models.speakers.names import GENERATIONS
from inquit.models.tagger import spans_of
from inquit.models.words import word_texts
from inquit.training.network.examples import LabelledDocument

Pool = Mapping[int, Sequence[tuple[int, ...]]]
"""Surnames as ids of word pieces, by the number of pieces."""


def surname_pool(documents: Iterable[LabelledDocument]) -> Pool:
    """Collect the surnames of people in the documents."""
    found: defaultdict[int, set[tuple[int, ...]]] = defaultdict(set)
    for document in documents:
        for places in _surnames(document).values():
            name = _pieces(document, places[0])
            found[len(name)].add(name)
    return {length: sorted(names) for length, names in found.items()}


def rename(document: LabelledDocument, pool: Pool, rng: random.Random) -> LabelledDocument:
    """Replace each surname throughout the document by another one with as many pieces, so that all labels still fit.

    Forenames stay, since pronouns agree with the gender that they suggest.
    """
    ids = document.pieces.ids.copy()
    surnames = [(places, _pieces(document, places[0])) for places in _surnames(document).values()]
    # If two people had the same new name, or one got a name that another keeps, they would become one person.
    taken = {name for _, name in surnames}
    for places, own in surnames:
        length = len(own)
        name = rng.choice(pool[length])
        if name in taken:
            continue
        taken.add(name)
        for word in places:
            first = int(document.pieces.first_piece[word])
            if len(_pieces(document, word)) == length:
                ids[first : first + length] = name
    return replace(document, pieces=replace(document.pieces, ids=ids))


def _surnames(document: LabelledDocument) -> dict[str, list[int]]:
    """The words at which each surname occurs, capitalised, anywhere in the article.

    A word that is also a forename does not count, nor does one that the article also writes in lower case ("may").
    """
    if document.mention_tags is None:
        return {}
    texts = word_texts(document.pieces.document)
    people = [(start, stop) for start, stop in spans_of(document.mention_tags, PERSON).tolist() if stop - start > 1]
    forenames = {texts[start].lower() for start, _ in people}
    surnames = {texts[stop - 1].lower() for _, stop in people if texts[stop - 1].isalpha()}
    surnames -= forenames | GENERATIONS | {text for text in texts if text.islower()}
    places: dict[str, list[int]] = {}
    for word, text in enumerate(texts):
        if text[0].isupper() and text.lower() in surnames:
            places.setdefault(text.lower(), []).append(word)
    return places


def _pieces(document: LabelledDocument, word: int) -> tuple[int, ...]:
    pieces = document.pieces
    stop = pieces.first_piece[word + 1] if word + 1 < len(pieces.first_piece) else len(pieces.ids)
    return tuple(pieces.ids[pieces.first_piece[word] : stop].tolist())
