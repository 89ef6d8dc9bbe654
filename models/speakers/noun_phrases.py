"""Noun phrases found without a parser: those that a "who" may refer to, and those that end with a given noun."""

from __future__ import annotations

from bisect import bisect_left

from inquit.models.segmentation import Document, WordRange
from inquit.models.speakers.phrases import BREAKS, PREPOSITIONS, STARTS_OF_NOUN_PHRASES, is_inner_mark
from inquit.models.words import is_joined, word_text, word_texts

_MAX_ANTECEDENT = 9
_MAX_CLAUSE = 40
_N_ANTECEDENTS = 4
_N_NEAREST = 6
_MAX_EXTENSION = 5
_JOINS = frozenset({"and", "or", "but"})
_FUNCTION_WORDS = PREPOSITIONS | frozenset(
    {
        "and", "or", "but", "is", "are", "was", "were", "be", "been", "has", "have", "had", "that", "than", "as", "like",
        "not", "to", "among", "said", "says", "into", "over", "through", "including", "because", "when", "while", "if",
    }
)  # fmt: skip
"""Words after which a short noun phrase may begin."""

_SYNONYMS = (
    ("campaign", "camp", "team"),
    ("poll", "survey"),
    ("ad", "spot"),
    ("lawyer", "attorney"),
    ("film", "movie"),
    ("lawsuit", "suit"),
)
"""Nouns that are used for the same thing."""


def antecedent_phrases(document: Document, word: int) -> list[WordRange]:
    """Possible noun phrases that end right before a relative pronoun; at most `_N_ANTECEDENTS`.

    A phrase begins with an article or the like, with a capitalised word, or after a function word.
    """
    word = _first_of_joined(document, word)
    stop = word
    while stop > 0 and word_text(document, stop - 1) in BREAKS:
        stop -= 1
    sentence = document.sentence_of_word[word]
    if stop == 0 or document.sentence_of_word[stop - 1] != sentence or not word_text(document, stop - 1)[0].isalnum():
        return []
    starts: list[int] = []
    start = stop
    while start > 0 and stop - start < _MAX_ANTECEDENT and document.sentence_of_word[start - 1] == sentence:
        text = word_text(document, start - 1)
        if text in BREAKS and not is_inner_mark(document, start - 1):
            break
        if text.lower() in _FUNCTION_WORDS and start < stop:
            starts.append(start)
        start -= 1
        is_number = text.isdigit()
        while is_number and start > 1 and is_inner_mark(document, start - 1):
            start -= 2
        if is_number or text.lower() in STARTS_OF_NOUN_PHRASES:
            starts.append(start)
            break
    else:
        starts.append(start)
    capitals = stop
    while capitals > start and word_text(document, capitals - 1)[0].isupper():
        capitals -= 1
    starts += [capitals, start, stop - 1]
    return [(place, stop) for place in dict.fromkeys(starts) if place < stop][:_N_ANTECEDENTS]


def _first_of_joined(document: Document, word: int) -> int:
    """The word before which the antecedent ends: in joined clauses the first "who" of "voters, who live, and who …"."""
    sentence = document.sentence_of_word[word]
    if word == 0 or word_text(document, word - 1).lower() not in _JOINS:
        return word
    for earlier in range(word - 2, max(-1, word - 2 - _MAX_CLAUSE), -1):
        if document.sentence_of_word[earlier] != sentence:
            break
        if word_text(document, earlier).lower() in {"who", "which"}:
            return earlier
    return word - 1


def same_nouns(noun: str) -> tuple[str, ...]:
    """The noun and its synonyms in news: "his team" may be the Clinton campaign."""
    return next((nouns for nouns in _SYNONYMS if noun in nouns), (noun,))


class NounIndex:
    """Where each description's noun occurs in the document, to find fuller forms of it; built once per article."""

    def __init__(self, document: Document, nouns: set[str]) -> None:
        self._document = document
        self._places: dict[str, list[int]] = {noun: [] for noun in nouns}
        if nouns:
            for word, text in enumerate(word_texts(document)):
                places = self._places.get(text.lower())
                if places is not None and len(places) < 50:
                    places.append(word)

    def fullest(self, noun: str) -> WordRange | None:
        """The longest run of capitalised words followed by the noun: "Hong Kong police"."""
        best: WordRange | None = None
        for place in self._places.get(noun, ()):
            start = self._start(place)
            length = place + 1 - start
            if length > 1 and (best is None or length > best[1] - best[0]):
                best = start, place + 1
        return best

    def nearest(self, noun: str, *, before: int) -> WordRange | None:
        """The last run of capitalised words followed by the noun before a word: "the Quinnipiac poll … The poll"."""
        places = self._places.get(noun, [])
        for place in reversed(places[: bisect_left(places, before)][-_N_NEAREST:]):
            start = self._start(place)
            if word_text(self._document, start).lower() in STARTS_OF_NOUN_PHRASES:
                start += 1
            if start < place:
                return start, place + 1
        return None

    def introduced(self, noun: str, *, before: int) -> WordRange | None:
        """The first phrase before a word that introduces the noun with "a" or "an": "a new 30-second ad"."""
        for place in self._places.get(noun, ()):
            if place >= before:
                break
            for start in range(place - 1, max(-1, place - 1 - _MAX_EXTENSION), -1):
                text = word_text(self._document, start)
                if text.lower() in {"a", "an"}:
                    return start, place + 1
                if not text[0].isalnum() and text not in "-’'":
                    break
        return None

    def places(self, noun: str) -> list[int]:
        """The positions of the noun, in text order."""
        return self._places.get(noun, [])

    def _start(self, place: int) -> int:
        start = place
        sentence = self._document.sentence_of_word
        while start > 0 and place - start < _MAX_EXTENSION and sentence[start - 1] == sentence[place]:
            text = word_text(self._document, start - 1)
            joined = is_joined(self._document, start)
            if (
                text[0].isupper()
                or text[0].isdigit()
                or ((text in "'’-&/" or text == "s") and joined and start < place)
            ):
                start -= 1
            elif text == "s" and start - 2 >= 0 and word_text(self._document, start - 2) in "'’":
                start -= 2
            else:
                break
        while start < place and (not (text := word_text(self._document, start))[0].isalnum() or text == "s"):
            start += 1
        return start
