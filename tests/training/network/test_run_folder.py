"""Checkpoints: a run that was killed can be resumed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs inquit[train]")

from torch.optim.swa_utils import AveragedModel

from inquit.training.config import CorpusConfig, TrainingConfig
from inquit.training.network.attribution_network import AttributionNetwork
from inquit.training.network.run_folder import (
    STATE_FILE,
    History,
    load_checkpoint,
    load_network,
    load_tokenizer,
    network_file,
    save_checkpoint,
    save_network_frame,
)


def test_a_checkpoint_that_is_cut_short_leaves_the_one_before(tmp_path: Path) -> None:
    network = torch.nn.Linear(1, 1)
    average, optimizer = AveragedModel(network), torch.optim.AdamW(network.parameters())
    torch.nn.init.ones_(network.weight)
    save_checkpoint(network, average, optimizer, History(losses=[{}]), tmp_path)
    torch.nn.init.zeros_(network.weight)
    optimizer.param_groups[0]["cannot be written"] = lambda: None
    with pytest.raises(Exception, match="pickle"):
        save_checkpoint(network, average, optimizer, History(losses=[{}, {}]), tmp_path)
    history = load_checkpoint(network, average, torch.optim.AdamW(network.parameters()), tmp_path)
    assert (len(history.losses), network.weight.item()) == (1, 1.0)


def test_only_the_last_checkpoint_is_kept(tmp_path: Path) -> None:
    network = torch.nn.Linear(1, 1)
    average, optimizer = AveragedModel(network), torch.optim.AdamW(network.parameters())
    for n_epochs in (1, 2):
        save_checkpoint(network, average, optimizer, History(losses=[{}] * n_epochs), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {STATE_FILE, network_file(tmp_path).parent.name}


def test_a_run_with_its_checkpoint_beside_the_history_is_read(tiny_encoder: Path, tmp_path: Path) -> None:
    """The layout that inquit wrote before there was a folder per epoch."""
    config = TrainingConfig(
        name="tiny", version="1", encoder="e", corpus=(CorpusConfig(path="c"),), n_pair_dimensions=8
    )
    network = AttributionNetwork.from_pretrained(str(tiny_encoder), n_pair_dimensions=8, dropout=0.1)
    average, optimizer = AveragedModel(network), torch.optim.AdamW(network.parameters())
    save_network_frame(network, load_tokenizer(tiny_encoder), config, tmp_path)
    save_checkpoint(network, average, optimizer, History(losses=[{}], steps=3), tmp_path)
    for path in list(network_file(tmp_path).parent.iterdir()):
        path.rename(tmp_path / path.name)
    state = json.loads((tmp_path / STATE_FILE).read_text())
    del state["checkpoint"]
    (tmp_path / STATE_FILE).write_text(json.dumps(state))
    found = load_network(tmp_path)[0].state_dict()
    assert all(torch.equal(found[name], tensor) for name, tensor in network.state_dict().items())
    assert load_checkpoint(network, average, optimizer, tmp_path) == History(losses=[{}], steps=3)
