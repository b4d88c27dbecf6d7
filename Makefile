# Two commands matter: `make run` and `make test`.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PB_INSTANCE ?= instance
PORT ?= 8000
SAMPLE_MODE ?= 1

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CATALOGUES := $(wildcard pb_portal/translations/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGUES:.po=.mo)
SOURCES := $(shell find pb_portal/static/src -type f 2>/dev/null) package-lock.json build.mjs
ASSETS := pb_portal/static/dist/manifest.json

.PHONY: help run test test-sqlite test-postgres lint faults bench assets messages clean
.DEFAULT_GOAL := help

help: ## what each command does
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

run bench: export PB_INSTANCE := $(PB_INSTANCE)
run: export PORT := $(PORT)
run: export SAMPLE_MODE := $(SAMPLE_MODE)
run: $(VENV)/.runtime $(ASSETS) $(COMPILED) ## start the portal with its sample city
	@$(BIN)/flask --app pb_portal sample prepare
	@exec $(BIN)/gunicorn --config gunicorn.conf.py

test: lint test-sqlite test-postgres ## everything that must hold, on both databases

lint: $(VENV)/.dev $(COMPILED)
	@echo "Checking style, types and templates"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/mypy

test-sqlite: $(VENV)/.dev $(ASSETS) $(COMPILED)
	@echo "Testing on SQLite"
	@$(BIN)/pytest -q -n $${TEST_WORKERS:-2} --dist loadgroup

test-postgres: $(VENV)/.dev $(ASSETS) $(COMPILED)
	@if [ -n "$$TEST_POSTGRES_URL" ]; then echo "Testing on PostgreSQL"; \
	TEST_DATABASE_URL="$$TEST_POSTGRES_URL" $(BIN)/pytest -q -n $${TEST_WORKERS:-2} --dist loadgroup \
		tests/rooms tests/faults $(wildcard tests/attacks) tests/architecture; \
	else echo "TEST_POSTGRES_URL is not set: PostgreSQL was not tested"; fi

faults: $(VENV)/.dev $(ASSETS) $(COMPILED) ## every fault in full: takes many minutes
	@FAULTS_FULL=1 $(BIN)/pytest -q tests/faults $(wildcard tests/attacks)
	@if [ -n "$$TEST_POSTGRES_URL" ]; then FAULTS_FULL=1 TEST_DATABASE_URL="$$TEST_POSTGRES_URL" \
		$(BIN)/pytest -q tests/faults $(wildcard tests/attacks); fi

bench: $(VENV)/.dev $(ASSETS) $(COMPILED) ## figures of speed, side by side
	@$(BIN)/python -m tests.bench

assets: $(ASSETS) $(COMPILED) ## build styles, scripts, fonts, pictures and translations

messages: $(VENV)/.dev ## collect the sentences to translate
	@$(BIN)/pybabel -q extract -F babel.cfg -k _l -k N_ -k lazy_pgettext:1c,2 -k NP_:1c,2 --no-location --sort-output \
		--project pb-portal --version 0 -o $(VENV)/messages.pot .
	@for l in kk ru; do $(BIN)/pybabel -q update -i $(VENV)/messages.pot -l $$l --no-fuzzy-matching \
		--ignore-obsolete --width 100 --ignore-pot-creation-date -o pb_portal/translations/$$l/LC_MESSAGES/messages.po; done

clean: ## remove what was built (data in the instance folder stays)
	rm -rf $(VENV) node_modules pb_portal/static/dist $(COMPILED)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed"; exit 1; }
	@echo "Making a virtual environment with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing pinned dependencies"
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing test dependencies"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

%.mo: %.po | $(VENV)/.runtime
	@echo "Compiling $<"
	@$(BIN)/pybabel -q compile -i $< -o $@

$(ASSETS): $(SOURCES) | $(VENV)/.runtime
	@echo "Building styles and scripts"
	@if node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null && \
		command -v npm >/dev/null; then :; else \
		echo "No Node.js 20 here: taking one from the Python registry"; \
		$(PIP) install --require-hashes -r requirements-node.txt; fi
	@PATH="$$PATH:$(CURDIR)/$(BIN)"; export PATH; \
		if node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null; then :; else \
		PATH="$(CURDIR)/$(BIN):$$PATH"; export PATH; fi; \
		npm ci --ignore-scripts --no-fund --no-audit --loglevel=error && node build.mjs
	@touch $@
