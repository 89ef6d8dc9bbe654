"""Who said what in a printed conversation, with the shipped model."""

from __future__ import annotations

from functools import cache

import pytest

import inquit
from inquit.inference.attributor import Attributor
from inquit.models.result import Attribution, QuoteKind

HEARING = """Senate panel questions hospital chief

The committee heard on Tuesday from Adaeze Uche, the director of the county hospital. Senator Horatio Bell asked most of
the questions.

SEN. BELL: Dr. Uche, when did you learn of the missing records?

MS. UCHE: On the third of May, Senator. Our archivist told me that two cabinets were empty.

I called the police that afternoon.

(Laughter.)

SEN. BELL: And what did the police say?

MS. UCHE: They said, “We have other things to do.” I wrote it down.

The committee meets again in June.
"""

INTERVIEW = """The woman who parks ships

Hedda Orme has been a harbour pilot for 31 years. We met her in the pilots’ hut, still in her oilskins.

How do you explain what you do?

I say that I park ships. People like that.

Were you the first woman to do it?

I was. The examiner told me that he had run out of questions.

Did they make it hard for you?

One of them asked me where the pilot was.

Will you miss it?

I doubt it. My knees are glad.
"""


@cache
def model() -> Attributor:
    return inquit.load()


def found(text: str) -> dict[str, Attribution]:
    """The attributions by the first words of their contents."""
    return {attribution.content[0].of(text)[:16]: attribution for attribution in model()(text).attributions}


def speaker(attribution: Attribution) -> str | None:
    assert attribution.speaker is not None
    return attribution.speaker.name


def test_a_turn_is_said_by_whoever_its_label_names() -> None:
    answer = found(HEARING)["On the third of "]
    assert [span.of(HEARING) for span in answer.source] == ["MS. UCHE"]
    assert [span.of(HEARING) for span in answer.cue] == [":"]
    assert [span.of(HEARING)[-20:] for span in answer.content] == ["cabinets were empty.", "lice that afternoon."]
    assert answer.kind is QuoteKind.DIRECT
    assert answer.confidence is not None
    assert answer.confidence > 0.8
    assert speaker(answer) == "Adaeze Uche"
    assert speaker(found(HEARING)["Dr. Uche, when d"]) == "Horatio Bell"


def test_what_is_reported_in_an_answer_is_an_attribution_of_its_own() -> None:
    reported = found(INTERVIEW)["that he had run "]
    assert speaker(reported) == "The examiner"
    assert reported.kind is QuoteKind.INDIRECT


def test_only_what_is_outside_the_turns_is_narration() -> None:
    sentences = [narration.span.of(HEARING) for narration in model()(HEARING).with_likely_narration().narration]
    assert "The committee meets again in June." in sentences
    assert not [sentence for sentence in sentences if "SEN. BELL" in sentence or "I called" in sentence]
    sentences = [narration.span.of(INTERVIEW) for narration in model()(INTERVIEW).narration]
    assert "Will you miss it?" in sentences
    assert "I was." not in sentences


@pytest.mark.parametrize("text", [HEARING, INTERVIEW])
def test_a_conversation_is_flagged(text: str) -> None:
    assert "W_STYLE" in model()(text).warnings


def test_the_answers_of_an_interview_without_labels_are_the_interviewees() -> None:
    answers = [attribution for attribution in model()(INTERVIEW).attributions if not attribution.cue]
    assert [answer.content[0].of(INTERVIEW)[:5] for answer in answers] == ["I say", "I was", "One o", "I dou"]
    assert {speaker(answer) for answer in answers} == {"Hedda Orme"}
    assert not any(answer.source for answer in answers)
    (entity,) = [entity for entity in model()(INTERVIEW).entities if entity.name == "Hedda Orme"]
    assert entity.n_attributions >= len(answers)


def test_a_turn_of_any_length_is_found() -> None:
    long = "\n\n".join(f"In year {n} I went back to the archive." for n in range(30))
    text = HEARING.replace("I called the police that afternoon.", long)
    answer = found(text)["On the third of "]
    assert len(answer.content) == 31
    assert answer.confidence == found(HEARING)["On the third of "].confidence


def test_a_turn_is_as_check_worthy_as_its_most_check_worthy_sentence() -> None:
    before = found(HEARING)["On the third of "].claim
    text = HEARING.replace(
        "I called the police", "Crime in the county fell by 40 percent last year. I called the police"
    )
    after = found(text)["On the third of "].claim
    assert before is not None
    assert after is not None
    assert before.checkworthy < 0.5 < after.checkworthy


def test_we_in_a_turn_are_not_the_writer() -> None:
    text = HEARING.replace("I called the police that afternoon.", "We believe that the police will find them.")
    assert speaker(found(text)["that the police "]) == "Adaeze Uche"


def test_labels_on_lines_of_their_own_are_no_narration() -> None:
    text = HEARING.replace("SEN. BELL: ", "SEN. BELL\n").replace("MS. UCHE: ", "MS. UCHE\n")
    assert speaker(found(text)["On the third of "]) == "Adaeze Uche"
    assert not [sentence for sentence in model()(text).narration if "UCHE" in sentence.span.of(text)]


def test_in_a_turn_they_are_others() -> None:
    reported = [
        attribution for attribution in model()(HEARING).attributions if attribution.content[0].of(HEARING)[0] == "“"
    ]
    assert [attribution.source[0].of(HEARING) for attribution in reported] == ["They"]
    assert "Adaeze Uche" not in str(speaker(reported[0]))


def test_in_an_answer_i_is_who_answers() -> None:
    assert speaker(found(INTERVIEW)["that I park ship"]) == "Hedda Orme"
