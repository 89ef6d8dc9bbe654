"""Groups mentions into entities: which short name stands for which longer one, and what each entity's full name is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from inquit.models.segmentation import Document
from inquit.models.speakers.forenames import Gender, gender_of_forename, gender_of_name
from inquit.models.speakers.mentions import (
    ORGANIZATION,
    PARTICLES,
    PERSON,
    PLACE,
    SENTENCE_STARTS,
    Mention,
    start_of_forename,
)
from inquit.models.speakers.names import (
    FEMALE_TITLES,
    GENERATIONS,
    MALE_TITLES,
    NameMatch,
    initials_of,
    is_title,
    match_names,
    name_tokens,
)
from inquit.models.words import is_headline, is_hyphenated, starts_sentence, text_of, word_text, word_texts

_N_LETTERS = 3
_PLACES = frozenset({"us", "uk", "dc", "la", "nj", "ny", "nh", "ri", "sc", "nc", "sd", "nd", "wv", "nm", "uae"})
"""Abbreviations of places, even if an organization has the same initials."""


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A named person, organization, place or other thing, with its mentions.

    Attributes:
        name: the fullest of its names, as the article writes it.
        tokens: the tokens of that name.
        kind: index into ``MENTION_KINDS``; the kind of most of its mentions.
        gender: as indicated by titles before the name, or else by the forename.
        mentions: indices of its mentions, in text order.
    """

    name: str
    tokens: tuple[str, ...]
    kind: int
    gender: Gender
    mentions: tuple[int, ...]


class _Form(NamedTuple):
    """One form of a name.

    Its words; for a bare surname, the gender that a title before it indicates ("Mrs. Clinton"); and "jr", "iii" or the
    like, if present.
    """

    tokens: tuple[str, ...]
    gender: Gender
    generation: str


def group_mentions(document: Document, mentions: Sequence[Mention]) -> list[NamedEntity]:
    """Entities in the order of their first mentions; a short name goes to the longer name that it can stand for.

    A name that can stand for several ("Clinton") goes to the one that the article names most often, in full or with a
    title that distinguishes them ("Mrs. Clinton"); in a tie, to the one named first. Time is linear in the number of
    mentions, except for names that share a word.
    """
    by_form: dict[_Form, list[int]] = {}
    for i, mention in enumerate(mentions):
        is_surname = len(mention.tokens) == 1 and mention.kind == PERSON
        gender = title_gender(document, mention) if is_surname else Gender.UNKNOWN
        by_form.setdefault(_Form(mention.tokens, gender, _generation(document, mention)), []).append(i)
    kinds = {form: Counter(mentions[i].kind for i in places).most_common(1)[0][0] for form, places in by_form.items()}
    members: dict[_Form, list[int]] = {}
    by_word: dict[str, list[_Form]] = {}
    for form in sorted(by_form, key=lambda form: (-len(form.tokens), form.gender is Gender.UNKNOWN, by_form[form][0])):
        owner = _owner(form, kinds, members, by_word)
        if owner is None:
            members[form] = list(by_form[form])
            for key in _keys(form.tokens):
                by_word.setdefault(key, []).append(form)
        else:
            members[owner] += by_form[form]
    full_names = _full_names(
        document,
        mentions,
        {f.tokens[0]: kinds[f] for f in members if len(f.tokens) == 1 and kinds[f] in (PERSON, ORGANIZATION)},
    )
    entities = [
        _make_entity(document, mentions, sorted(places), full_names.get(form.tokens[0]))
        for form, places in members.items()
    ]
    return sorted(entities, key=lambda entity: entity.mentions[0])


def _keys(tokens: tuple[str, ...]) -> set[str]:
    """Keys under which shorter forms and other spellings of a name find it: words, initials and `_spelling_keys`."""
    return set(tokens) | initials_of(tokens) | _spelling_keys(tokens)


def _spelling_keys(tokens: tuple[str, ...]) -> set[str]:
    """The first word with the beginning, and with the end, of the last word.

    A variant spelling leaves one of the two unchanged ("Zelensky", "Zelenskyy").
    """
    if len(tokens) < 2:
        return set()
    return {f"{tokens[0]} {tokens[-1][:_N_LETTERS]}-", f"{tokens[0]} -{tokens[-1][-_N_LETTERS:]}"}


