"""Who takes the turns of a conversation: all turns under one label are one speaker's, and each label has its own.

A label that is a name stands for whoever has that name, one that is a role for the person to whom the article gives it,
"Q" for the writer. Whoever answers in an interview is the person whom the introduction is about.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from inquit.models.segmentation import Document
from inquit.models.speakers.candidates import Candidate
from inquit.models.speakers.entities import NamedEntity
from inquit.models.speakers.forenames import Gender
from inquit.models.speakers.mentions import ORGANIZATION, OTHER, PERSON, PLACE, Mention
from inquit.models.speakers.names import (
    AFTER_NAMES,
    FEMALE_TITLES,
    MALE_TITLES,
    NameMatch,
    initials_of,
    is_title,
    match_names,
    name_tokens,
)
from inquit.models.words import word_texts

_CERTAIN = 0.97
"""Certainty of a speaker whose name or role the label is."""

_ASKS, _ANSWERS = frozenset({"q", "question"}), frozenset({"a", "answer"})
_WRITERS = frozenset({"by", "columnist", "correspondent", "editor", "interviewer", "reporter", "writer"})
_NO_ROLES = frozenset(
    {"caller", "female", "male", "man", "member", "members", "person", "reporter", "voice", "witness", "woman"}
)
"""What labels call people whom the article need not have named, and whom other words near a name call so as well."""
_SAME_ROLE = {
    **dict.fromkeys(["court", "justice", "hon", "honorable", "honourable"], "judge"),
    **dict.fromkeys(["chairman", "chairperson", "chairwoman"], "chair"),
}
_MAX_BETWEEN = 7
"""Words between a name and a role, as in "the committee's chair, the Unionist MP Sir | Desmond Pargeter"."""
_BETWEEN = frozenset(",:([.") | {"a", "an", "in", "our", "the"}
_IS = frozenset({"is", "was"})
_MIN_NICKNAME, _MAX_OTHERS = 3, 2


class TurnSpeaker(NamedTuple):
    """Who takes turns, how certain that is, and who else it may be."""

    candidate: Candidate
    certainty: float
    others: tuple[str, ...] = ()


class _Place(NamedTuple):
    """A mention of somebody who may speak: its words, and the number of the entity."""

    start: int
    stop: int
    number: int


class TurnSpeakers:
    """Finds who takes the turns of one document's conversation."""

    def __init__(self, document: Document, mentions: Sequence[Mention], entities: Sequence[NamedEntity]) -> None:
        self._document = document
        self._entities = entities
        bearers = [number for number, entity in enumerate(entities) if _is_name(entity)]
        self._places = sorted(
            _Place(mentions[i].start, mentions[i].stop, number)
            for number in bearers
            if entities[number].kind == PERSON
            for i in entities[number].mentions
        )
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_start: dict[str, list[int]] = defaultdict(list)
        for number in bearers:
            for word in {*entities[number].tokens} | initials_of(entities[number].tokens):
                self._by_word[word].append(number)
            self._by_start[entities[number].tokens[0][:_MIN_NICKNAME]].append(number)
        self._is_label = document.is_label

    def of_labels(self) -> dict[str, TurnSpeaker]:
        """The speaker of each label, by its name; the label itself if it stands for nobody who is named."""
        labels = [*dict.fromkeys(label.name.of(self._document.text) for label in self._document.turn_labels)]
        answering = [label for label in labels if label.casefold() in _ANSWERS]
        asking = [label for label in labels if label.casefold() in _ASKS]
        others = [label for label in labels if label not in {*answering, *asking}]
        speakers = {label: TurnSpeaker(Candidate(label), _CERTAIN) for label in labels}
        if others:
            found = self._people_of(others)
            return speakers | {label: TurnSpeaker(self._candidate(number), _CERTAIN) for label, number in found.items()}
        speakers |= dict.fromkeys(asking, TurnSpeaker(Candidate(None), _CERTAIN))
        interviewee = self.interviewee()
        return speakers if interviewee is None else speakers | dict.fromkeys(answering, interviewee)

    def interviewee(self) -> TurnSpeaker | None:
        """Whom the introduction of an interview is about: the person named most before the first turn, in full.

        Writers ("by Ann Lee", "our reporter, Ann Lee") aside; None if nobody is.
        """
        turn = self._document.turns[0]
        first = turn.parts[0] if turn.label is None else turn.label.span
        start = self._document.word_range(first)[0]
        texts = word_texts(self._document)
        before = [
            place for place in self._places if place.stop <= start and len(self._entities[place.number].tokens) > 1
        ]
        paragraphs = self._document.paragraph_of_word
        writers = {
            place.number
            for place in before
            for word in range(max(0, place.start - 2), place.start)
            if texts[word].casefold() in _WRITERS and paragraphs[word] == paragraphs[place.start]
        }
        n_times = Counter(place.number for place in before if place.number not in writers)
        if not n_times:
            return None
        (best, n), *others = n_times.most_common(1 + _MAX_OTHERS)  # in a tie, whoever is named first
        names = tuple(self._entities[number].name for number, _ in others)
        return TurnSpeaker(self._candidate(best), _CERTAIN * n / n_times.total(), names)

    def _candidate(self, number: int) -> Candidate:
        return Candidate(self._entities[number].name, (number,))

    def _people_of(self, labels: Sequence[str]) -> dict[str, int]:
        """The entity of each label that stands for one, by its name or else by its role."""
        in_brackets = self._named_in_brackets()
        found = {label: in_brackets[label] for label in labels if label in in_brackets}
        named: dict[str, int] = {}
        known: dict[int, Gender] = {}
        for label in sorted(labels, key=lambda label: -len(_name_of(label))):  # "BOB LEE" before "LEE"
            gender = _gender_of_title(label)
            if (number := self._bearer_of_name(_name_of(label), gender, known)) is not None:
                named[label] = number
                known[number] = known.get(number) or gender
        found |= {label: number for label, number in named.items() if self._is_full_name(number)}
        found |= self._bearers_of_roles([label for label in labels if label not in found], {*found.values()})
        found = named | found
        for label, other in self._roles_in_labels().items():  # "CALLER" after "BRENDA (CALLER)"
            if label not in found and other in found:
                found[label] = found[other]
        return found

    def _is_full_name(self, number: int) -> bool:
        return self._entities[number].kind != OTHER and len(self._entities[number].tokens) > 1

    def _bearer_of_name(self, tokens: tuple[str, ...], gender: Gender, known: Mapping[int, Gender]) -> int | None:
        """Whom a label names, in short or with a title, given the genders that the titles of other labels indicate.

        Who is ``known`` from other labels comes first, then the longest name, then whoever is mentioned most.
        """
        if not tokens:
            return None
        matching = [i for i in self._by_word.get(tokens[-1], ()) if _can_stand_for(tokens, self._entities[i])]
        if len(tokens) == 1 and all(len(self._entities[i].tokens) == 1 for i in matching):
            start = self._by_start.get(tokens[0][:_MIN_NICKNAME], ())  # "BEA" for Beatrix Moore
            matching += [i for i in start if self._entities[i].tokens[0].startswith(tokens[0])]
        both = {Gender.MALE, Gender.FEMALE}  # "MR. LEE" is not "MS. LEE"
        possible = [i for i in matching if not both <= {gender, self._entities[i].gender, known.get(i)}]
        return max(
            possible,
            key=lambda i: (i in known, len(self._entities[i].tokens), len(self._entities[i].mentions)),
            default=None,
        )

    def _named_in_brackets(self) -> dict[str, int]:
        """The people whom labels name in full after a role: "The Secretary of State (Imogen Stacey)"."""
        found = {}
        for label in self._document.turn_labels:
            stop, label_stop = self._document.word_range(label.name)[1], self._document.word_range(label.span)[1]
            inside = bisect_left(self._places, stop, key=lambda place: place.start)
            if inside < len(self._places) and self._places[inside].start < label_stop:
                number = self._places[inside].number
                if len(self._entities[number].tokens) > 1:
                    found[label.name.of(self._document.text)] = number
        return found

    def _roles_in_labels(self) -> dict[str, str]:
        """The names of labels by what they add to them, where that is another label: {"CALLER": "BRENDA"}."""
        text = self._document.text
        names = {label.name.of(text).casefold(): label.name.of(text) for label in self._document.turn_labels}
        roles = {}
        for label in self._document.turn_labels:
            added = text[label.name.end : label.span.end].strip(" ,()[]").casefold()
            if added in names:
                roles[names[added]] = label.name.of(text)
        return roles

    def _bearers_of_roles(self, labels: Sequence[str], taken: AbstractSet[int]) -> dict[str, int]:
        """The people to whom the article gives the roles that labels are, other than those taken."""
        labels_of_noun: dict[str, list[str]] = defaultdict(list)
        for label in labels:
            if (noun := _noun(label.split()[-1])).isalpha() and noun not in _NO_ROLES:
                labels_of_noun[noun].append(label)
        n_times: dict[str, Counter[int]] = defaultdict(Counter)
        for i, text in enumerate(word_texts(self._document)):
            if (noun := _noun(text)) in labels_of_noun and not self._is_label[i]:
                n_times[noun].update(number for number in self._beside(i) if number not in taken)
        return {
            label: count.most_common(1)[0][0]
            for noun, count in n_times.items()
            if count
            for label in labels_of_noun[noun]
        }

    def _beside(self, place: int) -> Iterator[int]:
        """The people named right before or after a word, labels aside."""
        following = bisect_right(self._places, place, key=lambda other: other.start)
        for person in self._places[max(0, following - 1) : following + 1]:
            start, stop = (person.stop, place) if person.start < place else (place + 1, person.start)
            if not self._is_label[person.start] and self._are_joined(start, stop):
                yield person.number

    def _are_joined(self, start: int, stop: int) -> bool:
        """Whether the words between a name and a role join them: "Ann Lee | , the | chair", "Host | : | Ann Lee"."""
        sentences = self._document.sentence_of_word
        if not 0 <= stop - start <= _MAX_BETWEEN or sentences[start - 1] != sentences[stop]:
            return False
        words = list(word_texts(self._document)[start:stop])
        if "," in words:  # "Minister | of Power, | Ann Lee", "chair | , the Unionist MP | Ann Lee"
            words = [word for word in words[words.index(",") :] if not word[0].isupper()]
        return all(word in _BETWEEN or is_title(word.lower(), is_person=True) for word in words) or words[-1] in _IS


