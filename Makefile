# Two commands do everything on a fresh machine: `make demo` and `make test`. They need Python 3.11+, nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test benchmark clean

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

benchmark: $(VENV)/.developing
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/batch.py

clean:
	rm -rf $(VENV) demo build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.scoring: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.developing: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[train,review,spark,ray,huggingface,dev]'
	touch $@
