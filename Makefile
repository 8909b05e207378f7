# The front door. On a machine with only Python 3.11+ and make, every target does its own set-up.
PYTHON ?= python3
ENGINE ?= docker
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PACKAGES := interlock app agents guards machines

.PHONY: dev demo livekit test test-fast check lint format diagrams bench answers lock image clean help

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

dev: $(READY) ## talk to the support flow: typed and offline, or on LiveKit when LIVEKIT_URL is set
	@$(BIN)/interlock dev

demo: $(READY) ## a spoken call, offline, from WAV files to a WAV file
	@$(BIN)/interlock demo

livekit: $(READY) ## a LiveKit server on this machine, built the first time; leave it running beside `make dev`
	@$(BIN)/interlock livekit

test: test-fast ## every test
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "slow and not e2e"
	$(BIN)/python -m pytest -q -n 3 --dist loadfile -m "e2e and not alone"
	$(BIN)/python -m pytest -q -m "alone and not bench"

test-fast: $(READY) ## guards, machines, calls: no network, no models, about a minute
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow"

check: $(READY) ## what the flows promise, proven; diagrams up to date
	$(BIN)/interlock check
	$(BIN)/interlock diagrams --check

lint: $(READY) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PACKAGES)

format: $(READY) ## let ruff write
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

diagrams: $(READY) ## draw every flow into diagrams/
	$(BIN)/interlock diagrams

bench: $(READY) ## how long deciding, recording and handing over take, and what a call costs
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.judging
	$(BIN)/python -m pytest -q -m bench

answers: $(READY) ## train the classifier of callers' answers anew, and count what the judge makes of the table
	$(BIN)/python -m tests.answers.train
	$(BIN)/python -m pytest -q -s tests/answers/test_table.py

lock: $(READY) ## compile the locks anew
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -q -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -q -o requirements-dev.txt

image: ## the worker as a container image, interlock; ENGINE=podman for another engine
	BUILDAH_FORMAT=docker $(ENGINE) build -t interlock .

clean: ## forget the environment
	rm -rf $(VENV)

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python is $$($(PYTHON) -V 2>&1), expected 3.11 or newer: make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV): about a gigabyte, some minutes the first time."
	@$(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes --no-deps --only-binary :all: -r requirements-dev.txt
	@$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check --disable-pip-version-check
	@touch $(READY)
