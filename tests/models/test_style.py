"""Which texts are flagged because the model has seen little of their style."""

from __future__ import annotations

import pytest

from inquit.models.article import Article
from inquit.models.segmentation import segment
from inquit.models.style import has_unusual_style

NEWS = "Mayor Ann Lee said on Monday that the bridge would be closed for repairs until the end of the year. "


def is_flagged(text: str) -> bool:
    return has_unusual_style(segment(Article("a", text)))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(NEWS.upper() * 3, id="capitals"),
        pytest.param("so ann lee said uh the bridge will close and then we asked her when " * 10, id="no punctuation"),
        pytest.param("Q: When?\n\nA: In May.\n\nQ: Why?\n\nA: It is old.", id="questions and answers"),
        pytest.param("Q. When?\nA. In May.\nQ. Why?\nA. It is old.", id="questions and answers on lines"),
        pytest.param("LEE: In May.\nHOST: Why?\nLEE: It is old.\nHOST (laughing): Oh.\nHOST: So?", id="a transcript"),
        pytest.param("Ann Lee: In May.\nSpeaker 2: Why?\nAnn Lee: It is old.\nSpeaker 2: Oh.", id="names in full"),
    ],
)
def test_an_unusual_style_is_flagged(text: str) -> None:
    assert is_flagged(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("BREAKING NEWS", id="a few capitals"),
        pytest.param(NEWS * 20, id="news"),
        pytest.param("\n\n".join([NEWS] * 9 + ["LEE: In May.", "HOST: Why?"] * 1), id="two turns in an article"),
        pytest.param(
            "\n\n".join([NEWS] * 30 + ["Q: When?", "A: In May."] * 2), id="a short exchange in a long article"
        ),
        pytest.param("\n\n".join(["Note: " + NEWS] * 6), id="one label only"),
        pytest.param("Time: 10 a.m.\nPlace: Town hall.\nPrice: $5.\nTickets: At the door.\n" + NEWS, id="a listing"),
    ],
)
def test_ordinary_news_is_not_flagged(text: str) -> None:
    assert not is_flagged(text)
