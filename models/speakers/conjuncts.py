"""Splits sources that join several speakers: "Iran, Russia and Syria", "he and his allies"."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from inquit.models.segmentation import Document, WordRange
from inquit.models.speakers.mentions import PERSON, PLACE, Mention
from inquit.models.speakers.phrases import DEFINITE_STARTS, PREPOSITIONS, hangs_on, mentions_inside
from inquit.models.words import AND, is_ticker, word_text

_JOINERS = (("along", "with"), ("as", "well", "as"), *((word,) for word in (*sorted(AND), "nor", "or")))
_BOTH = frozenset({"both", "neither", "either"})
_STARTS_CONJUNCT = DEFINITE_STARTS | frozenset({"other", "others", "several", "many", "some", "various", "a", "an"})
_STARTS_CLAUSE = frozenset({"that", "who", "whose"})
_BEGINS_ASIDE = frozenset({"along", "as", "including", "like", "not", "unlike"})
_ARTICLES = frozenset({"the", "a", "an"})
_CLOSES_APPOSITION = frozenset({",", ")", "-", "--", "–", "—"})
_PARTIES = frozenset({"D", "R", "I"})
_MAX_ASIDE = 7
_MAX_REFERENCE = 5
_MAX_TITLE = 5
"""Maximum number of words from an "and" to the person it leads to: "and former Ohio governor Mike Ray"."""


def split_conjuncts(document: Document, words: WordRange, mentions: Sequence[Mention]) -> list[WordRange]:
    """Split a source that joins several speakers ("Iran, Russia and Syria"); one with a single speaker stays whole."""
    if (reference := _split_from_reference(document, words)) is not None:
        return reference
    source = _Source(document, words, [mentions[i] for i in mentions_inside(words, mentions)])
    parts: list[WordRange] = []
    start = words[0]
    for word in range(words[0] + 1, words[1] - 1):
        mention = source.mention_before(word, start)
        if mention is None or source.is_attribute(mention, word, start):
            continue
        n_joining = source.joiner_length(word)
        if source.joins_list(word, start) or (
            n_joining and source.joins_speakers(mention, word, word + n_joining, start)
        ):
            parts.append((start, mention.stop))
            start = word + max(1, n_joining)
    if not parts:
        return [words]
    return [_without_both(document, *parts[0]), *parts[1:], (start, words[1])]


def _split_from_reference(document: Document, words: WordRange) -> list[WordRange] | None:
    """The two parts of a source like "he and his allies" or "the candidate and her staff"; None for other sources."""
    texts = [word_text(document, word).lower() for word in range(*words)]
    if "and" not in texts[1:-1]:
        return None
    place = texts.index("and", 1)
    start = int(texts[0] in _BOTH)
    is_pronoun = place - start == 1 and texts[start] in {"he", "she", "they", "it"}
    is_plain = texts[start] == "the" and place - start <= _MAX_REFERENCE and not {",", "of"} & set(texts[:place])
    if is_pronoun or (is_plain and texts[place + 1] in {"his", "her", "its"}):
        return [(words[0] + start, words[0] + place), (words[0] + place + 1, words[1])]
    return None


def _without_both(document: Document, start: int, stop: int) -> WordRange:
    """The first part, without a leading "both", "either" or "neither"."""
    return (start + 1 if stop - start > 1 and word_text(document, start).lower() in _BOTH else start), stop


class _Source:
    """The words of a source and the names in it. ``start`` is always the first word of the part being looked at.

    Time is linear in the number of names: those near a word are looked up by position.
    """

    def __init__(self, document: Document, words: WordRange, inside: Sequence[Mention]) -> None:
        self.document, self.words, self.inside = document, words, inside
        self.people = [mention for mention in inside if mention.kind == PERSON]
        self.starts = [mention.start for mention in inside]
        self.starts_of_people = [person.start for person in self.people]
        self.ends = {self.end(mention): mention for mention in inside}
        texts = [self.text(word) for word in range(*words)]
        self.examples = [word for word, text in enumerate(texts, words[0]) if text == "including"]
        self.clauses = [word for word, text in enumerate(texts, words[0]) if text in _STARTS_CLAUSE]
        self.first_free: dict[int, int] = {}
        self.first_listed: dict[int, Mention] = {}
        for mention in inside:
            before = self._listed_before(mention)
            self.first_listed[mention.start] = self.first_listed[before.start] if before else mention

    def text(self, word: int) -> str:
        return word_text(self.document, word)

    def next_mention(self, word: int) -> Mention | None:
        """The first name that begins at or after a word."""
        place = bisect_left(self.starts, word)
        return self.inside[place] if place < len(self.inside) else None

    def next_person(self, word: int) -> Mention | None:
        """The first person whose name begins at or after a word."""
        place = bisect_left(self.starts_of_people, word)
        return self.people[place] if place < len(self.people) else None

    def people_soon(self, word: int, n_words: int = _MAX_TITLE) -> Sequence[Mention]:
        """The people whose names begin at most ``n_words`` words after a word."""
        first = bisect_right(self.starts_of_people, word)
        return self.people[first : bisect_right(self.starts_of_people, word + n_words)]

    def end(self, mention: Mention) -> int:
        """Where a name ends, including a stock ticker after it: "Tesla TSLA.O | and"."""
        has_code = mention.stop < self.words[1] and is_ticker(self.document, mention.stop)
        return mention.stop + 3 if has_code else mention.stop

    def joiner_length(self, word: int) -> int:
        """Length in words of the joiner at ``word`` ("and", "as well as"); 0 if there is none."""
        for joiner in _JOINERS:
            stop = min(word + len(joiner), self.words[1] - 1)
            if tuple(self.text(i).lower() for i in range(word, stop)) == joiner:
                return len(joiner)
        return 0

    def mention_before(self, word: int, start: int) -> Mention | None:
        """The name that ends before a joiner or comma, possibly with an aside or apposition in between."""
        if not self.joiner_length(word) and self.text(word) != ",":
            return None
        place = bisect_right(self.starts, word)
        if word <= start or (place and word < self.inside[place - 1].stop):
            return None  # part of a name, or the start of a part: "Or Cohen", "Save the Children, and Oxfam"
        before = word - 1 if self.text(word - 1) == "," else word
        return self.ends.get(before) or self.ends.get(self._before_aside(before, start)) or self._apposed(word, start)

    def is_attribute(self, mention: Mention, word: int, start: int) -> bool:
        """Whether the name only specifies what precedes it ("the leaders of Iran", "voters in Ohio, Iowa").

        It does not if ``word`` joins people.
        """
        return self._hangs_on(mention, start) and not self._is_between_people(word, start)

    def _hangs_on(self, mention: Mention, start: int) -> bool:
        """Whether a preposition leads to the name, or to the list that it belongs to."""
        first = self.first_listed[mention.start]
        return hangs_on(self.document, first if first.start >= start else mention, start)

    def _listed_before(self, mention: Mention) -> Mention | None:
        """The name before this one in a list ("Acme, the | Globex").

        None for an apposition: "the head of NASA, | Ann Lee" or "| Lee,".
        """
        joiner = mention.start - (2 if self.text(mention.start - 1).lower() in _ARTICLES else 1)
        before = self.ends.get(joiner)
        if before is None or self.text(joiner).lower() not in {",", *AND}:
            return None
        is_enclosed = mention.stop < self.words[1] and self.text(joiner) == self.text(mention.stop) == ","
        is_apposed = mention.kind == PERSON != before.kind and (is_enclosed or len(mention.tokens) > 1)
        return None if is_apposed else before

    def joins_list(self, comma: int, start: int) -> bool:
        """Whether a speaker and later a joiner follow a comma: "Iran, Russia and Syria", not "Iran, an ally and …".

        Headlines omit the joiner: "Lee, Ray".
        """
        following = self._speaker_after(comma) if self.text(comma) == "," else None
        if following is None or self._opens_clause(start, comma):
            return False
        end = self.end(following)
        if end >= self.words[1]:
            return comma == self.words[0] + 1 and self.inside[0].kind == following.kind == PERSON
        is_listed = self.text(end) == "," and end + 1 < self.words[1]
        return is_listed or self.joiner_length(end) > 0

    def _speaker_after(self, comma: int) -> Mention | None:
        """The speaker that follows a comma; None if there is none.

        That is the person that titles and roles lead to ("Gov. Bob Ray", "Google chief Sundar Pichai"), otherwise the
        name right after the comma; if the name before it is no person's, also one with an article ("the Pentagon").
        """
        first = self.next_mention(comma + 1)
        if first is None:
            return None
        article = self.text(comma + 1).lower()
        if article in _ARTICLES:
            one = self.ends.get(comma)
            is_alike = one is not None and one.kind != PERSON and (one.kind == PLACE or first.kind != PLACE)
            return first if article == "the" and is_alike and self._is_title(comma + 2, first.start) else None
        led_to = [p for p in self.people_soon(comma, _MAX_TITLE + 1) if self._is_role(comma + 1, p.start)]
        if led_to:
            return led_to[-1]
        return first if self._is_title(comma + 1, first.start) and not self._has_mark(comma + 1, first.start) else None

    def _has_mark(self, start: int, stop: int) -> bool:
        return any(self.text(word) in {",", "-"} for word in range(start, stop))

    def _is_role(self, start: int, stop: int) -> bool:
        """Whether the words are only titles and a role of at most two words: "former Ohio governor"."""
        texts = [self.text(word) for word in range(start, stop)]
        small = [text for text in texts if text[:1].islower() and text != "s"]
        is_plain = not (_STARTS_CLAUSE | _BEGINS_ASIDE | PREPOSITIONS | {",", *AND}).intersection(texts)
        is_role = len(small) <= 2 and not any(text.endswith("ing") for text in small)
        return is_role and is_plain

    def joins_speakers(self, mention: Mention, joiner: int, following: int, start: int) -> bool:
        """Whether a joiner joins another speaker to the mention before it."""
        if self._is_said_of_first(joiner, start):
            return False
        # Only a name, possibly with a title, comes before: "Mr. Lee and allies".
        is_bare = self.end(mention) == joiner and self._is_title(start, mention.start)
        if self.text(joiner).lower() == "or":
            return is_bare
        return (is_bare and mention.kind == PERSON) or self._begins_conjunct(following)

    def _before_aside(self, word: int, start: int) -> int:
        """Where a name ends if parentheses, or a party and a place (", R-Tenn."), follow it; otherwise ``word``."""
        is_bracket = self.text(word - 1) == ")"
        for place in range(word - 2, max(start, word - 2 - _MAX_ASIDE), -1):
            text = self.text(place)
            if is_bracket and text == "(":
                return place
            if not is_bracket and text == "," and self.text(place + 1) in _PARTIES:
                return place
        return word

    def _apposed(self, word: int, start: int) -> Mention | None:
        """The person whose apposition ends with the comma before an "and": "Ann Lee, a judge, and Bob Ray"."""
        if self.text(word).lower() not in AND or self.text(word - 1) != ",":
            return None
        first, stop = (bisect_left(self.starts_of_people, place) for place in (start, word))
        if stop - first != 1 or not self.people_soon(word):
            return None
        person = self.people[first]
        return person if person.stop < word and self.text(person.stop) == "," else None

    def _is_between_people(self, word: int, start: int) -> bool:
        """Whether people are named before and soon after a word: "Ann Lee of Iowa and Senator Bob Ray of Ohio"."""
        return bool(self.people_soon(word, _MAX_TITLE + 1)) and self._first_free(start) <= word

    def _first_free(self, start: int) -> int:
        """Start of the first person in a part to whom no preposition leads; the end of the source if there is none."""
        if start not in self.first_free:
            people = self.people[bisect_left(self.starts_of_people, start) :]
            free = (person.start for person in people if not self._hangs_on(person, start))
            self.first_free[start] = next(free, self.words[1])
        return self.first_free[start]

    def _is_said_of_first(self, joiner: int, start: int) -> bool:
        """Whether all that is joined describes the first name of the part: "Ann Lee, a judge and friend of Bob Ray"."""
        if self._opens_clause(start, joiner):
            return True
        if self.text(joiner - 1) in _CLOSES_APPOSITION:
            return False
        first = self.next_mention(start)
        if first is None or first.kind != PERSON or first.stop >= joiner or self.text(first.stop) != ",":
            return False
        if self.text(first.stop + 1) in _PARTIES or self._is_apposed_to(joiner):
            return False
        following = self.next_person(first.stop + 1)
        is_list = following is not None and following.start < joiner and self._is_title(first.stop + 1, following.start)
        return self._is_title(start, first.start) and not is_list

    def _opens_clause(self, start: int, stop: int) -> bool:
        """Whether ``stop`` is among examples ("including Lee") or in a clause ("who voted for Lee").

        A comma, bracket or dash right before ``stop`` may have closed the clause.
        """
        if _is_any_between(self.examples, start + 1, stop):
            return True
        is_open = self.text(stop) == "," or self.text(stop - 1) not in _CLOSES_APPOSITION
        return is_open and _is_any_between(self.clauses, start + 1, stop)

    def _is_apposed_to(self, joiner: int) -> bool:
        """Whether the joiner is followed by a person with an apposition: "… and Bob Ray, a judge"."""
        person = self.next_person(joiner + 1)
        return (
            person is not None
            and self._is_title(joiner + 1, person.start)
            and person.stop + 1 < self.words[1]
            and self.text(person.stop) == ","
        )

    def _is_title(self, start: int, stop: int) -> bool:
        """Whether the words are only titles and the like: "Ohio Gov.", "CNN’s", "both"."""
        texts = (self.text(word) for word in range(start, stop))
        return not any(text[:1].islower() and text != "s" and text not in _BOTH for text in texts)

    def _begins_conjunct(self, word: int) -> bool:
        """Whether a speaker begins at a word, possibly with a title or role: "former Governor Mike Ray"."""
        text = self.text(word)
        if text.lower() in _STARTS_CONJUNCT or text[:1].isupper():
            return True
        return word in self.first_listed or bool(self.people_soon(word))


def _is_any_between(places: Sequence[int], start: int, stop: int) -> bool:
    """Whether any of the places, which are sorted, is at or after ``start`` and before ``stop``."""
    return bisect_left(places, start) < bisect_left(places, stop)
