"""The invented articles that ship with inquit to learn from, and the speakers that their sources stand for."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from inquit.models.article import Article
from inquit.models.result import SpeakerKind
from inquit.training.articles import find_file
from inquit.training.speakers.known_speakers import read_known_speakers

NEWS = find_file("news", Path())
PARTS = sorted(path.stem for path in NEWS.glob("?.jsonl"))


def texts_of(part: str) -> dict[str, str]:
    records = map(orjson.loads, (NEWS / f"{part}.jsonl").read_bytes().splitlines())
    return {record["id"]: record["text"] for record in records}


def test_no_article_is_there_twice() -> None:
    assert PARTS
    texts = [item for part in PARTS for item in texts_of(part).items()]
    assert len(dict(texts)) == len({text for _, text in texts}) == len(texts)


@pytest.mark.parametrize("part", PARTS)
def test_speakers_are_named_as_the_article_names_them(part: str) -> None:
    texts = texts_of(part)
    assert not any(mark in text for text in texts.values() for mark in "{}")
    articles = [Article(name, text) for name, text in texts.items()]
    seen, held = (read_known_speakers(NEWS / f"{part}.{name}.jsonl", articles) for name in ("speakers", "held"))
    assert not seen.keys() & held.keys()
    for name, speakers in [*seen.items(), *held.items()]:
        for span, speaker in speakers.items():
            source = span.of(texts[name])
            assert source == source.strip() != "", (name, span)
            if speaker.kind is SpeakerKind.AUTHOR:
                assert speaker.name is None
                continue
            assert speaker.name is not None
            assert all(joined in texts[name] for joined in speaker.name.split(" & ")), (name, speaker)
