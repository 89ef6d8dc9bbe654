"""How corrections are kept: which changes are allowed, what the file contains, undo, and two people at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from inquit.inference.corrections import Change, Corrections, StaleVersion, read_corrections
from inquit.inference.writers import LockedError, OutputError, read_results, to_json_line
from inquit.models.result import ArticleResult

from .sample_results import EMOJI, HOSTILE, scored_examples

EXAMPLE = scored_examples(1)[0]


Keep = Callable[..., Corrections]


@pytest.fixture
def keep() -> Iterator[Keep]:
    """Opens corrections of some results in a folder, and closes them after the test."""
    with ExitStack() as stack:

        def open_corrections(folder: Path, *results: ArticleResult, reviewer: str = "ann") -> Corrections:
            results = results or (EMOJI, EXAMPLE)
            return stack.enter_context(Corrections(results, folder / "c.jsonl", reviewer=reviewer))

        yield open_corrections


def change(version: int, *attributions: dict[str, object], is_done: bool = False, id_: str = "emoji") -> Change:
    return Change.from_dict({"id": id_, "version": version, "attributions": list(attributions), "is_done": is_done})


def labels(**changes: object) -> dict[str, object]:
    (attribution,) = EMOJI.to_dict()["attributions"]
    return {**attribution, **changes}


def test_a_change_is_on_the_disk_as_a_label_when_it_is_accepted(keep: Keep, tmp_path: Path) -> None:
    corrections = keep(tmp_path)
    corrections.apply(change(0, labels(reviewed_by="ann")))
    (label,) = read_results(tmp_path / "c.jsonl")
    (attribution,) = label.attributions
    assert label.text == EMOJI.text
    assert label.reviewed_by is None
    assert label.reviewed_at is not None
    assert attribution.reviewed_by == "ann"
    assert attribution.confidence is None
    assert attribution.claim is not None
    assert (attribution.claim.probabilities, attribution.claim.checkworthy) == ({}, True)
    assert attribution.speaker is not None
    assert attribution.speaker.confidence is None


def test_an_article_stands_once_however_often_it_changes(keep: Keep, tmp_path: Path) -> None:
    corrections = keep(tmp_path)
    for version in range(3):
        corrections.apply(change(version, labels()))
    corrections.apply(change(0, id_=EXAMPLE.id, is_done=True))
    assert [label.id for label in read_results(tmp_path / "c.jsonl")] == ["emoji", EXAMPLE.id]


def test_corrections_go_on_after_a_restart(keep: Keep, tmp_path: Path) -> None:
    corrections = keep(tmp_path)
    corrections.apply(change(0, is_done=True))
    corrections.close()
    assert keep(tmp_path).by_id()["emoji"].reviewed_by == "ann"


@pytest.mark.parametrize("claim", [{"type": "threat"}, {"type": "event", "secondary": ["threat"]}])
def test_a_claim_type_that_stands_in_the_file_is_known_after_a_restart(
    keep: Keep, tmp_path: Path, claim: dict[str, object]
) -> None:
    record = EMOJI.to_dict() | {"attributions": [labels(claim=claim, reviewed_by="ann")]}
    (tmp_path / "c.jsonl").write_bytes(to_json_line(ArticleResult.from_dict(record)))
    keep(tmp_path).apply(change(0, labels(claim=claim), is_done=True))
    (label,) = read_results(tmp_path / "c.jsonl")
    assert label.reviewed_by == "ann"


def test_undo_gives_back_what_was_and_at_last_the_models_answer(keep: Keep, tmp_path: Path) -> None:
    corrections = keep(tmp_path)
    first = corrections.apply(change(0, labels()))
    corrections.apply(change(1))
    assert corrections.undo("emoji", 2) == first
    assert corrections.undo("emoji", 3) is None
    assert list(read_results(tmp_path / "c.jsonl")) == []
    with pytest.raises(ValueError, match="nothing is left to undo"):
        corrections.undo("emoji", 4)


def test_a_change_of_an_older_version_is_refused_and_alters_nothing(keep: Keep, tmp_path: Path) -> None:
    corrections = keep(tmp_path)
    kept = corrections.apply(change(0, labels()))
    with pytest.raises(StaleVersion, match="version 1, not 0"):
        corrections.apply(change(0))
    assert corrections.by_id() == {"emoji": kept}


def test_of_many_at_once_only_one_wins(keep: Keep, tmp_path: Path) -> None:
    corrections = keep(tmp_path)
    refused = []

    def apply() -> None:
        try:
            corrections.apply(change(0, labels()))
        except StaleVersion as error:
            refused.append(error)

    threads = [threading.Thread(target=apply) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7
    assert corrections.version("emoji") == 1


@pytest.mark.parametrize(
    ("attribution", "message"),
    [
        (labels(content=[]), "must have content"),
        (labels(content=[[0, 10_000]]), r"content \[0, 10000\] extends beyond the text"),
        (labels(source=[[70, 10_000]]), r"source \[70, 10000\] extends beyond the text"),
        (labels(claim={"type": "evnt"}), "got 'evnt'. Did you mean 'event'"),
        (labels(claim={"type": "event", "secondary": ["no"]}), "got 'no'"),
    ],
)
def test_labels_that_cannot_be_are_refused(
    keep: Keep, tmp_path: Path, attribution: dict[str, object], message: str
) -> None:
    corrections = keep(tmp_path)
    with pytest.raises(ValueError, match=message):
        corrections.apply(change(0, attribution))
    assert corrections.by_id() == {}


def test_an_id_cannot_stand_twice(keep: Keep, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="occurs twice"):
        keep(tmp_path).apply(change(0, labels(), labels()))


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"id": "emoji", "version": "x", "attributions": [], "is_done": False},
        {"id": "emoji", "version": 0, "attributions": [{"id": "t0", "content": [[5, 2]]}], "is_done": False},
        {"id": "emoji", "version": 0, "attributions": [labels(kind="direkt")], "is_done": False},
    ],
)
def test_what_is_no_change_is_refused(record: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Change.from_dict(record)


def test_an_unknown_article_and_one_without_text_are_refused(keep: Keep, tmp_path: Path) -> None:
    corrections = keep(tmp_path, ArticleResult("bare", None))
    with pytest.raises(KeyError, match="elsewhere"):
        corrections.apply(change(0, id_="elsewhere"))
    with pytest.raises(ValueError, match="has no text"):
        corrections.apply(change(0, id_="bare"))


def test_a_second_keeper_of_the_same_file_is_refused(keep: Keep, tmp_path: Path) -> None:
    first = keep(tmp_path)
    with pytest.raises(LockedError, match=r"c\.jsonl\.lock"):
        keep(tmp_path)
    first.close()
    keep(tmp_path)


def test_a_change_that_cannot_be_written_is_not_made(keep: Keep, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    corrections = keep(folder)
    corrections.close()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    with pytest.raises(OutputError):
        corrections.apply(change(0, labels()))
    assert corrections.by_id() == {}
    assert corrections.version("emoji") == 0


def test_corrections_of_another_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(to_json_line(ArticleResult("emoji", "another text")))
    with pytest.raises(ValueError, match="a different text"):
        read_corrections(path, [EMOJI])


def test_corrections_of_articles_that_are_not_shown_are_kept(keep: Keep, tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_bytes(to_json_line(HOSTILE))
    corrections = keep(tmp_path)
    corrections.apply(change(0, labels()))
    assert {label.id for label in read_results(tmp_path / "c.jsonl")} == {HOSTILE.id, "emoji"}


def test_who_reviewed_an_article_first_stays(keep: Keep, tmp_path: Path) -> None:
    corrections = keep(tmp_path)
    corrections.apply(change(0, is_done=True))
    corrections.close()
    corrections = keep(tmp_path, reviewer="bo")
    assert corrections.apply(change(0, labels(reviewed_by="bo"), is_done=True)).reviewed_by == "ann"