def _owner(
    form: _Form,
    kinds: Mapping[_Form, int],
    members: Mapping[_Form, Sequence[int]],
    by_word: Mapping[str, Sequence[_Form]],
) -> _Form | None:
    """The longer name that ``form`` stands for; None if it is a name of its own."""
    tokens = form.tokens
    candidates = {
        long: match
        for long in by_word.get(tokens[-1])
        or [of for key in sorted(_spelling_keys(tokens)) for of in by_word.get(key, ())]
        if (match := _match(form, long, kinds)) is not NameMatch.NONE
        and _may_name(kinds[form], kinds[long], match)
        and not (kinds[long] == ORGANIZATION and tokens[0] in _PLACES and match is NameMatch.ACRONYM)
        and not _differ(form.gender, long.gender or gender_of_name(long.tokens))
        and (form.generation == long.generation or not (form.generation and long.generation))
    }
    if not candidates:
        return None
    return max(
        candidates,
        key=lambda long: (
            candidates[long] is NameMatch.SAME,
            kinds[long] == kinds[form],
            kinds[long] != PERSON or candidates[long] not in (NameMatch.FORENAME, NameMatch.INNER),
            len(members[long]),
            -members[long][0],
        ),
    )


def _match(form: _Form, long: _Form, kinds: Mapping[_Form, int]) -> NameMatch:
    """Like `match_names`, but a person may also go by one of several surnames ("Lula": Luiz Inácio Lula da Silva)."""
    match = match_names(form.tokens, long.tokens)
    is_within = len(form.tokens) == 1 and len(form.tokens[0]) > 2 and form.tokens[0] in long.tokens[1:-1]
    if match is NameMatch.NONE and is_within and kinds[form] == kinds[long] == PERSON:
        return NameMatch.INNER
    return match


def _generation(document: Document, mention: Mention) -> str:
    last = text_of(document, mention.start, mention.stop).rpartition(" ")[2].strip(".").lower()
    return last if last in GENERATIONS else ""


def _differ(one: Gender, other: Gender) -> bool:
    return Gender.UNKNOWN not in (one, other) and one != other


def _full_names(
    document: Document, mentions: Sequence[Mention], surnames: Mapping[str, int]
) -> dict[str, tuple[int, int]]:
    """Full names for surnames that no full name was found for: word ranges with the forename most often before each.

    Not inside a longer name, where it may be another surname ("Luiz | Inácio Lula | da Silva", "Harriet | Lockwood |
    -Vane").

    Args:
        surnames: the kind of each surname's mentions. An organization ("Fields") turns out to be a person if a known
            forename that no mention covers ("Michelle") comes before it.
    """
    found: dict[str, Counter[str]] = {}
    place: dict[tuple[str, str], tuple[int, int]] = {}
    if not surnames:
        return {}
    covered = {word for mention in mentions for word in range(mention.start, mention.stop)}
    inner = {word for mention in mentions if mention.kind == PERSON for word in range(mention.start + 1, mention.stop)}
    previous = ""
    for word, text in enumerate(word_texts(document)):
        kind = surnames.get(text.lower()) if text[0].isupper() else None
        is_whole = word - 1 not in inner and not is_hyphenated(document, word)
        if kind is None or not is_whole or (kind == ORGANIZATION and word - 1 in covered):
            previous = text
            continue
        if _may_be_forename(document, previous, word - 1, is_person=kind == PERSON):
            found.setdefault(text.lower(), Counter())[previous] += 1
            place.setdefault((text.lower(), previous), (start_of_forename(document, word - 1), word + 1))
        previous = text
    return {surname: place[surname, forenames.most_common(1)[0][0]] for surname, forenames in found.items()}


def _may_be_forename(document: Document, text: str, word: int, *, is_person: bool) -> bool:
    if word < 0 or len(text) < 2 or not text.isalpha() or not text[0].isupper():
        return False
    if gender_of_forename(text) is not Gender.UNKNOWN:
        return True
    return (
        is_person
        and text.lower() not in SENTENCE_STARTS
        and not is_title(text.lower(), is_person=True)
        and not starts_sentence(document, word)
    )


def _may_name(short_kind: int, long_kind: int, match: NameMatch) -> bool:
    """Whether the kinds allow a match: "Washington" the place is not short for Denzel Washington."""
    if match is NameMatch.SAME:
        return True
    if (short_kind == PERSON) != (long_kind == PERSON):
        return long_kind == PERSON and match is NameMatch.SURNAME and short_kind != PLACE
    if PERSON in (short_kind, long_kind):
        return match is not NameMatch.ACRONYM
    if short_kind == PLACE:  # "the U.N."
        return match is NameMatch.ACRONYM and long_kind in (PLACE, ORGANIZATION)
    return match is not NameMatch.INNER or long_kind == ORGANIZATION


