# Two commands do everything on a fresh machine: `make demo` and `make test`. They need Python 3.11+, nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PEERS = .benchmark

.PHONY: demo test benchmark benchmark-peers clean

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
