"""From an article to a document: paragraphs, sentences, words, quotations and turns, as spans of the unchanged text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inquit.models.article import Article, Span
from inquit.models.bylines import find_bylines
from inquit.models.conversation.interviews import find_answers
from inquit.models.conversation.labels import Label
from inquit.models.conversation.turns import Turn, find_turns
from inquit.models.dates import MONTHS, WEEKDAYS
from inquit.models.quotation_marks import Quotation, find_quotations

_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_MISREAD = (
    r"(?:(?<=Ã)|(?<=A\u0303)|(?<=\x83Â)|(?<=\x83A\u0302))(?:[\x80-\x84\x86-\x9f\xa1-\xaa\xac-\xba\xbc-\xbf]|[«»](?=\w))"
)
"""The second half of a letter whose two UTF-8 bytes were decoded as Latin-1 ("FranÃ§ois"), once or twice."""
_WORD = re.compile(rf"\w+(?:(?:[\u0300-\u036f\u00ad\u200c\u200d\u2060]|{_MISREAD})+\w*)*|[^\w\s]")
_SENTENCE_END = re.compile(r"(?<![.!?…。！？])[.!?…。！？]++[\"'”’»›)\]」』]*+(?=\s)")
_BEFORE_NAME = re.compile(
    r"\b(?:mr|mrs|ms|dr|prof|sen|rep|gov|gen|brig|col|lt|sgt|cpl|pvt|capt|cmdr|adm|maj|hon|rev|msgr|fr|det|insp|supt|cllr|atty"
    r"|(?-i:Mt|Rt)|messrs|mme|asst|vs|v|fig|approx|est|e\.g|i\.e|[af]\.k\.a)$",
    re.IGNORECASE,
)
"""Abbreviations that never end a sentence; "Mt" only in this case, because "MT" is Montana."""
_BEFORE_NUMBER = re.compile(r"\bnos?$", re.IGNORECASE)
"""An abbreviation if a number follows ("No. 2"), otherwise a word."""
_ANYWHERE = re.compile(
    r"(?:\b(?:jr|sr|inc|ltd|corp|co|st|ft|dept|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)"
    r"|(?<!\w)(?<!\w['‘’])[^\W\d_](?:\.[^\W\d_])*)$",
    re.IGNORECASE,
)
"""Abbreviations and initials, which may or may not end a sentence; not the "s" of a possessive ("Paul's")."""
_STARTS_SENTENCE = re.compile(
    r"[\"'“‘«(\[]*(?:The|A|An|He|She|It|They|We|I|You|This|That|These|Those|There|His|Her|Its|Their|Our|But|If|When|While|After"
    r"|Before|Although|Though|Because|In|On|Some|Many|What|Who|How|Why|Where)\b(?![-.])"
)
"""Words that are hardly ever part of a name, so that a sentence ends before them."""
_STATE = re.compile(
    r", (?:Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Mass|Md|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa|Tenn|Tex|Vt"
    r"|Va|Wash|Wis|Wyo)$"
)
"""An abbreviated US state after a comma, as in a dateline: "ELY, Minn. (AP) - "."""
_TIME_OF_DAY = re.compile(r"\b[ap]\.m$", re.IGNORECASE)
_AFTER_TIME = re.compile(
    rf"(?:(?:{'|'.join((*WEEKDAYS, *MONTHS))}|[A-Z]{{1,4}}T|GMT|UTC|New Year)\b"
    rf"|(?:{'|'.join(name[:3] for name in (*WEEKDAYS, *MONTHS))}|Sept)\."
    r"|(?:Eastern|Central|Mountain|Pacific|\w+ [Tt]ime)\b)"
)
"""What may continue a time of day: a day, a date or a time zone."""
_ENDS_PARAGRAPH = re.compile(r"[.!?…:;。！？|][\"'”’»›)\]*」』\s]*$")
_OPEN_ENDED = re.compile(
    r"(?:,|\b(?:a|an|the|and|or|but|of|to|in|on|at|by|for|from|with|as|that|which|who|whose|his|her|its|their|this|these"
    r"|is|are|was|were|has|have|had|be|been|also|not|than|into|over|about|after|before|between|against))$",
    re.IGNORECASE,
)
_MIN_BROKEN_LINE, _MIN_WRAPPED_LINE = 25, 50
"""Minimum lengths, in characters: of a line cut inside a sentence, and of a line that a program wrapped."""

N_CASES, N_QUOTE_STATES = 4, 5
N_WORD_FEATURES = N_CASES * N_QUOTE_STATES * 2
_OUTSIDE, _INSIDE, _OPENS, _CLOSES, _NESTED = range(N_QUOTE_STATES)

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
WordRange = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """An article split into paragraphs, sentences, words, quotations and turns of a conversation; do not modify.

    Arrays have one entry per word.

    Attributes:
        words: shape (n_words, 2), start and end offsets.
        paragraph_of_word, sentence_of_word: shape (n_words,), indices into ``paragraphs`` and ``sentences``.
        features: shape (n_words,), ids below ``N_WORD_FEATURES``: case x quotation state x whether a paragraph starts.
    """

    article: Article
    paragraphs: tuple[Span, ...]
    sentences: tuple[Span, ...]
    quotations: tuple[Quotation, ...]
    quotations_nest_too_deeply: bool
    turns: tuple[Turn, ...]
    words: Ints
    paragraph_of_word: Ints
    sentence_of_word: Ints
    features: Ints

    @property
    def text(self) -> str:
        return self.article.text

    @property
    def turn_labels(self) -> tuple[Label, ...]:
        """The labels of the turns, if they have any."""
        return tuple(turn.label for turn in self.turns if turn.label is not None)

    @property
    def is_label(self) -> NDArray[np.bool_]:
        """Whether each word belongs to a label of a turn, or to the mark after it: shape (n_words,)."""
        is_label = np.zeros(len(self.words), dtype=bool)
        for label in self.turn_labels:
            for span in filter(None, (label.span, label.mark)):
                is_label[slice(*self.word_range(span))] = True
        return is_label

    @property
    def is_quoted(self) -> NDArray[np.bool_]:
        """Whether each word is inside quotation marks, including the marks themselves: shape (n_words,)."""
        return are_quoted(self.features)

    def word_range(self, span: Span) -> tuple[int, int]:
        """The words that ``span`` touches, as a half-open range of word indices."""
        first = int(np.searchsorted(self.words[:, 1], span.start, side="right"))
        stop = int(np.searchsorted(self.words[:, 0], span.end, side="left"))
        return first, max(first, stop)

    def span_of_words(self, first: int, stop: int) -> Span:
        """From the start of word ``first`` to the end of word ``stop - 1``."""
        return Span(int(self.words[first, 0]), int(self.words[stop - 1, 1]))


def quote_states(features: Ints) -> Ints:
    """The quotation states, below ``N_QUOTE_STATES``, of words with these features; same shape."""
    return features // 2 % N_QUOTE_STATES


def are_quoted(features: Ints) -> NDArray[np.bool_]:
    """Whether words with these features are inside quotation marks, including the marks themselves; same shape."""
    return np.not_equal(quote_states(features), _OUTSIDE)


def segment(article: Article) -> Document:
    """Split an article into a document. Never fails or alters the text; time and memory are linear in its length."""
    text = article.text
    paragraphs = split_paragraphs(text)
    sentences = tuple(sentence for paragraph in paragraphs for sentence in split_sentences(text, paragraph))
    quotations, quotations_nest_too_deeply = find_quotations(text, paragraphs)
    words = _find_words(text)
    paragraph_of_word = _index_of_container(words, paragraphs)
    bylines = find_bylines(text, paragraphs)
    if bylines:
        is_read = ~np.isin(paragraph_of_word, list(bylines))
        words, paragraph_of_word = words[is_read], paragraph_of_word[is_read]
    read = [paragraph for i, paragraph in enumerate(paragraphs) if i not in bylines]
    return Document(
        article=article,
        paragraphs=paragraphs,
        sentences=sentences,
        quotations=quotations,
        quotations_nest_too_deeply=quotations_nest_too_deeply,
        turns=find_turns(text, read) or find_answers(text, read),
        words=words,
        paragraph_of_word=paragraph_of_word,
        sentence_of_word=_index_of_container(words, sentences),
        features=_word_features(text, words, paragraph_of_word, quotations),
    )


def split_paragraphs(text: str) -> tuple[Span, ...]:
    """Paragraphs: non-blank lines, without surrounding white space, joined where a line break cuts a sentence.

    Scraped text has blank lines inside sentences ("Russia also ¶ told Azerbaijan that"), and mail programs wrap lines.
    A line break does not count if the next line begins in lower case, if the last word cannot end a sentence, or if the
    text is wrapped and the line is as long as a wrapped one.
    """
    lines = _find_lines(text)
    is_wrapped = _is_wrapped(text, lines)
    paragraphs: list[Span] = []
    for previous, line in zip([None, *lines], lines, strict=False):
        if previous is not None and _continues(text, previous, line, is_wrapped=is_wrapped):
            paragraphs[-1] = Span(paragraphs[-1].start, line.end)
        else:
            paragraphs.append(line)
    return tuple(paragraphs)


def _find_lines(text: str) -> list[Span]:
    lines = []
    for match in _LINE.finditer(text):
        stripped = match.group().strip()
        if stripped:
            start = match.start() + match.group().index(stripped[0])
            lines.append(Span(start, start + len(stripped)))
    return lines


def _is_wrapped(text: str, lines: list[Span]) -> bool:
    """Whether lines were wrapped at a fixed width, which shows in long lines often being continued in lower case."""
    long = [(a, b) for a, b in pairwise(lines) if a.end - a.start >= _MIN_WRAPPED_LINE]
    n_lower = sum(text[following.start].islower() for _, following in long)
    return n_lower > 1 and n_lower >= len(long) / 3


def _continues(text: str, previous: Span, following: Span, *, is_wrapped: bool) -> bool:
    """Whether the line ``following`` continues the sentence at the end of ``previous``."""
    end = text[max(previous.start, previous.end - 40) : previous.end]
    length = previous.end - previous.start
    if _ENDS_PARAGRAPH.search(end) or "|" in end or length < _MIN_BROKEN_LINE:
        return False
    if text[following.start].islower() or _OPEN_ENDED.search(end):
        return True
    return is_wrapped and length >= _MIN_WRAPPED_LINE


def split_sentences(text: str, paragraph: Span) -> list[Span]:
    """The sentences of a paragraph, in order; they cover all its characters except white space between them."""
    sentences: list[Span] = []
    start = paragraph.start
    for match in _SENTENCE_END.finditer(text, paragraph.start, paragraph.end):
        if _ends_sentence(text, match, start, paragraph.end):
            sentences.append(Span(start, match.end()))
            start = match.end()
            while text[start].isspace():
                start += 1
    if start < paragraph.end:
        sentences.append(Span(start, paragraph.end))
    return sentences


def _ends_sentence(text: str, match: re.Match[str], start: int, paragraph_end: int) -> bool:
    following = match.end()
    while following < paragraph_end and text[following].isspace():
        following += 1
    if following == paragraph_end:
        return False  # the last sentence: the caller closes it
    if text[following].islower():
        return False
    if match.group() != ".":
        return True
    before = text[max(start, match.start() - 12) : match.start()]
    if _BEFORE_NUMBER.search(before):
        return not text[following].isdigit()
    if _BEFORE_NAME.search(before):
        return False
    if _STATE.search(before):
        return text[following] not in "(-–—"
    if _TIME_OF_DAY.search(before):
        return not _AFTER_TIME.match(text, following)
    if found := _ANYWHERE.search(before):
        return match.start() - len(found.group()) > start and bool(_STARTS_SENTENCE.match(text, following))
    return True


def _find_words(text: str) -> Ints:
    words = [match.span() for match in _WORD.finditer(text)]
    return np.array(words, dtype=np.int64).reshape(-1, 2)


def _index_of_container(words: Ints, containers: tuple[Span, ...]) -> Ints:
    starts = np.array([container.start for container in containers], dtype=np.int64)
    return np.searchsorted(starts, words[:, 0], side="right") - 1


def _word_features(text: str, words: Ints, paragraph_of_word: Ints, quotations: tuple[Quotation, ...]) -> Ints:
    cases = np.fromiter((_case(text[start:end]) for start, end in words.tolist()), dtype=np.int64, count=len(words))
    states = _find_quote_states(words, quotations)
    starts_paragraph = np.ones(len(words), dtype=np.int64)
    starts_paragraph[1:] = paragraph_of_word[1:] != paragraph_of_word[:-1]
    return (cases * N_QUOTE_STATES + states) * 2 + starts_paragraph


def _case(word: str) -> int:
    """The case of a word: 0 lower, 1 Initial, 2 CAPITALS, 3 mIxed."""
    if word.islower() or word == word.lower():
        return 0
    if len(word) > 1 and word.isupper():
        return 2
    return 1 if word[:1].isupper() and word[1:] == word[1:].lower() else 3


def _find_quote_states(words: Ints, quotations: tuple[Quotation, ...]) -> Ints:
    states = np.full(len(words), _OUTSIDE, dtype=np.int64)
    for quotation in quotations:
        first = int(np.searchsorted(words[:, 0], quotation.span.start))
        stop = int(np.searchsorted(words[:, 0], quotation.span.end))
        if first >= stop:
            continue
        states[first:stop] = _INSIDE if quotation.depth == 0 else _NESTED
        if quotation.depth == 0:
            states[first] = _OPENS
            if quotation.is_closed:
                states[stop - 1] = _CLOSES
    return states


def paragraph_breaks(document: Document) -> Ints:
    """Indices of the words that start a paragraph, then the number of words: shape (n_paragraphs_with_words + 1,)."""
    starts = [0] + [i + 1 for i, (a, b) in enumerate(pairwise(document.paragraph_of_word.tolist())) if a != b]
    return np.array([*starts, len(document.words)] if len(document.words) else [0], dtype=np.int64)
