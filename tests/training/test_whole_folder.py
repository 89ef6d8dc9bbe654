from __future__ import annotations

from pathlib import Path

import pytest

from inquit.training.whole_folder import whole_folder


@pytest.fixture(params=[False, True], ids=["new", "in place of another"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    if request.param:
        folder.mkdir()
        (folder / "old").touch()
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_it_appears_at_the_end_in_place_of_the_one_before(folder: Path) -> None:
    before = names(folder.parent)
    with whole_folder(folder) as temporary:
        (temporary / "new").touch()
        assert [name for name in names(folder.parent) if not name.startswith(".tmp-model")] == before
    assert names(folder.parent) == ["model", "model/new"]


def test_a_failure_leaves_what_was_there(folder: Path) -> None:
    before = names(folder.parent)
    with pytest.raises(OSError, match="disk full"), whole_folder(folder) as temporary:
        (temporary / "new").touch()
        raise OSError("disk full")
    assert names(folder.parent) == before


def test_what_a_kill_left_is_cleared_away(folder: Path) -> None:
    for what in ("tmp", "old"):
        (folder.parent / f".{what}-model" / "part").mkdir(parents=True)
    with whole_folder(folder) as temporary:
        (temporary / "new").touch()
    assert names(folder.parent) == ["model", "model/new"]
