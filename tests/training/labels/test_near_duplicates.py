"""Near-duplicates: agency copy, excerpts and boilerplate."""

from __future__ import annotations

import pytest

from inquit.training.labels import duplicate_groups, near_duplicates

WIRE = "The council of Norvik said on Monday that it would clear the roads by noon, after two days of snow."
OWN = "Mayor Ada Lund opened the new bridge with a speech that nobody in the rain could hear at all."


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (WIRE, WIRE, True),
        (WIRE, f"NORVIK (Agency) — {WIRE.upper()}", True),
        (WIRE, f"{OWN} {WIRE} {OWN[::-1]}", True),  # an excerpt
        (WIRE, WIRE.replace("Norvik", "Sund"), True),
        (WIRE, OWN, False),
        (WIRE, "", False),
        ("", "", False),
        ("Yes.", "yes", True),
        ("Yes, he said.", "Yes, she said.", False),
    ],
)
def test_near_duplicates_are_found(first: str, second: str, expected: bool) -> None:
    assert bool(near_duplicates([first, second])) == expected


def test_near_duplicates_of_near_duplicates_are_one_group() -> None:
    texts = [WIRE, OWN, f"{WIRE} {OWN}", "Something else altogether."]
    assert duplicate_groups(texts) == [0, 0, 0, 3]


def test_a_papers_furniture_does_not_make_duplicates() -> None:
    footer = "Sign up for our newsletter and never miss a story from the desk of the paper again."
    assert near_duplicates([f"{footer} {number}" for number in range(60)]) == []
