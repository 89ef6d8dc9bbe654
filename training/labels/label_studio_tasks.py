"""Make Label Studio tasks from results and labels: a model's answers become predictions, labels become annotations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from statistics import fmean
from typing import Any

from inquit.models.article import Span, Spans
from inquit.models.result import LIKELY, ArticleResult, Attribution, Claim, Narration, Speaker
from inquit.training.labels.check_record import is_gold
from inquit.training.labels.label_studio_config import CHECKWORTHY, FLAGS, NAMED, ROLE, SPEAKER, TEXT
from inquit.training.labels.offsets import OffsetIndex, OffsetUnit

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_-]")
Result = dict[str, Any]


def to_task(result: ArticleResult, *, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One article as a task for the project of `labeling_config`.

    A model's result becomes a prediction to correct; labels and reviewed results become an annotation.

    Args:
        data: additional fields of the task, to sort and filter by.

    Raises:
        ValueError: the result has no text.
    """
    if result.text is None:
        raise ValueError(f"article {result.id}: has no text, which a task needs; score without --no-text")
    regions = list(_Regions(result.text).of(result))
    task: dict[str, Any] = {"data": {**result.metadata, **(data or {}), "id": result.id, "text": result.text}}
    if is_gold(result.to_dict()):
        task["annotations"] = [{"result": regions, "was_cancelled": False, "ground_truth": False}]
    else:
        confidences = [a.confidence for a in result.attributions if a.confidence is not None]
        prediction = {"model_version": result.model or "unknown", "result": regions}
        task["predictions"] = [prediction | ({"score": fmean(confidences)} if confidences else {})]
    return task


class _Regions:
    """The regions of one text; their offsets count UTF-16 units, and their ids are unique."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._index = OffsetIndex(text, OffsetUnit.UTF16)
        self._ids: set[str] = set()

    def of(self, result: ArticleResult) -> Iterator[Result]:
        for attribution in result.attributions:
            yield from self._attribution(attribution)
        for sentence in result.narration:
            yield from self._narration(sentence)

    def _attribution(self, attribution: Attribution) -> Iterator[Result]:
        name = self._new_id(attribution.id)
        first = attribution.content[0]
        yield self._region(name, "Content", first)
        yield from self._choices(name, first, _claim_choices(attribution.claim))
        if attribution.kind is not None:
            yield from self._choices(name, first, {"kind": [attribution.kind.value]})
        if attribution.speaker is not None:
            yield from self._speaker(name, first, attribution.speaker)
        flags = {
            CHECKWORTHY: attribution.claim is not None and attribution.claim.checkworthy >= LIKELY,
            NAMED: attribution.speaker is not None and attribution.speaker.named,
        }
        yield from self._choices(name, first, {FLAGS: [flag for flag, is_set in flags.items() if is_set]})
        yield from self._linked(name, "Content", "part of", attribution.content[1:])
        yield from self._linked(name, "Cue", "cue", attribution.cue)
        yield from self._linked(name, "Source", "source", attribution.source)

    def _linked(self, name: str, role: str, relation: str, spans: Spans) -> Iterator[Result]:
        for number, span in enumerate(spans):
            part = self._new_id(f"{name}-{relation.replace(' ', '-')}-{number}")
            yield self._region(part, role, span)
            yield {"type": "relation", "from_id": name, "to_id": part, "direction": "right", "labels": [relation]}

    def _narration(self, sentence: Narration) -> Iterator[Result]:
        name = self._new_id(f"n{sentence.span.start}")
        yield self._region(name, "Narration", sentence.span)
        yield from self._choices(name, sentence.span, _claim_choices(sentence.claim))
        if sentence.claim is not None and sentence.claim.checkworthy >= LIKELY:
            yield from self._choices(name, sentence.span, {FLAGS: [CHECKWORTHY]})

    def _new_id(self, wanted: str) -> str:
        base = name = _NOT_IN_ID.sub("_", wanted) or "t"
        number = 2
        while name in self._ids:
            name = f"{base}_{number}"
            number += 1
        self._ids.add(name)
        return name

    def _place(self, span: Span) -> dict[str, Any]:
        return {"start": self._index.from_code_points(span.start), "end": self._index.from_code_points(span.end)}

    def _region(self, name: str, role: str, span: Span) -> Result:
        value = self._place(span) | {"text": span.of(self._text), "labels": [role]}
        return {"id": name, "from_name": ROLE, "to_name": TEXT, "type": "labels", "value": value}

    def _choices(self, name: str, span: Span, choices: Mapping[str, Iterable[str]]) -> Iterator[Result]:
        for control, chosen in choices.items():
            if chosen := list(chosen):
                value = self._place(span) | {"choices": chosen}
                yield {"id": name, "from_name": control, "to_name": TEXT, "type": "choices", "value": value}

    def _speaker(self, name: str, span: Span, speaker: Speaker) -> Iterator[Result]:
        if speaker.name is not None:
            value = self._place(span) | {"text": [speaker.name]}
            yield {"id": name, "from_name": SPEAKER, "to_name": TEXT, "type": "textarea", "value": value}
        yield from self._choices(name, span, {"speaker_kind": [speaker.kind.value]})


def _claim_choices(claim: Claim | None) -> dict[str, Iterable[str]]:
    if claim is None:
        return {}
    return {"claim_type": [claim.type], "secondary": claim.secondary, "polarity": [claim.polarity.value]}
