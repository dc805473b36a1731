# Everything is run from .venv, which any target makes when it is missing or older than the lock.
PYTHON ?= python3
AS_OF ?= 2025-03-31
KNOWN_AT ?= 2025-04-30
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEV := $(VENV)/.ready-dev

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help reports test test-fast lab check format bench lock sample clean

help: ## say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(DEV): $(READY) requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-dev.lock
	touch $@

reports: $(READY) ## make every report of the embedded plan, in Chinese and English
	$(BIN)/portplan report --as-of $(AS_OF) --known-at $(KNOWN_AT)

test: $(DEV) ## run all tests; says how long each suite took
	@$(BIN)/python -m tests

test-fast: $(DEV) ## only the tests without notebooks and browser
	$(BIN)/python -m tests fast

lab: $(READY) ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=notebooks

check: $(DEV) ## format, lint, types, notebook hygiene
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/nbstripout --verify $(wildcard notebooks/*.ipynb)
	$(BIN)/portplan check

format: $(DEV) ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout $(wildcard notebooks/*.ipynb)

bench: $(DEV) ## measure, as ratios side by side in one run
	$(BIN)/python -m benchmarks

lock: ## resolve the dependencies again (needs uv)
	$(COMPILE) --all-extras --group build -o requirements.lock
	$(COMPILE) --all-extras --group build --group dev -c requirements.lock -o requirements-dev.lock

sample: $(READY) ## write the synthetic record of the embedded plan again
	made=$$(mktemp -d) && $(BIN)/portplan sample --out $$made && cp $$made/* data/tianjin-2024/ && rm -r $$made

clean: ## remove what was made, but not the published reports
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis dist tests/.site
