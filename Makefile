# Every command of the project. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

HOST ?= 127.0.0.1
PORT ?= 8000
LIGHT ?=
ONLY ?=
ARGS ?=
SIMULATOR ?= 1
export HOST PORT
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The first interpreter that is new enough and can make an environment; 3.11 is the one the constraints were made with.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
# Python compiles what it imports; compiling all of torch and transformers beforehand takes more than a minute.
PIP := $(PY) -m pip install --quiet --no-compile --constraint constraints.txt
PINS := pyproject.toml constraints.txt

.PHONY: help run test check format bench clean distclean constraints install train

help: ## this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

run: install ## install what is missing and start everything (PORT=8000 HOST=127.0.0.1; LIGHT=1 goes without torch)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py seed --if-demo --conversations 60
	@$(MAKE) train
	@SIMULATOR=$(SIMULATOR) exec $(PY) manage.py serve

test: $(VENV)/.dev ## install what the tests need and run the whole suite, on SQLite and on PostgreSQL
	@scripts/system_packages.sh
	@$(MAKE) train
	@scripts/test.sh $(ARGS)

check: $(VENV)/.dev ## format, lint, types, import contracts, deployment check, migrations in step
	@scripts/check.sh

format: $(VENV)/.dev ## put every file in the project's format
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

bench: $(VENV)/.dev ## the benchmarks as one table (ONLY=webhook for one)
	@$(MAKE) train
	@$(PY) manage.py bench $(if $(ONLY),--only $(ONLY)) $(ARGS)

clean: ## remove caches and build leftovers; data in var/ stays
	@rm -rf build staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## also remove the environment and the laptop's data
	@rm -rf $(VENV) var

constraints: ## pin anew what a fresh environment holds
	@scripts/constraints.sh $(PYTHON)

# --- Installation: each step leaves a stamp, so a second call has nothing to do -------------------------------------

install: $(VENV)/$(if $(LIGHT),.base,.model)

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Akwaba needs Python 3.11 or newer, with its venv module (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Making the environment with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.made $(PINS)
	@echo "Installing the libraries …"
	@$(PIP) --editable .
	@touch $@

# torch alone and first, by its exact version: asked for with the others it may come with gigabytes of GPU libraries
$(VENV)/.model: $(VENV)/.base
	@echo "Installing the language model's libraries (LIGHT=1 goes without) …"
	@$(PIP) torch==2.13.0
	@$(PIP) --editable '.[model]'
	@touch $@

$(VENV)/.dev: $(VENV)/.model
	@echo "Installing the tools for training, tests and checks …"
	@$(PIP) --editable '.[training,dev]'
	@touch $@

train:
	@$(PY) manage.py train intents
