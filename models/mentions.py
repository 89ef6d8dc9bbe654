"""Named mentions of people, organizations and places, and the entities that they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inquit.models.forenames import Gender, gender_of_name
from inquit.models.labels import MENTION_KINDS, allowed_transitions
from inquit.models.names import (
    FEMALE_TITLES,
    GENERATIONS,
    MALE_TITLES,
    NameMatch,
    match_names,
    name_tokens,
    trim_title,
)
from inquit.models.segmentation import Document
from inquit.models.tagger import best_tags, cut_sequences, spans_of

Floats = NDArray[np.float32]

PERSON, ORGANIZATION, PLACE, OTHER = range(len(MENTION_KINDS))

_APOSTROPHES = frozenset("'’")
_SENTENCE_STARTS = frozenset(
    {
        "a", "according", "after", "all", "also", "although", "an", "and", "another", "as", "at", "because",
        "before", "beyond", "both", "but", "by", "despite", "during", "even", "every", "first", "for", "from", "he",
        "her", "here", "his", "how", "however", "i", "if", "in", "it", "its", "last", "like", "many", "meanwhile",
        "more", "most", "my", "new", "next", "no", "not", "now", "of", "on", "once", "one", "only", "or", "other",
        "our", "over", "she", "since", "so", "some", "still", "such", "than", "that", "the", "their", "then",
        "there", "these", "they", "this", "those", "though", "to", "two", "under", "unlike", "until", "we", "what",
        "when", "where", "whether", "which", "while", "who", "why", "with", "yet", "you", "your", "asked", "later",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    }
)  # fmt: skip
"""Words whose capital says nothing: they start sentences, or titles of articles."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as it stands: words ``start`` up to, not including, ``stop``, without title and possessive."""

    start: int
    stop: int
    kind: int
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """Whom mentions name.

    Attributes:
        name: the fullest of the names, as the article writes it.
        tokens: of the fullest name.
        kind: index into ``MENTION_KINDS``; the one that most mentions have.
        gender: what titles before the name say, else the forename.
        mentions: indices of its mentions, in text order.
    """

    name: str
    tokens: tuple[str, ...]
    kind: int
    gender: Gender
    mentions: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MentionTagger:
    """A linear layer over begin/inside tags of the kinds of mention."""

    weight: Floats
    bias: Floats
    transitions: Floats

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Floats]) -> MentionTagger:
        transitions = np.where(allowed_transitions(len(MENTION_KINDS)), 0.0, -np.inf).astype(np.float32)
        return cls(arrays["mentions.weight"], arrays["mentions.bias"], transitions)

    def find(self, document: Document, states: Floats) -> list[Mention]:
        """The mentions of a document in text order, from its word states of shape (n_words, n_hidden)."""
        if len(document.words) == 0:
            return []
        tags = best_tags(states @ self.weight.T + self.bias, self.transitions, cut_sequences(document))
        ranges = [
            (start, stop, kind) for kind in range(len(MENTION_KINDS)) for start, stop in spans_of(tags, kind).tolist()
        ]
        return make_mentions(document, ranges)


def make_mentions(document: Document, ranges: Sequence[tuple[int, int, int]]) -> list[Mention]:
    """Mentions from word ranges with their kinds: titles and possessives go, what holds no letter is left out."""
    mentions = []
    for start, stop, kind in sorted(ranges):
        words = [word_text(document, i) for i in range(start, stop)]
        start += trim_title(words, is_person=kind == PERSON)
        stop = _end_of_name(document, start, stop)
        if kind == PERSON:
            stop = _with_generation(document, stop)
        tokens = name_tokens(text_of(document, start, stop)) if start < stop else ()
        if tokens:
            mentions.append(Mention(start, stop, kind, tokens))
    return mentions


