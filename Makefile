# The only set-up a newcomer runs. `make demo` needs Python 3.11 or newer and nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2

.PHONY: demo test test-slow lint docs bench clean

demo: $(VENV)/.ready-to-run
	$(BIN)/dbt-docsmith demo

test: $(VENV)/.ready-to-test
	$(BIN)/pytest -rfEs -n $(JOBS) --dist worksteal -m "not slow"

test-slow: $(VENV)/.ready-to-test
	$(BIN)/pytest -rfEs -n $(JOBS) --dist worksteal -m slow

lint: $(VENV)/.ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.ready-to-test
	$(BIN)/python -m tools.provider_page

bench: $(VENV)/.ready-to-test
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready-to-run: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.ready-to-test: $(VENV)/.ready-to-run
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@
