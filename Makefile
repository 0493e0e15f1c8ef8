# All tasks of this project. Run `make` without a target for a list.
#
# The requirements are Python 3.10 or later, git, make and a Python package index. Each target creates the virtual
# environments that it needs in this folder. PYTHON=... sets the interpreter, ARGS=... adds arguments.

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
PIP := -m pip install -qq --upgrade
export PIP_DISABLE_PIP_VERSION_CHECK := 1

SUITES := lint sanity unit documented integration roles example docs

# The accessibility tests of the documentation site.
AXE := .build/axe/node_modules/axe-core/axe.min.js

# The certified provider that the emulator's authorization server is compared with.
PROVIDER := .build/differential/.made

.DEFAULT_GOAL := help
.PHONY: help venv cores sshd browser emulator emulator-package demo $(SUITES) test pictures bench matrix vendor-client new-module build clean

help: ## list all targets
	@echo "beyondidentity.management: start with 'make demo'."
	@echo
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Try the collection

demo: .venv/.made ## build, install and run the quickstart against an emulator or the tenant in BEYONDIDENTITY_*
	@$(BIN)/python -m tests.tools.demo $(ARGS)

emulator: .venv/.made ## run an emulator of Beyond Identity in the foreground and print its settings
	@exec $(BIN)/beyondidentity-emulator $(ARGS)

# Tests

test: ## run all tests: lint, sanity, unit, documented, integration, roles, example, docs
	@$(PYTHON) -m tests.tools.suites $(SUITES)

lint: .venv/.made .venv-tools/.made ## check style, types, documentation, changelog and the built collection
	@$(BIN)/python -m tests.tools.lint $(ARGS)

sanity: .venv/.made ## run ansible-test sanity
	@$(BIN)/python -m tests.tools.sanity $(ARGS)

unit: .venv/.made $(PROVIDER) ## run the unit tests
	@$(BIN)/python -m pytest -n auto tests/unit $(ARGS)

documented: .venv/.made ## run the unit tests that use the emulator, with the emulator as documented
	@$(BIN)/python -m pytest -n auto tests/unit --beyondidentity-emulator-arguments=--as-documented $(ARGS)

integration: .venv/.made cores sshd browser ## run real playbooks against the emulator
	@$(BIN)/python -m pytest -n auto --dist loadscope tests/integration $(ARGS)

roles: .venv/.made .venv-tools/.made ## run the molecule scenarios of the roles
	@$(BIN)/python -m tests.tools.roles $(ARGS)

example: .venv/.made ## install the example project outside of the clone, and run its tests
	@$(BIN)/python -m tests.tools.example_project

matrix: .venv/.made cores sshd browser $(PROVIDER) ## (slow) run unit and integration tests on all installed Python versions
	@$(BIN)/python -m tests.tools.matrix

vendor-client: .venv/.made ## call all tools of the vendor's MCP server against the emulator: make vendor-client CLIENT=folder
	@$(BIN)/python -m tests.tools.vendor_client $(CLIENT)

bench: .venv/.made ## (slow) measure speed and memory, compared with debug, uri and bare requests; see ARGS=--help
	@$(BIN)/python -m tests.benchmark $(ARGS)

# Develop

new-module: .venv/.made ## write the files of a new module: make new-module NAME=theme
	@$(BIN)/python -m tests.tools.new_module $(NAME)

# Documentation

docs: .venv/.made .venv-docs/.made browser $(AXE) ## build the documentation site in .build/site and test it in a browser
	@$(BIN)/python -m tests.tools.site
	@$(BIN)/python -m pytest tests/site $(ARGS)

pictures: .venv/.made ## draw the pictures of the documentation; ARGS=--record records make demo again
	@$(BIN)/python -m tests.tools.pictures $(ARGS)

# Build

build: .venv/.made ## build the collection in .build/dist and check its files
	@$(BIN)/python -m tests.tools.tarball

emulator-package: .venv/.made ## build the wheel and sdist of the emulator in .build/dist-emulator and check their files
	@$(BIN)/python -m tests.tools.emulator_package

clean: ## remove all files that make created
	rm -rf .venv .venv-* .build .ansible .mypy_cache .pytest_cache .ruff_cache tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv: .venv/.made ## create the virtual environment (the other targets do so if needed)

.venv/.made: requirements.txt emulator/pyproject.toml tests/requirements.txt
.venv-tools/.made: requirements.txt tests/requirements-tools.txt
.venv-docs/.made: requirements.txt tests/requirements-docs.txt

.venv/.made .venv-tools/.made .venv-docs/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or later is required. Set the interpreter: make PYTHON=...")'
	@echo "Creating $(@D) ..." >&2
	@$(PYTHON) -m venv $(@D) >&2
	@$(@D)/bin/python $(PIP) -r $(lastword $^) >&2
	@touch $@

cores: .venv-oldest/.made ## create environments with the oldest and newest ansible-core

.venv-oldest/.made: requirements.txt tests/tools/cores.py
	@$(PYTHON) -m tests.tools.cores >&2
	@touch $@

# A second host for the tests. Without sshd, the tests use a connection plugin instead.
sshd:
	@command -v sshd >/dev/null || test -x /usr/sbin/sshd || tests/tools/install-sshd >&2

# A browser for the tests of the documentation site, and of the page that users see after sign-in.
browser:
	@{ command -v chromium || command -v google-chrome; } >/dev/null && command -v chromedriver >/dev/null || tests/tools/install-chromium >&2

$(AXE): tests/site/package.json
	@command -v npm >/dev/null || tests/tools/install-npm >&2
	@mkdir -p .build/axe && cp $< .build/axe/
	@npm install --prefix .build/axe --no-package-lock --no-audit --no-fund --loglevel error >&2
	@touch $@

$(PROVIDER): tests/differential/package.json
	@command -v npm >/dev/null || tests/tools/install-npm >&2
	@mkdir -p $(@D) && cp $< $(@D)/
	@npm install --prefix $(@D) --no-package-lock --no-audit --no-fund --loglevel error >&2
	@touch $@
