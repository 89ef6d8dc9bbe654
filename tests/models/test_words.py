import pytest

from inquit.models.words import is_headline
from tests.models.marked_names import read_marked


@pytest.mark.parametrize(
    ("text", "answer"),
    [("Mayor Accused Of Planning Second Airport", True), ("The mayor was accused by Ann Lee in Paris", False)],
)
def test_a_headline_has_capitals(text: str, answer: bool) -> None:
    document, _ = read_marked(text)
    assert is_headline(document, 1) is answer
