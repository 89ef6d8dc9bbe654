"""Near-duplicates: agency copy, excerpts and boilerplate."""

from __future__ import annotations

from itertools import combinations

import pytest

from inquit.training.labels import near_duplicates

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


@pytest.mark.parametrize("n_copies", [2, 50, 51, 60])
def test_all_pairs_of_copies_are_found(n_copies: int) -> None:
    pairs = near_duplicates([WIRE] * n_copies)
    assert [(pair.first, pair.second) for pair in pairs] == list(combinations(range(n_copies), 2))
    assert {pair.shared for pair in pairs} == {1.0}


def test_each_copy_is_a_near_duplicate_of_an_excerpt() -> None:
    texts = [*[WIRE] * 60, OWN, f"{OWN} {WIRE}"]
    excerpt = len(texts) - 1
    assert [pair.first for pair in near_duplicates(texts) if pair.second == excerpt] == [*range(60), 60]


def test_a_papers_furniture_does_not_make_duplicates() -> None:
    footer = "Sign up for our newsletter and never miss a story from the desk of the paper again."
    assert near_duplicates([f"{footer} {number}" for number in range(60)]) == []
