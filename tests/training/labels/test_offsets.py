"""Offsets of other tools: each unit there and back, and offsets inside a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inquit.training.labels.offsets import OffsetIndex, OffsetUnit


@pytest.mark.parametrize(
    ("text", "unit", "offset", "expected"),
    [
        ("abc", OffsetUnit.UTF16, 2, 2),
        ("🙂 Lee", OffsetUnit.UTF16, 3, 2),
        ("🙂 Lee", OffsetUnit.UTF16, 1, None),  # inside the surrogate pair
        ("👩‍🚒 Lee", OffsetUnit.UTF16, 6, 4),  # a woman, a joiner, a fire engine
        ("é Lee", OffsetUnit.UTF8, 3, 2),
        ("é Lee", OffsetUnit.UTF8, 1, None),
        ("a\r\nb", OffsetUnit.LF, 2, 3),
        ("a\rb", OffsetUnit.LF, 2, 2),
        ("🙂\r\nb", OffsetUnit.UTF16_LF, 3, 3),
        ("abc", OffsetUnit.UTF16, 4, None),
    ],
)
def test_an_offset_of_another_tool_becomes_a_code_point(
    text: str, unit: OffsetUnit, offset: int, expected: int | None
) -> None:
    assert OffsetIndex(text, unit).to_code_points(offset) == expected


@given(st.text(st.characters(exclude_characters="\r")), st.sampled_from(OffsetUnit))
def test_every_offset_survives_the_way_there_and_back(text: str, unit: OffsetUnit) -> None:
    index = OffsetIndex(text, unit)
    assert [index.to_code_points(index.from_code_points(i)) for i in range(len(text) + 1)] == [*range(len(text) + 1)]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_units_agree_with_the_encodings(text: str) -> None:
    for unit, encoding, size in ((OffsetUnit.UTF16, "utf-16-le", 2), (OffsetUnit.UTF8, "utf-8", 1)):
        assert OffsetIndex(text, unit).from_code_points(len(text)) == len(text.encode(encoding)) // size