def _end_of_name(document: Document, start: int, stop: int) -> int:
    """``stop`` without a possessive and without marks at the end, but for the period of "Jr."."""
    while start < stop:
        last = word_text(document, stop - 1)
        before = word_text(document, stop - 2) if stop - 2 >= start else ""
        if last.lower() == "s" and before in _APOSTROPHES:
            stop -= 2
        elif not last[0].isalnum() and not (last == "." and len(before) <= 2) and last != ")":
            stop -= 1
        else:
            break
    return stop


def _with_generation(document: Document, stop: int) -> int:
    """``stop`` past "Jr." and the like, also after a comma."""
    for n_between in (0, 1):
        word = stop + n_between
        if word < len(document.words) and word_text(document, word).lower() in GENERATIONS:
            if n_between and word_text(document, stop) != ",":
                continue
            ends_with_period = (
                word + 1 < len(document.words)
                and word_text(document, word + 1) == "."
                and word_text(document, word).lower() in {"jr", "sr"}
            )
            return word + 1 + ends_with_period
    return stop


def word_text(document: Document, word: int) -> str:
    start, end = document.words[word]
    return document.text[start:end]


def text_of(document: Document, start: int, stop: int) -> str:
    """The words ``start`` up to ``stop`` as they stand in the text."""
    return document.text[document.words[start, 0] : document.words[stop - 1, 1]]


def is_possessive(document: Document, stop: int) -> bool:
    """Whether "’s", or a bare apostrophe after an s, follows the word before ``stop``."""
    if stop >= len(document.words) or word_text(document, stop) not in _APOSTROPHES:
        return False
    if document.words[stop, 0] != document.words[stop - 1, 1]:
        return False
    if word_text(document, stop - 1)[-1:].lower() == "s":
        return True
    return stop + 1 < len(document.words) and word_text(document, stop + 1).lower() == "s"


def add_missed_mentions(
    document: Document, mentions: Sequence[Mention], sources: Sequence[tuple[int, int]]
) -> list[Mention]:
    """The mentions, and those of names that stand in sources but were not found: all runs of capitals that hold them.

    A source of capitalised words only ("Mr. Clarke", "RT") is a name, unless it is one word that starts a sentence and
    stands nowhere else with a capital.
    """
    is_taken = np.zeros(len(document.words) + 1, dtype=bool)
    for mention in mentions:
        is_taken[mention.start : mention.stop] = True
    missed: dict[str, int] = {}
    for start, stop in sources:
        name = _missed_name(document, start, stop, is_taken)
        if name is not None:
            missed[word_text(document, name[1] - 1)] = PERSON if _follows_title(document, name[0]) else OTHER
    if not missed:
        return list(mentions)
    places = [
        (word, missed[text])
        for word, text in enumerate(document.text[start:end] for start, end in document.words.tolist())
        if text in missed and not is_taken[word]
    ]
    n_inside = Counter(word_text(document, word) for word, _ in places if not starts_sentence(document, word))
    ranges = []
    for word, kind in places:
        if n_inside[word_text(document, word)]:
            start = word
            while start > 0 and _is_name_word(document, start - 1) and not is_taken[start - 1]:
                start -= 1
            ranges.append((start, word + 1, kind))
    return sorted([*mentions, *make_mentions(document, ranges)], key=lambda mention: mention.start)


def _missed_name(document: Document, start: int, stop: int, is_taken: NDArray[np.bool_]) -> tuple[int, int] | None:
    """The name that a source consists of, where it is one that no mention covers."""
    while stop > start and not word_text(document, stop - 1)[0].isalnum():
        stop -= 1
    if not 0 < stop - start <= 6 or is_taken[start:stop].any():
        return None
    start += trim_title([word_text(document, word) for word in range(start, stop)], is_person=True)
    if all(_is_name_word(document, word) for word in range(start, stop)):
        return start, stop
    return None


