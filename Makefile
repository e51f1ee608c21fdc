# A fresh machine needs Python 3.11 with venv and pip, make and nothing else. Everything goes into .venv, pinned by hash.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 4566
VENV := .venv
BIN := $(VENV)/bin
SITE = $(shell $(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

.PHONY: run test ci lint bench build clean layer requirements help

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

run: $(VENV)/run.done ## set up, start the local cloud, deploy, show the demo, serve until Ctrl-C
	@exec $(BIN)/medaid run --port $(PORT) $(RUN)

test: $(VENV)/dev.done ## all tests
	$(BIN)/pytest -n 2 --dist loadfile $(TESTS)

lint: $(VENV)/dev.done ## style, types, import contracts, template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint

ci: lint test ## what .ci/run calls

bench: $(VENV)/bench.done ## speed, memory and exactness, beside others
	$(BIN)/python -m bench

RUNTIME ?= 3.13
build: $(VENV)/sam.done ## what is deployed to AWS, into build/sam: `sam build` for Python RUNTIME
	PATH="$(CURDIR)/$(BIN):$$PATH" RUNTIME=$(RUNTIME) SAM_CLI_TELEMETRY=0 \
	  $(VENV)/sam/bin/sam build --template infra/template.yaml --build-dir "$(CURDIR)/build/sam" \
	  --parameter-overrides PythonRuntime=python$(RUNTIME)

layer: ## the Lambda layer as AWS gets it, into build/layer
	$(MAKE) -C src build-Layer ARTIFACTS_DIR=$(CURDIR)/build/layer

requirements: $(VENV)/dev.done ## compile requirements/*.in into pinned, hashed *.txt
	@for set in layer run dev bench sam; do \
	  $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	    --output-file requirements/$$set.txt requirements/$$set.in || exit 1; done

clean: ## forget the local cloud's state and everything built; keeps .venv
	rm -rf .local build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src functions tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The virtual environment: one stamp for each set of requirements, so a changed pin is installed once.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/medaid.done: $(BIN)/python Makefile
	@printf '%s\n%s\n' '$(CURDIR)/src' '$(CURDIR)' > $(SITE)/medaid.pth
	@printf '#!/bin/sh\nexec "%s" -m medaid.local "$$@"\n' '$(CURDIR)/$(BIN)/python' > $(BIN)/medaid
	@chmod +x $(BIN)/medaid
	@touch $@

$(VENV)/%.done: requirements/%.txt $(VENV)/medaid.done
	$(BIN)/python -m pip install --disable-pip-version-check --no-input --progress-bar on --require-hashes --no-deps -r $< | sed -u "/already satisfied/d"
	@touch $@

# The SAM command line pins other versions of what we use: it gets an environment of its own.
$(VENV)/sam.done: requirements/sam.txt $(BIN)/python
	rm -rf $(VENV)/sam
	$(BIN)/python -m venv $(VENV)/sam
	$(VENV)/sam/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps -r $<
	@touch $@
