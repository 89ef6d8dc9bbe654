"""What counts as the label of a turn, and which labels take turns."""

from __future__ import annotations

import random
import time

import pytest

from inquit.models.article import Span
from inquit.models.conversation.labels import Label, find_labels, labels_in_turns
from inquit.models.segmentation import split_paragraphs


def labels(text: str) -> list[Label]:
    return find_labels(text, split_paragraphs(text))


@pytest.mark.parametrize(
    ("paragraph", "label", "name", "mark", "body"),
    [
        ("Q: When?", "Q", "Q", ":", "When?"),
        ("A. In May.", "A", "A", ".", "In May."),
        ("Q     Thanks, Josh.", "Q", "Q", None, "Thanks, Josh."),
        ("Q Thanks, Josh.", "Q", "Q", None, "Thanks, Josh."),
        ("A. LEE: I did.", "A. LEE", "A. LEE", ":", "I did."),
        ("**Q:** When?", "Q", "Q", ":", "When?"),
        ("MS. UCHE:  Good afternoon.", "MS. UCHE", "MS. UCHE", ":", "Good afternoon."),
        ("JAKE TAPPER, CNN ANCHOR (voice-over): Good evening.", "JAKE TAPPER, CNN ANCHOR (voice-over)", "JAKE TAPPER", ":", "Good evening."),
        ("SEN. ALEXANDRA TAPPERTON,\nCNN ANCHOR: No.", "SEN. ALEXANDRA TAPPERTON,\nCNN ANCHOR", "SEN. ALEXANDRA TAPPERTON", ":", "No."),
        ("Rosa Lind (Harrow East) (Lab): To ask", "Rosa Lind (Harrow East) (Lab)", "Rosa Lind", ":", "To ask"),
        ("[00:01:23] Speaker 2: No.", "Speaker 2", "Speaker 2", ":", "No."),
        ("10:45 AM - Ann van der Lee: Hi", "Ann van der Lee", "Ann van der Lee", ":", "Hi"),
        ("A / Yes.", "A", "A", "/", "Yes."),
        ("Q41    Was the light on?", "Q41", "Q", None, "Was the light on?"),
        ("Kit – See, that terrifies me.", "Kit", "Kit", "–", "See, that terrifies me."),
        ("Ellen Marsh (Thornby) (Ind)", "Ellen Marsh (Thornby) (Ind)", "Ellen Marsh", None, ""),
        ("1. Bridget Callow (Wexcombe) (Lab)", "Bridget Callow (Wexcombe) (Lab)", "Bridget Callow", None, ""),
        ("Speaker 1  00:02", "Speaker 1", "Speaker 1", None, ""),
        ("AM: Farmers say so.", "AM", "AM", ":", "Farmers say so."),
        ("Q14 Chair: Good morning.", "Chair", "Chair", ":", "Good morning."),
        ("not_a_walrus: why", "not_a_walrus", "not_a_walrus", ":", "why"),
        ("Senator ORTEGA. Thank you.", "Senator ORTEGA", "Senator ORTEGA", ".", "Thank you."),
        ("The CHAIRWOMAN. Order.", "The CHAIRWOMAN", "The CHAIRWOMAN", ".", "Order."),
        ("Q41 **Kit Malvern:** Let me start.", "Kit Malvern", "Kit Malvern", ":", "Let me start."),
        ("Basil Orr - Pallister Holdings - CFO", "Basil Orr - Pallister Holdings - CFO", "Basil Orr", None, ""),
        ("*Mr Steyne.* Who called you?", "Mr Steyne", "Mr Steyne", ".", "Who called you?"),
        ("LIND — I never said that.", "LIND", "LIND", "—", "I never said that."),
        ("MAYOR KRUSE | Item 6.", "MAYOR KRUSE", "MAYOR KRUSE", "|", "Item 6."),
        ("14:02:25  CAPT  Did you?", "CAPT", "CAPT", None, "Did you?"),
        ("John Mays -- Chief Executive", "John Mays -- Chief Executive", "John Mays", None, ""),
        ("HANNEKE DUVALL", "HANNEKE DUVALL", "HANNEKE DUVALL", None, ""),
        ("É. Zola: Non.", "É. Zola", "É. Zola", ":", "Non."),
    ],
)  # fmt: skip
def test_a_label_is_found_with_its_parts(paragraph: str, label: str, name: str, mark: str | None, body: str) -> None:
    (found,) = labels(paragraph)
    assert found.span.of(paragraph) == label
    assert found.name.of(paragraph) == name
    assert (found.mark and found.mark.of(paragraph)) == mark
    assert paragraph[found.body :] == body


@pytest.mark.parametrize(
    "paragraph",
    [
        "Here is the thing: we lost.",
        "The minister said: no.",
        "At 10:45 he left.",
        "10:45: Rain.",
        "3:15 p.m.: Rain.",
        "3:15 PM: Rain.",
        "1998: He left.",
        "A High Court judge said no.",
        "Quietly, he left.",
        "See https://example.org/a: it is there.",
        "“Lee: no,” she said.",
        ": no",
        "- no",
    ],
)
def test_other_beginnings_are_no_labels(paragraph: str) -> None:
    assert labels(paragraph) == []


def test_those_who_speak_more_than_once_take_turns() -> None:
    text = "TAPPER: Will you?\nANN LEE: No.\nTAPPER: Why?\nLEE: Why not?\nNote: This is all.\nBOB RAY: Yes."
    taking_turns = labels_in_turns(labels(text))
    assert [label.span.of(text) for label in taking_turns] == ["TAPPER", "ANN LEE", "TAPPER", "LEE"]


@pytest.mark.parametrize(
    "text",
    [
        "LEE: No.\nRAY: Yes.\nKIM: No.\nROSS: Yes.",
        "LEE: No.\nRAY: Yes.\nLEE: No.",
        "LEE: No.\nLEE: No.\nLEE: No.\nLEE: Yes.",
    ],
)
def test_labels_of_few_turns_take_none(text: str) -> None:
    assert labels_in_turns(labels(text)) == []


def test_any_line_is_searched_in_no_time() -> None:
    random.seed(7)
    pieces = [
        "LEE",
        "Lee",
        " ",
        ":",
        ".",
        "Q",
        "(",
        ")",
        "[",
        "]",
        "*",
        "-",
        "—",
        "|",
        "12:30",
        "Q14",
        "\t",
        "#",
        ",",
        "the",
    ]
    slowest = 0.0
    for _ in range(2_000):
        text = "".join(random.choices(pieces, k=120))
        started = time.process_time()
        find_labels(text, [Span(0, len(text))])
        slowest = max(slowest, time.process_time() - started)
    assert slowest < 0.05
