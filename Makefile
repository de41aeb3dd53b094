# `make` lists what there is. A fresh machine needs Python 3.11 or newer and make, nothing else.
#
#   make PYTHON=python3.12 demo     another Python
#   make test ARGS="-k repair"      options for pytest

PYTHON ?= python3
WORKERS ?= auto
ARGS ?=
DATA ?=
CASES ?= 1000000
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test fuzz check format bench measure docs pictures default-model lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

# Made again only when what is installed changes. MLflow would look up a remote host otherwise.
$(READY): requirements.lock pyproject.toml scripts/environment.sh
	@PYTHON="$(PYTHON)" sh scripts/environment.sh
	@touch $@

export MLFLOW_DISABLE_TELEMETRY := true

demo: $(READY) ## score the sample creators in data/sample, from nothing
	$(BIN)/detector score data/sample

# A file's tests stay together, so that what they share is made once: groups would do it too, but xdist 3.8 loses them
# under pytest 9.2 (its issue 1386). Files come in their order, which ends with many short ones.
test: $(READY) ## run every test, doctests included
	@sh scripts/services.sh
	$(BIN)/pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

fuzz: $(READY) ## a million cases for the readers of files; CASES=10000000 for more
	DETECTOR_FUZZ_CASES=$(CASES) $(BIN)/pytest -n $(WORKERS) --maxprocesses 4 tests/sources/test_fuzz.py $(ARGS)

check: $(READY) ## format, lint, strict types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## measure speed beside scikit-learn, small nights and served pages beside DuckDB and pandas
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.audit --out build/audit.json $(ARGS)
	$(BIN)/python benchmarks/report.py
	$(BIN)/python -m benchmarks.serve --accounts 10000 --out build/serve.json

measure: $(READY) ## measure quality and histories of likes: make measure DATA=path/to/reference-data
	@test -n "$(DATA)" || { echo "name the folder of reference data: make measure DATA=path" >&2; exit 2; }
	@test -d "$(DATA)" || { echo "there is no folder $(DATA)" >&2; exit 2; }
	$(BIN)/python benchmarks/quality.py --data "$(DATA)"
	$(BIN)/python benchmarks/likes_history.py --data "$(DATA)"
	$(BIN)/python -m benchmarks.amounts --data "$(DATA)"
	$(BIN)/python scripts/pages.py

docs: $(READY) ## write docs/signals.md, the figures of the other pages, the reports' texts
	$(BIN)/python scripts/pages.py
	$(BIN)/python scripts/reports.py

pictures: $(READY) ## write docs/images from the code; needs Chromium
	@sh scripts/services.sh
	$(BIN)/python scripts/reports.py --picture

default-model: $(READY) ## build models/default: make default-model DATA=path/to/reference-data
	@test -n "$(DATA)" || { echo "name the folder of reference data: make default-model DATA=path" >&2; exit 2; }
	@test -d "$(DATA)" || { echo "there is no folder $(DATA)" >&2; exit 2; }
	$(BIN)/python -m training.default_model "$(DATA)" --out models/default

# Only names, versions and hashes: no settings of this machine, so no address of an index or of local files.
lock: $(READY) ## resolve the dependencies anew into requirements.lock (ARGS=--upgrade: newest versions)
	env -u UV_FIND_LINKS -u UV_INDEX -u UV_EXTRA_INDEX_URL -u UV_CONSTRAINT -u UV_OVERRIDE \
		$(BIN)/uv pip compile --no-config --universal --generate-hashes --group dev --no-annotate --quiet $(ARGS) \
		--custom-compile-command "make lock" pyproject.toml -o requirements.lock
	@! grep -nE '://|file:| @ |^-' requirements.lock || { echo "requirements.lock names an address" >&2; exit 1; }

clean: ## remove caches and build results (.venv stays: remove it by hand to start afresh)
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find detector training tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +
