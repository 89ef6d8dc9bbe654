from dataclasses import replace
from pathlib import Path

import pytest

from inquit.training.config import read_training_config

CONFIGS = sorted((Path(__file__).parent.parent.parent / "training" / "configs").glob("*.toml"))
SMALL = 'name = "a"\nversion = "1"\nencoder = "e"\n[[corpus]]\npath = "p"\n'


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_shipped_file_is_read(path: Path) -> None:
    config = read_training_config(path)
    assert config.corpus
    assert config.window.core + config.window.left + config.window.right + 2 <= 512
    assert config.core_jitter[1] + config.window.left + config.window.right + 2 <= 512


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not a TOML file"),
        (SMALL + "[optimiser]\n", "unknown key 'optimiser'.*Did you mean 'optimizer'"),
        (SMALL + "[optimizer]\nepoch = 3\n", "unknown key 'epoch'.*Did you mean 'epochs'"),
        (SMALL + '[optimizer]\nepochs = "3"\n', "epochs must be int, got '3'"),
        (SMALL + "[loss]\nclaim = true\n", "claim must be float, got True"),
        ('name = "a"\n', "missing"),
        (SMALL + "[[corpus]]\npaths = 1\n", "corpus 2: unknown key 'paths'"),
        ("core_jitter = [1, 2.5]\n" + SMALL, "core_jitter must be two whole numbers"),
        (SMALL + 'unlabelled = true\nmentions = "m"\n', "corpus p is unlabelled, so the teacher finds its mentions"),
        (SMALL + "unlabelled = 1\n", "unlabelled must be bool, got 1"),
        ("window = 3\n" + SMALL, "window: must be a table"),
    ],
)
def test_a_wrong_file_is_refused_with_the_way_out(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_training_config(tmp_path / "c.toml")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("[optimizer]\nepochs = 9\nmax_minutes = 3\nstart_share = 0.5\n", []),
        ('held_labels = "h"\n', []),
        ('labels = "l"\n[optimizer]\nepochs = 9\naverage = 0.9\n[loss]\nclaim = 0.2\n', ["corpus", "optimizer.average", "loss.claim"]),
        ('[[corpus]]\npath = "q"\n[window]\ncore = 64\n', ["corpus", "window.core"]),
    ],
)  # fmt: skip
def test_what_makes_another_network_is_told_from_what_does_not(
    tmp_path: Path, changed: str, expected: list[str]
) -> None:
    for name, text in (("begun", SMALL), ("changed", SMALL + changed)):
        (tmp_path / name).write_text(text)
    begun, other = (read_training_config(tmp_path / name) for name in ("begun", "changed"))
    assert begun.changes_of_network(replace(other, name="b", version="2", dev="d")) == expected
