"""Results as shown on a terminal; their ids and texts are untrusted."""

from __future__ import annotations

import io
import re
from collections import Counter

import pytest
import typer
from rich.console import Console, RenderableType

from inquit.inference.commands import fail
from inquit.inference.tables import result_table, speaker_table
from inquit.models.article import Span
from inquit.models.labels import CLAIM_TYPES
from inquit.models.result import ArticleResult, Attribution, Claim, ErrorInfo, Speaker, SpeakerKind, Status

HOSTILE = "\x1b]0;pwned\x07\x9b2J\u202e[red]"


def shown(table: RenderableType, width: int = 400) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


def everything(text: str) -> ArticleResult:
    """A result with the text wherever a text can be."""
    span = (Span(0, len(text)),)
    speaker = Speaker(f"Ann {text}", SpeakerKind.PERSON)
    return ArticleResult(
        text, text, (Attribution("t0", span, span, span, speaker=speaker, claim=Claim(CLAIM_TYPES[0])),)
    )


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(result_table(everything(HOSTILE).to_dict()), id="a result"),
        pytest.param(
            result_table(
                ArticleResult("a", None, status=Status.ERROR, error=ErrorInfo("E_X", "read", HOSTILE)).to_dict()
            ),
            id="an error",
        ),
        pytest.param(speaker_table(Counter({HOSTILE: 2})), id="speakers"),
    ],
)
def test_no_table_sends_control_characters_or_markup(table: RenderableType) -> None:
    text = shown(table)
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)
    assert "[red]" in text


def test_no_message_sends_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        fail(f"{HOSTILE}\nsecond line", 2)
    assert capsys.readouterr().err == "inquit: \\x1b]0;pwned\\x07\\x9b2J\\u202e[red]\nsecond line\n"


@pytest.mark.parametrize("cue", ["acknowledged", "told reporters", "had been reminiscing about"])
def test_a_cue_is_whole_on_80_columns(cue: str) -> None:
    text = f"Ann Lee {cue} that the council had agreed to build the bridge."
    attribution = Attribution("t0", (Span(9 + len(cue), len(text)),), (Span(8, 8 + len(cue)),), (Span(0, 7),))
    table = shown(result_table(ArticleResult("a", text, (attribution,)).to_dict()), width=80)
    assert all(word in table for word in cue.split())
    assert "…" not in table


def test_no_name_and_no_address_is_cut_on_60_columns() -> None:
    text = "Donaudampfschifffahrtsgesellschaft said https://news.example/a/path/without/an/end"
    who, cue, what = (Span(match.start(), match.end()) for match in re.finditer(r"\S+", text))
    table = shown(result_table(ArticleResult("a", text, (Attribution("t0", (what,), (cue,), (who,)),)).to_dict()), 60)
    assert "…" not in table


def test_a_source_is_shown_without_the_comma_after_it() -> None:
    text = "Ann Lee, the mayor, said no."
    spans = [(Span(text.index(part), text.index(part) + len(part)),) for part in ("no", "said", "Ann Lee, the mayor,")]
    result = ArticleResult("a", text, (Attribution("t0", *spans, speaker=Speaker("Ann Lee", SpeakerKind.PERSON)),))
    assert "Ann Lee (Ann Lee, the mayor)" in shown(result_table(result.to_dict()))


@pytest.mark.parametrize(("checkworthy", "shown_as"), [(0.86, "86%"), (0.5, "50%"), (0.49, "")])
def test_a_claim_that_is_worth_a_check_says_so(checkworthy: float, shown_as: str) -> None:
    span = (Span(0, 4),)
    attribution = Attribution("t0", span, (), (), claim=Claim(CLAIM_TYPES[0], checkworthy=checkworthy))
    row = shown(result_table(ArticleResult("a", "Good.", (attribution,)).to_dict())).splitlines()[2]
    assert row.split(CLAIM_TYPES[0])[1].strip() == shown_as