def _is_name_word(document: Document, word: int) -> bool:
    text = word_text(document, word)
    if text == "." and word > 0:
        return len(word_text(document, word - 1)) == 1
    return text[0].isupper() and text.lower() not in _SENTENCE_STARTS


def _follows_title(document: Document, word: int) -> bool:
    before = [word_text(document, i).lower() for i in range(max(0, word - 2), word)]
    return any(title in MALE_TITLES | FEMALE_TITLES | {"dr"} for title in before)


def starts_sentence(document: Document, word: int) -> bool:
    """Whether a word is the first of its sentence, quotation marks aside."""
    before = word - 1
    while (
        before >= 0
        and not word_text(document, before)[0].isalnum()
        and document.words[before, 1] == document.words[before + 1, 0]
    ):
        before -= 1
    return before < 0 or bool(document.sentence_of_word[before] != document.sentence_of_word[word])


class _Form(NamedTuple):
    """A way to name somebody: the words, and for a surname alone what the title before it says ("Mrs. Clinton")."""

    tokens: tuple[str, ...]
    gender: Gender


def group_mentions(document: Document, mentions: Sequence[Mention]) -> list[NamedEntity]:
    """Entities in the order of their first mentions: short names go to the longer name that they can stand for.

    A name that can stand for several ("Clinton") goes to the one that the article names most often in full; of equals,
    to the one named first. Time is linear in the mentions, but for names that share a word.
    """
    by_form: dict[_Form, list[int]] = {}
    for i, mention in enumerate(mentions):
        is_surname = len(mention.tokens) == 1 and mention.kind == PERSON
        gender = _title_gender(document, mention) if is_surname else Gender.UNKNOWN
        by_form.setdefault(_Form(mention.tokens, gender), []).append(i)
    kinds = {form: Counter(mentions[i].kind for i in places).most_common(1)[0][0] for form, places in by_form.items()}
    members: dict[_Form, list[int]] = {}
    by_word: dict[str, list[_Form]] = {}
    for form in sorted(by_form, key=lambda form: (-len(form.tokens), by_form[form][0])):
        owner = _owner(form, kinds, by_form, by_word)
        if owner is None:
            members[form] = list(by_form[form])
            for key in _keys(form.tokens):
                by_word.setdefault(key, []).append(form)
        else:
            members[owner] += by_form[form]
    full_names = _full_names(document, {f.tokens[0] for f in members if len(f.tokens) == 1 and kinds[f] == PERSON})
    entities = [
        _make_entity(document, mentions, form, sorted(places), full_names.get(form.tokens[0]))
        for form, places in members.items()
    ]
    return sorted(entities, key=lambda entity: entity.mentions[0])


def _keys(tokens: tuple[str, ...]) -> set[str]:
    """What a shorter form of this one must hold: one of its words, or its initials."""
    keys = set(tokens)
    if len(tokens) > 1:
        keys.add("".join(word[0] for word in tokens))
        keys.add("".join(word[0] for word in tokens if word not in {"of", "the", "and", "for"}))
    return keys


def _owner(
    form: _Form,
    kinds: Mapping[_Form, int],
    by_form: Mapping[_Form, Sequence[int]],
    by_word: Mapping[str, Sequence[_Form]],
) -> _Form | None:
    """The longer name that ``form`` stands for, None where it is a name of its own."""
    tokens = form.tokens
    candidates = {
        long: match
        for long in by_word.get(tokens[-1], ()) or by_word.get(tokens[0], ())
        if (match := match_names(tokens, long.tokens)) is not NameMatch.NONE
        and _may_name(kinds[form], kinds[long], match)
        and not _differ(form.gender, long.gender or gender_of_name(long.tokens))
    }
    if not candidates:
        return None
    return max(
        candidates,
        key=lambda long: (
            candidates[long] is NameMatch.SAME,
            kinds[long] == kinds[form],
            kinds[long] != PERSON or candidates[long] is not NameMatch.FORENAME,
            len(by_form[long]),
            -by_form[long][0],
        ),
    )