def _make_entity(
    document: Document,
    mentions: Sequence[Mention],
    places: Sequence[int],
    full_name: tuple[int, int] | None,
) -> NamedEntity:
    own = [mentions[i] for i in places]
    kind = Counter(mention.kind for mention in own).most_common(1)[0][0]
    fullest = _fullest(document, own, kind)
    words, tokens = (fullest.start, fullest.stop), fullest.tokens
    if full_name is not None and len(tokens) == 1 and kind in (PERSON, ORGANIZATION):
        words, tokens, kind = full_name, name_tokens(text_of(document, *full_name)), PERSON
    genders = (title_gender(document, mention) for mention in own)
    gender = next((gender for gender in genders if gender is not Gender.UNKNOWN), gender_of_name(tokens))
    return NamedEntity(text_of(document, *words), tokens, kind, gender, tuple(places))


def _fullest(document: Document, mentions: Sequence[Mention], kind: int) -> Mention:
    """The mention with the most words, apart from two exceptions.

    One is a longer name that adds a word to a person's full name, or a lower-case one to an organization's ("the Global
    Times | tabloid"), when the shorter name is far more frequent. The other is a name that occurs only in a headline,
    where all words are capitalised.
    """
    if len(mentions) == 1:
        return mentions[0]
    counts = Counter(mention.tokens for mention in mentions)
    in_text = Counter(mention.tokens for mention in mentions if not is_headline(document, mention.start))
    organizations = [mention for mention in mentions if mention.kind == kind == ORGANIZATION]
    whole = {mention.tokens for mention in organizations if not word_text(document, mention.stop - 1)[0].islower()}

    def is_described(tokens: tuple[str, ...]) -> bool:
        return any(tokens[: len(name)] == name and counts[name] >= 2 * counts[tokens] for name in whole - {tokens})

    longest = max(counts, key=lambda tokens: (tokens in whole or not is_described(tokens), len(tokens), counts[tokens]))
    is_person = kind == PERSON
    for tokens, count in counts.items():
        if not 2 <= len(tokens) < len(longest):
            continue
        is_of_headline = in_text[tokens] > 0 and not in_text[longest]
        is_rare = is_of_headline or (is_person and count >= 2 * counts[longest])
        if longest[-len(tokens) :] == tokens:
            is_whole = not is_person or (
                gender_of_name(tokens) is not Gender.UNKNOWN and not _is_surname(document, tokens, longest, mentions)
            )
        else:
            is_whole = is_person and longest[: len(tokens)] == tokens
        if is_rare and is_whole:
            longest = tokens
    is_written_so = kind == ORGANIZATION and len(longest) == 1  # "UNICEF"
    own = [mention for mention in mentions if mention.tokens == longest]
    return max(
        own,
        key=lambda mention: (
            is_written_so or not text_of(document, mention.start, mention.stop).isupper(),  # "PARIS - "
            mention.stop - mention.start,
            -mention.start,
        ),
    )


def _is_surname(
    document: Document, tokens: tuple[str, ...], full: tuple[str, ...], mentions: Sequence[Mention]
) -> bool:
    """Whether a name of several words has no forename.

    The full name then has a forename before it ("Bill | de Blasio"), or the name begins with a particle, or a title
    comes before it ("Mr. Guajardo Villarreal").
    """
    return (
        gender_of_forename(full[0]) is not Gender.UNKNOWN
        or (tokens[0] in PARTICLES and gender_of_name(tokens) is Gender.UNKNOWN)
        or any(
            mention.tokens == tokens and title_gender(document, mention) is not Gender.UNKNOWN for mention in mentions
        )
    )


def title_gender(document: Document, mention: Mention) -> Gender:
    """The gender that a title before a name indicates: "Mrs. Lee", "Queen Mother Ann", not "the Queen and | Ray"."""
    for word in range(mention.start - 1, max(-1, mention.start - 3), -1):
        title = word_text(document, word).lower()
        if title in FEMALE_TITLES:
            return Gender.FEMALE
        if title in MALE_TITLES:
            return Gender.MALE
        if title != "." and not word_text(document, word)[0].isupper():
            break
    return Gender.UNKNOWN
