# The front door. On a machine with only Python 3.11+ and make, every target does its own set-up: install.py says how.
PYTHON ?= python3
ENGINE ?= docker
VENV := .venv
BIN := $(VENV)/bin
unexport PYTHONHOME PYTHONPATH # other people's libraries
# Slow tests wait for processes half of their time: one at a time more than there are cores. Spoken ones listen: five calls at once.
ONE_MORE = $$($(BIN)/python -c 'import os; print(1 + len(getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)))')
PACKAGES := interlock app agents guards machines

.PHONY: ready dev demo board livekit test test-fast test-browser check sbom lint format diagrams api bench answers third-party lock image clean help

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

dev: ready ## talk to the support flow: typed and offline, or on LiveKit when LIVEKIT_URL is set
	@$(BIN)/interlock dev

demo: ready ## a spoken call, offline, from WAV files to a WAV file
	@$(BIN)/interlock demo

board: ready ## look at calls in a browser, on this machine
	@$(BIN)/interlock board

livekit: ready ## a LiveKit server on this machine, built the first time; leave it running beside `make dev`
	@$(BIN)/interlock livekit

test: test-fast ## every test
	$(BIN)/python -m pytest -q -n $(ONE_MORE) --dist worksteal -m "slow and not e2e and not browser"
	$(BIN)/python -m pytest -q -n 5 --dist loadfile -m "e2e and not alone"
	$(BIN)/python -m pytest -q -m "alone and not bench"

test-fast: ready ## guards, machines, calls: no network, no models, two minutes
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow"

test-browser: ready ## the board in a real Chromium: CHROMIUM=/where/it/is, or the one on the PATH
	$(BIN)/python install.py --lock requirements-browser.txt
	$(BIN)/python -m pytest -q -n 0 -m browser tests/browser

check: ready ## what the flows promise, proven; diagrams up to date; licences of all that is installed allowed
	$(BIN)/interlock check
	$(BIN)/interlock diagrams --check
	$(BIN)/interlock licences --check

sbom: ready ## what is in the box: a bill of materials of everything installed, on standard output
	@$(BIN)/interlock sbom

lint: ready ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy install.py $(PACKAGES)

format: ready ## let ruff write
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

diagrams: ready ## draw every flow into diagrams/
	$(BIN)/interlock diagrams

api: ready ## the public names into docs/api.md
	$(BIN)/python -m tests.api

bench: ready ## how long deciding, recording and handing over take, and what a call costs
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.judging
	$(BIN)/python -m pytest -q -m bench

answers: ready ## count what the judge makes of the table of callers' answers
	$(BIN)/python -m pytest -q -s tests/answers/test_table.py

third-party: ready ## the files of others that the engine carries, out of their npm releases
	@command -v npm >/dev/null || { echo "there is no npm, expected one to fetch releases with" >&2; exit 2; }
	$(BIN)/python -m tests.third_party

lock: ## compile the locks anew
	@test -x $(BIN)/uv || $(MAKE) ready
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -q -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -q -o requirements-dev.txt
	$(BIN)/uv pip compile --group browser -c requirements-dev.txt --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -q -o requirements-browser.txt

image: ## the worker as a container image, interlock; ENGINE=podman for another engine
	@command -v $(firstword $(ENGINE)) >/dev/null || { echo "there is no $(ENGINE), expected a container engine: make image ENGINE=podman" >&2; exit 2; }
	BUILDAH_FORMAT=docker $(ENGINE) build -t interlock .

clean: ## forget the environment
	rm -rf $(VENV)

ready: # .venv as the lock and pyproject.toml say; PYTHON=python3.13 for one of another Python
	@command -v $(firstword $(PYTHON)) >/dev/null || { echo "there is no $(PYTHON), expected Python 3.11 or newer: make PYTHON=/where/it/is" >&2; exit 2; }
	@$(PYTHON) install.py $(if $(filter-out file,$(origin PYTHON)),--this-python)