def _differ(one: Gender, other: Gender) -> bool:
    return Gender.UNKNOWN not in (one, other) and one != other


def _full_names(document: Document, surnames: set[str]) -> dict[str, tuple[int, int]]:
    """Of surnames that nobody was found to bear, the forename that stands before them most often: word ranges."""
    found: dict[str, Counter[str]] = {}
    place: dict[tuple[str, str], tuple[int, int]] = {}
    if not surnames:
        return {}
    previous = ""
    for word, (start, end) in enumerate(document.words.tolist()):
        text = document.text[start:end]
        if text[0].isupper() and text.lower() in surnames and _may_be_forename(document, previous, word - 1):
            found.setdefault(text.lower(), Counter())[previous] += 1
            place.setdefault((text.lower(), previous), (word - 1, word + 1))
        previous = text
    return {surname: place[surname, forenames.most_common(1)[0][0]] for surname, forenames in found.items()}


def _may_be_forename(document: Document, text: str, word: int) -> bool:
    if word < 0 or len(text) < 2 or not text.isalpha() or not text[0].isupper():
        return False
    if gender_of_name((text.lower(), "")) is not Gender.UNKNOWN:
        return True
    return (
        text.lower() not in _SENTENCE_STARTS
        and trim_title([text, ""], is_person=True) == 0
        and not starts_sentence(document, word)
    )


def _may_name(short_kind: int, long_kind: int, match: NameMatch) -> bool:
    """Whether kinds allow it: "Washington" the place is no short form of Denzel Washington."""
    if match is NameMatch.SAME:
        return True
    if (short_kind == PERSON) != (long_kind == PERSON):
        return long_kind == PERSON and match is NameMatch.SURNAME and short_kind != PLACE
    if PERSON in (short_kind, long_kind):
        return match is not NameMatch.ACRONYM
    if short_kind == PLACE:
        return match is NameMatch.ACRONYM and long_kind == PLACE
    return match is not NameMatch.INNER or long_kind == ORGANIZATION


def _make_entity(
    document: Document,
    mentions: Sequence[Mention],
    form: _Form,
    places: Sequence[int],
    full_name: tuple[int, int] | None,
) -> NamedEntity:
    own = [mentions[i] for i in places]
    fullest = _fullest(own)
    words, tokens = (fullest.start, fullest.stop), fullest.tokens
    kind = Counter(mention.kind for mention in own).most_common(1)[0][0]
    if full_name is not None and len(tokens) == 1 and kind == PERSON:
        words, tokens = full_name, name_tokens(text_of(document, *full_name))
    genders = (_title_gender(document, mention) for mention in own)
    gender = next((gender for gender in genders if gender is not Gender.UNKNOWN), gender_of_name(tokens))
    return NamedEntity(text_of(document, *words), tokens, kind, gender, tuple(places))


def _fullest(mentions: Sequence[Mention]) -> Mention:
    """The mention with most words; not one that adds a word at either end of a full name that is far more frequent."""
    counts = Counter(mention.tokens for mention in mentions)
    longest = max(counts, key=len)
    is_person = mentions[0].kind == PERSON
    for tokens, count in counts.items():
        is_part = longest[-len(tokens) :] == tokens or (is_person and longest[: len(tokens)] == tokens)
        if 2 <= len(tokens) < len(longest) and is_part and count >= 2 * counts[longest]:
            longest = tokens
    own = [mention for mention in mentions if mention.tokens == longest]
    return max(own, key=lambda mention: (mention.stop - mention.start, -mention.start))


def _title_gender(document: Document, mention: Mention) -> Gender:
    for word in range(max(0, mention.start - 2), mention.start):
        title = word_text(document, word).lower()
        if title in FEMALE_TITLES:
            return Gender.FEMALE
        if title in MALE_TITLES:
            return Gender.MALE
    return Gender.UNKNOWN
