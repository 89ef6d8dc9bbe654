"""Names for speakers that are not named entities: a source's own words, fuller forms of them, or earlier sources."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from inquit.models.segmentation import Document
from inquit.models.speakers.features import NeuralEvidence, Row
from inquit.models.speakers.mentions import PERSON, Mention
from inquit.models.speakers.noun_phrases import NounIndex, antecedent_phrases, same_nouns
from inquit.models.speakers.phrases import (
    BREAKS,
    DESCRIPTIONS,
    PREPOSITIONS,
    STARTS_OF_NOUN_PHRASES,
    Phrase,
    PhraseKind,
    trimmed_phrase,
    without_relative,
)
from inquit.models.words import AND, starts_sentence, text_of, word_text

_N_EARLIER = 5
_PLURALS = frozenset({"people", "men", "women", "children", "media", "police", "others"})


class DescriptionFinder:
    """Finds the answers that are not an entity's name, for the sources of one document."""

    def __init__(
        self, document: Document, mentions: Sequence[Mention], phrases: Sequence[Phrase], nouns: NounIndex
    ) -> None:
        """``nouns`` holds the places of the phrases' nouns in the document."""
        self._document = document
        self._mentions = mentions
        self._phrases = phrases
        self._nouns = nouns
        self._descriptions = [i for i, phrase in enumerate(phrases) if phrase.kind in DESCRIPTIONS]
        self._forms: dict[int, list[tuple[str, Row]]] = {}

    def find(self, index: int, evidence: NeuralEvidence) -> Iterator[tuple[str, Row]]:
        """The phrase itself, its fuller forms and earlier phrases, as names with their features."""
        phrase = self._phrases[index]
        if self._names_person(phrase):
            return
        found: dict[str, Row] = {}
        itself = text_of(self._document, *phrase.core)
        cut = {"ends at mark": 1.0} if self._ends_at_mark(phrase) else {}
        for name, row in (
            (itself, {"is phrase itself": 1.0} | cut),
            *((joined, row | cut) for joined, row in _joined(itself)),
            *self._forms_of(index),
            *self._antecedent(phrase),
            *self._earlier(index, evidence),
        ):
            found[name] = found.get(name, {}) | row
        names = self._names_in(phrase)
        for name, row in found.items():
            yield name, row | _shape(name) | {"lacks own name": _share_lacking(names, name)}

    def _names_in(self, phrase: Phrase) -> list[str]:
        """The words of a description that are capitalised wherever they are: "Clinton" in "The Clinton campaign"."""
        start, stop = phrase.core
        texts = [word_text(self._document, word) for word in range(start, stop)]
        if texts[0].lower() in STARTS_OF_NOUN_PHRASES or starts_sentence(self._document, start):
            texts = texts[1:]
        return [text for text in texts if text[0].isupper()]

    def _names_person(self, phrase: Phrase) -> bool:
        """Whether a person's name ends the phrase or is in apposition to it; the source is then called nothing else.

        Examples are "captain Rosa Lind" and "the club’s captain, Rosa Lind,". A name after a capitalised word does not
        count, because that word may be a part of the name that was missed.
        """
        if phrase.head is None:
            return False
        head = self._mentions[phrase.head]
        if head.start >= phrase.core[1]:
            return True
        is_last = head.kind == PERSON and head.stop >= phrase.core[1]
        return is_last and head.start > phrase.core[0] and word_text(self._document, head.start - 1).islower()

    def _forms_of(self, index: int) -> list[tuple[str, Row]]:
        if index not in self._forms:
            self._forms[index] = list(self._find_forms(self._phrases[index]))
        return self._forms[index]

    def _find_forms(self, phrase: Phrase) -> Iterator[tuple[str, Row]]:
        """Other names that the source's own words give: all of them, fewer, or the form used elsewhere in the text."""
        if phrase.kind in DESCRIPTIONS or phrase.head is not None:
            own = without_relative(self._document, phrase.words)
            if phrase.core != own and (whole := text_of(self._document, *own).rstrip(" ,.;:—–-")):
                yield whole, {"is whole phrase": 1.0, "ends at mark": float(self._ends_at_mark(phrase))}
        if phrase.kind in DESCRIPTIONS:
            words = trimmed_phrase(self._document, phrase.core)
            if words is not None:
                yield text_of(self._document, *words), {"is trimmed": 1.0}
            yield from self._elsewhere(phrase)

    def _ends_at_mark(self, phrase: Phrase) -> bool:
        """Whether a comma, dash or bracket ends the core of the phrase, which is then more than the speaker's name."""
        stop = phrase.core[1]
        return stop < phrase.words[1] and word_text(self._document, stop) in BREAKS

    def _elsewhere(self, phrase: Phrase) -> Iterator[tuple[str, Row]]:
        for noun in same_nouns(phrase.noun):
            words = self._nouns.fullest(noun)
            if words is not None:
                yield text_of(self._document, *words), {"is fuller form": 1.0}
            words = self._nouns.nearest(noun, before=phrase.words[0])
            if words is not None:
                yield text_of(self._document, *words), {"is nearest form": 1.0}
        words = self._nouns.introduced(phrase.noun, before=phrase.words[0])
        if words is not None:
            yield text_of(self._document, *words), {"is introduced": 1.0}

    def _antecedent(self, phrase: Phrase) -> Iterator[tuple[str, Row]]:
        if phrase.kind is PhraseKind.RELATIVE:
            for rank, words in enumerate(antecedent_phrases(self._document, phrase.words[0])):
                before = word_text(self._document, words[0] - 1).lower() if words[0] else ""
                row = {"is antecedent": 1.0, "recency": 1 / (1 + rank), "follows and": float(before in AND)}
                name = text_of(self._document, *words)
                yield name, row
                yield from ((joined, row | of_form) for joined, of_form in _joined(name))

    def _earlier(self, index: int, evidence: NeuralEvidence) -> Iterator[tuple[str, Row]]:
        """Earlier sources without a name, nearest first; if several share a noun, only the longest form."""
        phrase = self._phrases[index]
        found: dict[str, tuple[str, Row]] = {}
        position = bisect_left(self._descriptions, index)
        sentences, paragraphs = self._document.sentence_of_word, self._document.paragraph_of_word
        for rank, i in enumerate(reversed(self._descriptions[max(0, position - _N_EARLIER) : position])):
            earlier = self._phrases[i]
            between = int(sentences[phrase.words[0]] - sentences[earlier.words[0]])
            name = text_of(self._document, *earlier.core)
            row = {
                "is earlier phrase": 1.0,
                "recency": 1 / (1 + rank),
                "sentences between": min(between, 5) / 5,
                "same sentence": float(between == 0),
                "same paragraph": float(paragraphs[phrase.words[0]] == paragraphs[earlier.words[0]]),
                "spoke before": 1 / (index - i),
                "kind agrees": float(evidence.kinds[i] @ evidence.kinds[index]),
                "same noun": float(earlier.noun == phrase.noun),
                "plural": float(earlier.noun.endswith("s")),
            }
            if earlier.noun not in found or len(name) > len(found[earlier.noun][0]):
                found[earlier.noun] = name, row
            for form, of_form in self._forms_of(i):
                if "is whole phrase" not in of_form:
                    found.setdefault(f"{earlier.noun} {form}", (form, row | of_form))
        yield from found.values()


def _share_lacking(words: Sequence[str], name: str) -> float:
    """The share of ``words`` that a name does not contain."""
    return sum(word not in name for word in words) / max(1, len(words))


def _shape(name: str) -> Row:
    """Features of a description's form: with an article it is not a proper name, with a capital it may contain one."""
    first, *rest = name.split()
    has_article = first.lower() in STARTS_OF_NOUN_PHRASES
    return {
        "begins with article": float(has_article),
        "begins with capital": float(first[0].isupper() and not has_article),
        "holds capital": float(any(word[0].isupper() for word in rest)),
        "length": min(len(rest) + 1, 12) / 12,
    }


def _joined(name: str) -> list[tuple[str, Row]]:
    """A description of several groups, written like joint speakers: "analysts & sources in the camp".

    Whether there really are several groups shows before the first "and": a plural without a preposition.
    """
    first, *rest = re.split(r"\s+and\s+", name)
    words = first.lower().split()
    if not rest or not words:
        return []
    is_plural = (words[-1].endswith("s") or words[-1] in _PLURALS) and not PREPOSITIONS & set(words)
    return [(" & ".join((first, *rest)), {"is joined": 1.0, "plural": float(is_plural)})]
