"""The Label Studio project for our tasks: the names of its controls, and its labeling configuration."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from inquit.models.labels import POLARITIES, SPEAKER_KINDS
from inquit.models.result import QuoteKind

ROLE, TEXT, FLAGS = "role", "text", "flags"
CHECKWORTHY, NAMED = "check-worthy", "speaker has a proper name"

#: Names of the choices on a region, each with the flat value that it sets.
CHOICES = {
    "claim_type": "type",
    "secondary": "secondary",
    "polarity": "polarity",
    "kind": "kind",
    "speaker_kind": "speaker_kind",
}
SPEAKER = "speaker"

_COLOURS = {"Content": "#f2c14e", "Cue": "#4d9078", "Source": "#5b8def", "Narration": "#b0a8b9"}

_SPEAKER_FIELD = (
    f'<TextArea name="{SPEAKER}" toName="{TEXT}" perRegion="true" whenTagName="{ROLE}" whenLabelValue="Content"'
    ' maxSubmissions="1" editable="true" placeholder="speaker: fullest name in the article"/>'
)


def labeling_config(claim_types: tuple[str, ...]) -> str:
    """The XML to paste under Settings, Labeling Interface, Code.

    Args:
        claim_types: the types to choose from, including any that were added.
    """
    kinds = tuple(kind.value for kind in QuoteKind)
    labels = [f"<Label value={quoteattr(role)} background={quoteattr(colour)}/>" for role, colour in _COLOURS.items()]
    relations = [f"<Relation value={quoteattr(name)}/>" for name in ("cue", "source", "part of")]
    lines = [
        "<View>",
        *_element(f'<Labels name="{ROLE}" toName="{TEXT}">', "</Labels>", labels),
        *_element("<Relations>", "</Relations>", relations),
        f'  <Text name="{TEXT}" value="$text"/>',
        *_choices("claim_type", claim_types, "Content,Narration"),
        *_choices("secondary", claim_types, "Content,Narration", choice="multiple"),
        *_choices("polarity", POLARITIES, "Content,Narration"),
        *_choices(FLAGS, (CHECKWORTHY, NAMED), "Content,Narration", choice="multiple"),
        f"  {_SPEAKER_FIELD}",
        *_choices("speaker_kind", SPEAKER_KINDS, "Content"),
        *_choices("kind", kinds, "Content"),
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def _choices(name: str, values: tuple[str, ...], labels: str, *, choice: str = "single") -> list[str]:
    start = (
        f'<Choices name="{name}" toName="{TEXT}" perRegion="true" whenTagName="{ROLE}" whenLabelValue="{labels}"'
        f' choice="{choice}" showInline="true">'
    )
    return _element(start, "</Choices>", [f"<Choice value={quoteattr(value)}/>" for value in values])


def _element(start: str, end: str, children: list[str]) -> list[str]:
    return [f"  {start}", *(f"    {child}" for child in children), f"  {end}"]
