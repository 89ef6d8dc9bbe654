"""Every case in the list of bad inputs is named in a test, or in docs/limits.md, which says what is not promised."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
N_CASES = {"A": 30, "B": 29, "C": 6, "D": 20}


def test_every_case_has_a_test_or_a_limit() -> None:
    sources = [*(ROOT / "tests" / "inference").rglob("test_*.py"), ROOT / "docs" / "limits.md"]
    named = {name for path in sources for name in re.findall(r"\b[ABCD]\d{1,2}\b", path.read_text(encoding="utf-8"))}
    assert sorted({f"{part}{i}" for part, n in N_CASES.items() for i in range(1, n + 1)} - named) == []
