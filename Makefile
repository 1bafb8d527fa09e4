# What people and CI run. `make demo` and `make test` make their own virtual environment and need no network but a
# package index.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo
SITE ?= site

.PHONY: demo test lint docs clean

demo: $(VENV)/.installed
	$(BIN)/huizan run --videos examples/videos.jsonl --comments examples/comments.jsonl \
		--likes examples/likes.parquet --exposures examples/exposures.parquet --out $(DEMO)

test: $(VENV)/.tested
	$(BIN)/python -m pytest

lint: $(VENV)/.linted
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright --pythonpath $(BIN)/python

docs: $(VENV)/.documented
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --site-dir $(abspath $(SITE))

# torch first and alone: whatever depends on it must find the pinned build, not fetch another.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

$(VENV)/.linted: $(VENV)/.tested
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[lint]'
	touch $@

$(VENV)/.documented: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[train,docs]'
	touch $@

clean:
	rm -rf $(VENV) $(DEMO) $(SITE) build dist *.egg-info
