# setup, demo, test, lint, bench: five words to know.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Without bytecode every start compiles anew, some seconds each time.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test lint format generer bench clean

setup: $(VENV)/.klar

$(VENV)/.klar: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Trenger Python 3.11 eller 3.12 (make PYTHON=python3.11 …)." if not (3, 11) <= sys.version_info < (3, 13) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv -c constraints.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[dev]' --constraint constraints.txt
	@touch $@

demo: setup
	$(BIN)/stonad demo --mappe demo

# One worker for each core, a file to a worker; the manifest first, so that they do not both make it.
test: setup
	$(BIN)/python -c 'from dagster_project.dbt import sikre_manifest; sikre_manifest()'
	$(BIN)/python -m pytest -q -n auto --dist loadfile

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint dbt_project/models dbt_project/macros --processes 2 --disable-progress-bar
	$(BIN)/python -m dagster_project.katalog sjekk

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix dbt_project/models dbt_project/macros --processes 2 --disable-progress-bar

generer: setup
	$(BIN)/python -m dagster_project.katalog skriv

bench: setup
	$(BIN)/python bench/kjor.py

clean:
	rm -rf $(VENV) demo dbt_project/target dbt_project/logs
