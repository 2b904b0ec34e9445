# Two commands do everything, each with its own set-up: `make demo` and `make test`.
# PYTHON picks the interpreter (3.11 to 3.13), VENV the folder of the virtual environment.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
DEMO ?= build/demo
FOLDER ?= build/student
PARALLEL ?= -n 2 --dist loadfile

.PHONY: help setup system demo test check notebook lint references matrix clean

help:
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

$(VENV)/.ready: pyproject.toml requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "error: Python 3.11 to 3.13 is needed, $(PYTHON) is %d.%d; call make PYTHON=python3.12" % v)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python -m uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.txt -e ".[grade,test]"
	touch $@

setup: $(VENV)/.ready ## the virtual environment with all that is needed

system:
	@sh .ci/system-packages bubblewrap:bwrap

demo: setup system ## build the release, grade a sample class, show marks and feedback
	$(BIN)/python -m autograder demo $(DEMO)

test: setup ## all tests, on two cores; prints the ten slowest
	@sh .ci/system-packages bubblewrap:bwrap chromium:chromium postgresql:pg_ctlcluster
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(PARALLEL) --durations=10

notebook: setup ## JupyterLab on a student's folder
	$(BIN)/python -m autograder student $(FOLDER)
	cd $(FOLDER) && $(abspath $(BIN))/jupyter lab GANs-PyTorch.ipynb

lint: setup ## style, docstrings, types, layers and notebooks, in seconds
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python .ci/notebooks.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m mypy

check: lint ## lint and the fast tests: the everyday loop
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q $(PARALLEL) -m "not slow"

references: setup ## write all reference values again
	$(BIN)/python -m autograder references

matrix: setup ## every known mistake against every task
	$(BIN)/python -m autograder matrix --pairs

clean: ## remove what make has built, not the virtual environment
	rm -rf build
