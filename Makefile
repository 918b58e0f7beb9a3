.PHONY: setup serve test check bench schema lock

PYTHON ?= python3
PAGES := hatch_build.py schema/schema.graphql $(shell find console \( -name node_modules -o -name generated \) -prune -o -type f -print)

setup: .venv/.installed

.venv/.installed: pyproject.toml requirements.lock $(PAGES)
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . --editable examples/sandbox_provider
	touch $@

serve: setup
	.venv/bin/billing serve --demo small

test: setup
	tests/browser/chromium.sh
	.venv/bin/python -m pytest

check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

bench: setup
	.venv/bin/python -m benchmarks

schema: setup
	.venv/bin/billing schema --write schema/schema.graphql

lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --extra dev --python-version 3.11 --output-file requirements.lock pyproject.toml
