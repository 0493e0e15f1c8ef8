# Everything that is done with this collection is a target here; `make` alone lists them.
#
# Python (3.10 or later), git, make and a Python package index are all that is needed: each target makes the virtual
# environments that it wants, inside this folder. PYTHON=... chooses the interpreter, ARGS=... is handed on.

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
PIP := -m pip install -qq --upgrade
export PIP_DISABLE_PIP_VERSION_CHECK := 1

SUITES := lint sanity unit integration roles

.DEFAULT_GOAL := help
.PHONY: help venv cores sshd browser emulator demo $(SUITES) test bench matrix build clean

help: ## show this list
	@echo "beyondidentity.management: start with 'make demo'."
	@echo
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Trying it out

demo: .venv/.made ## build and install the collection, run its quickstart against an emulator (or BEYONDIDENTITY_*)
	@$(BIN)/python -m tests.tools.demo $(ARGS)

emulator: .venv/.made ## run an emulator of Beyond Identity in the foreground; it prints how to point at it
	@exec $(BIN)/python -m tests.emulator $(ARGS)

# Tests

test: ## run all tests: lint, sanity, unit, integration, roles
	@$(PYTHON) -m tests.tools.suites $(SUITES)

lint: .venv/.made .venv-tools/.made ## check style, types, documentation, changelog and the built collection
	@$(BIN)/python -m tests.tools.lint $(ARGS)

sanity: .venv/.made ## run ansible-test sanity
	@$(BIN)/python -m tests.tools.sanity $(ARGS)

unit: .venv/.made ## run the unit tests
	@$(BIN)/python -m pytest -n auto tests/unit $(ARGS)

integration: .venv/.made cores sshd browser ## run real playbooks against the emulator
	@$(BIN)/python -m pytest -n auto --dist loadscope tests/integration $(ARGS)

roles: .venv/.made .venv-tools/.made ## run the roles' molecule scenarios
	@$(BIN)/python -m tests.tools.roles $(ARGS)

matrix: .venv/.made cores sshd browser ## (slow) run unit and integration tests on every Python found
	@$(BIN)/python -m tests.tools.matrix

bench: .venv/.made ## compare the cost of our modules with debug and uri
	@$(BIN)/python -m tests.benchmark $(ARGS)

# Making things

build: .venv/.made ## build the collection into .build/dist and check what is in it
	@$(BIN)/python -m tests.tools.tarball

clean: ## remove all that make made
	rm -rf .venv .venv-* .build .ansible .mypy_cache .pytest_cache .ruff_cache tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv: .venv/.made ## make the virtual environment (the other targets do it by themselves)

.venv/.made: requirements.txt tests/requirements.txt
.venv-tools/.made: requirements.txt tests/requirements-tools.txt

.venv/.made .venv-tools/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or later is needed: make PYTHON=...")'
	@echo "Making $(@D) ..." >&2
	@$(PYTHON) -m venv $(@D) >&2
	@$(@D)/bin/python $(PIP) -r $(lastword $^) >&2
	@touch $@

cores: .venv-oldest/.made ## make environments with the oldest and the newest ansible-core

.venv-oldest/.made: requirements.txt tests/tools/cores.py
	@$(PYTHON) -m tests.tools.cores >&2
	@touch $@

# A second host for the tests. Without it a connection plugin of the tests' own stands in.
sshd:
	@command -v sshd >/dev/null || test -x /usr/sbin/sshd || tests/tools/install-sshd >&2

# A browser for the tests of the page that a person sees after signing in.
browser:
	@{ command -v chromium || command -v google-chrome; } >/dev/null && command -v chromedriver >/dev/null || tests/tools/install-chromium >&2
