# Lianban: `make help` tells what there is.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 8000
FONT := /usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc
# One thread a core; the suite's databases and browser share them with it.
JOBS ?= 2
EXAMPLES ?= 50

export LIANBAN_DATA ?= $(CURDIR)/var

.PHONY: help setup run test lint walks bench soak fuzz migration clean font browser

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(READY) font ## install everything the product needs into .venv (and a Chinese font)

$(READY): requirements.lock setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is missing: apt-get install python3 python3-venv"; exit 1; }
	# Where pip is missing an earlier attempt was cut short: begin again.
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet requirements.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	touch $@

# Debian packages: installed where we may, else named in one line.
define debian_package
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	  echo "Installing $(1) ..."
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $(1) >/dev/null
	else
	  echo "$(1) is missing: sudo apt-get install $(1)"; exit 1
	fi
endef

font:
	@if [ ! -e $(FONT) ]; then $(call debian_package,fonts-noto-cjk); fi

browser:
	@if ! command -v chromium >/dev/null; then $(call debian_package,chromium); fi

run: setup ## serve the demonstration on http://localhost:8000 (PORT=… for another)
	@export LIANBAN_DEMO=1
	$(BIN)/lianban demo
	echo "Lianban: http://localhost:$(PORT)   API: http://localhost:$(PORT)/api/docs   Ctrl-C ends it"
	exec $(BIN)/lianban serve --port $(PORT)

test: setup browser lint ## all checks and tests, on SQLite and PostgreSQL, with a real browser
	@unset LIANBAN_DATA
	$(BIN)/python -m pytest -n $(JOBS) --dist loadscope

lint: $(READY) ## style, import rules, the largest functions and files
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest tests/test_architecture.py
	$(BIN)/python -m tests.size_report

walks: setup ## random walks over generated diagrams, beside the library (N=500 SEED=1)
	@N=$(N) SEED=$(SEED) $(BIN)/python -m tests.walks

bench: setup ## what a completion and a tick cost, as ratios within one run (QUICK=1: shorter)
	@unset LIANBAN_DATA
	$(BIN)/python -m bench

soak: setup ## kill -9 at random moments under load, then judge (N=50 SEED= DATABASE=both)
	@unset LIANBAN_DATA
	$(BIN)/python -m bench.soak --kills $(or $(N),50) --database $(or $(DATABASE),both) $(if $(SEED),--seed $(SEED))

fuzz: setup ## Schemathesis with all checks, against a throw-away server (EXAMPLES=50)
	@unset LIANBAN_DATA
	$(BIN)/python -m bench.fuzz --max-examples $(EXAMPLES)

migration: $(READY) ## write a schema migration from the tables: NUMBER=0003 NAME="what it does"
	@$(BIN)/python -m engine.store.schema $(or $(NUMBER),$(error NUMBER=0003 NAME="what it does" is missing)) "$(NAME)"

clean: ## remove .venv; data and keys in var/ stay
	rm -rf $(VENV)
