# Everything that is done with this collection is a target here. `make` alone lists them.
#
# Nothing but Python (3.10 or later), git, make and a Python package index is needed: each target
# makes the virtual environments that it wants, inside this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help venv emulator unit integration clean

help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(VENV)/.made ## make the virtual environment (other targets do it by themselves)

$(VENV)/.made: requirements.txt tests/requirements.txt
	@echo "Making $(VENV) ..." >&2
	@$(PYTHON) -m venv $(VENV) >&2
	@$(BIN)/python -m pip install -qq --upgrade -r tests/requirements.txt >&2
	@touch $@

emulator: $(VENV)/.made ## run the Beyond Identity emulator in the foreground
	@exec $(BIN)/python -m tests.emulator

unit: $(VENV)/.made ## run the unit tests
	@$(BIN)/python -m pytest tests/unit -n auto

integration: $(VENV)/.made ## run real playbooks against the emulator
	@$(BIN)/python -m pytest tests/integration -n auto

clean: ## remove all that make made
	rm -rf .venv .venv-* .build .ansible .mypy_cache .pytest_cache .ruff_cache tests/output *.tar.gz
