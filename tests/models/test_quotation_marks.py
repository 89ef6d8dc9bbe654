import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inquit.models.quotation_marks import MAX_DEPTH, find_quotations, has_unbalanced_quotation
from inquit.models.segmentation import split_paragraphs
from tests.timing import takes_linear_time


def quotations(text: str) -> list[str]:
    """The outermost quotations of a text, marks included."""
    return [q.span.of(text) for q in find_quotations(text, split_paragraphs(text)).found if q.depth == 0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"Yes," she said. "No."', ['"Yes,"', '"No."']),
        ("“Yes,” she said. “No.”", ["“Yes,”", "“No.”"]),
        ("'Yes,' she said. 'No.'", ["'Yes,'", "'No.'"]),
        ("‘Yes,’ she said. ‘No.’", ["‘Yes,’", "‘No.’"]),
        ("„Ja“, sagte sie. „Nein“.", ["„Ja“", "„Nein“"]),
        ("„Tak”, powiedziała.", ["„Tak”"]),
        ("»Ja«, sagte sie.", ["»Ja«"]),
        ("«\u00a0Oui\u00a0», dit-elle.", ["«\u00a0Oui\u00a0»"]),
        ("彼女は「はい」と言った。", ["「はい」"]),
        ("``Yes,'' she said.", ["``Yes,''"]),
        (",,Tak'', powiedziała.", [",,Tak''"]),
        ("＂Yes＂ she said", ["＂Yes＂"]),
        ("&quot;Yes,&quot; she said.", ["&quot;Yes,&quot;"]),
        ('He wrote \\"yes\\" twice.', ['"yes\\"']),
        ("“He said ‘no’ to me,” she said.", ["“He said ‘no’ to me,”"]),
        ("'He said \"no\" to me,' she said.", ["'He said \"no\" to me,'"]),
        ("‘It’s the voters’ choice,’ he said.", ["‘It’s the voters’ choice,’"]),
        ("‘The boys’ and girls’ teams won,’ he said.", ["‘The boys’ and girls’ teams won,’"]),
        ("He called them ‘cowards’ on Monday.\n\n‘They ran,’ he said.", ["‘cowards’", "‘They ran,’"]),
        ("He met ‘cowards’ Monday.\n\n‘They ran,’ he said.", ["‘cowards’", "‘They ran,’"]),
        ("It is 'full of holes' and the workers' plan is not.\n\n'Yes,' he said.", ["'full of holes'", "'Yes,'"]),
        ("He said: ‘It’s the voters’ choice.\n\n‘They won,’ he said.", ["‘It’s the voters’ choice.", "‘They won,’"]),
        ("‘I’m goin’ home,’ he said.", ["‘I’m goin’ home,’"]),
        ("‘I’m goin’ to the shop’, he said.", ["‘I’m goin’ to the shop’"]),
        ("‘They were laughin’ and singin’ all night,’ he said.", ["‘They were laughin’ and singin’ all night,’"]),
        ("‘Top o’ the morning,’ he said.", ["‘Top o’ the morning,’"]),
        ("The plan is called ‘Fit for Britain’ and the ministers’ aides like it.", ["‘Fit for Britain’"]),
        ("‘Facing Putin’ was sold at the publishers’ fair.", ["‘Facing Putin’"]),
        ("They swore ‘Never again’ and marched to the workers’ hall.", ["‘Never again’"]),
        ("'We will begin' he said, and the miners' union agreed.", ["'We will begin'"]),
        ("It is a ‘win’ for the miners’ union.", ["‘win’"]),
        ("‘They met the rebels’ said Lee of the miners’ union.", ["‘They met the rebels’"]),
        ("‘It’s rock ’n’ roll,’ he said.", ["‘It’s rock ’n’ roll,’"]),
        ("‘Have a cup o’ tea,’ he said.", ["‘Have a cup o’ tea,’"]),
        ("‘She called it a ‘farce’ again,’ he said.", ["‘She called it a ‘farce’ again,’"]),
        ("“The ‘boys’ sang “‘No’ again,” he said.", ["“The ‘boys’ sang", "“‘No’ again,”"]),
        ("“One.\n\n“Two.\n\n“Three,” he said.", ["“One.", "“Two.", "“Three,”"]),
        ("She said “yes. He left.\n\nNobody came.", ["“yes. He left."]),
        ("He said no” and left.", []),
        ("“I called him a “liar,” she said.", ["“I called him a", "“liar,”"]),
        ("(“Yes,” she said.)", ["“Yes,”"]),
        ("the so-called “reform”—a word", ["“reform”"]),
        ("William “Bill” Gray spoke.", ["“Bill”"]),
        ('said"No" again', ['"No"']),
        # none of these is a quotation
        ("the voters' choice and O'Neill's house", []),
        ("the ’90s and the '80s, ’tis rock 'n' roll", []),
        ("He is 6'2\" tall.", []),
        ('a 24" screen', []),
        ("Don't, can’t, won‘t.", []),
        ("", []),
        ('"', []),
    ],
)
def test_quotations_are_found(text: str, found: list[str]) -> None:
    assert quotations(text) == found


def test_height_inside_a_quotation_does_not_close_it() -> None:
    assert quotations('"He is 6\'2" and quick," she said.') == ['"He is 6\'2" and quick,"']


def test_depth_is_bounded() -> None:
    text = "“a ‘b " * 60 + "c" + "’”" * 60
    found = find_quotations(text, split_paragraphs(text)).found
    assert found
    assert max(q.depth for q in found) < MAX_DEPTH


@given(st.text(alphabet="\"“”‘’'«»„ a.S\n`,", max_size=200))
def test_any_text_gives_quotations_inside_their_paragraph(text: str) -> None:
    paragraphs = split_paragraphs(text)
    for quotation in find_quotations(text, paragraphs).found:
        assert any(p.start <= quotation.span.start and quotation.span.end <= p.end for p in paragraphs)


@pytest.mark.parametrize("unit", ['"', "“a ", "'a s' ", "“a ‘b ", '"x" '])
def test_time_is_linear(unit: str) -> None:
    assert takes_linear_time(lambda text: find_quotations(text, split_paragraphs(text)).found, unit)


def _cases() -> list[dict[str, Any]]:
    path = Path(__file__).parent.parent / "data" / "quotation_cases.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["name"])
def test_outermost_quotations_of_the_case_file(case: dict[str, Any]) -> None:
    found = find_quotations(case["text"], split_paragraphs(case["text"])).found
    assert [[q.span.start, q.span.end] for q in found if q.depth == 0] == case["quotations"]


@pytest.mark.parametrize(
    ("text", "is_unbalanced"),
    [
        ("“Yes,” she said. It's the 1990s' best.", False),
        ("“Yes,” she said. “No, he said.", True),
        ('"Yes, she said.\n\nHe left.', True),
        ("“It began well.\n\n“It ended badly,” she said.", False),
        ("“It began well.\n\n“It ended badly, she said.", True),
        ("", False),
    ],
)
def test_what_cannot_be_paired_is_told(text: str, is_unbalanced: bool) -> None:
    paragraphs = split_paragraphs(text)
    assert has_unbalanced_quotation(find_quotations(text, paragraphs).found, paragraphs) == is_unbalanced