def _is_name(entity: NamedEntity) -> bool:
    """Whether an entity has a name, and not a title or words that a label runs into: "CAPT 2", "LEE (line break) Bob"."""
    if entity.kind == PLACE or not entity.name.isprintable() or any(map(str.isdigit, entity.name)):
        return False
    return not all(map(_is_around_names, entity.tokens))


def _name_of(label: str) -> tuple[str, ...]:
    """The tokens of a label without titles and the like: none of "Mr Speaker"."""
    return tuple(token for token in name_tokens(label) if not _is_around_names(token))


def _gender_of_title(label: str) -> Gender:
    words = {word.rstrip(".") for word in label.casefold().split()}
    if words & FEMALE_TITLES:
        return Gender.FEMALE
    return Gender.MALE if words & MALE_TITLES else Gender.UNKNOWN


def _is_around_names(token: str) -> bool:
    """Whether a word belongs to no name but stands before or after one: "mr", "mp"."""
    return is_title(token, is_person=True) or token.upper() in AFTER_NAMES


def _can_stand_for(tokens: tuple[str, ...], entity: NamedEntity) -> bool:
    match = match_names(tokens, entity.tokens)
    if entity.kind == ORGANIZATION:
        return match in (NameMatch.SAME, NameMatch.SURNAME, NameMatch.ACRONYM)
    return match is not NameMatch.NONE


def _noun(word: str) -> str:
    return _SAME_ROLE.get(word.casefold(), word.casefold())
