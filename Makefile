# Two commands matter: `make run` and `make test`. They need Python 3.11 to 3.13, make and a package index; the JavaScript
# is checked where Node and npm are, too.

PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
SUITABLE := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
LISTEN := import socket, sys; probe = socket.socket(); probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); \
	probe.bind(("127.0.0.1", int(sys.argv[1])))
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
export PYTHONUTF8 = 1

.DEFAULT_GOAL := help
NPM := $(shell command -v npm)
NODE_STAMP := $(if $(NPM),node_modules/install.stamp)
# What is done with the JavaScript, and what is said where that cannot be done; CNNVIZ_REQUIRE_NODE=1 makes it a failure.
WITHOUT_NODE := { echo "NOT CHECKED: the JavaScript, because npm is not installed (on Debian: nodejs and npm)" >&2; \
	[ -z "$$CNNVIZ_REQUIRE_NODE" ]; }
npm = $(if $(NPM),$(NPM) run --silent $(1),$(WITHOUT_NODE))

.PHONY: run test coverage lint format screenshots clean help

run: $(VENV)/run.stamp ## start the dashboard on http://127.0.0.1:8501 (PORT=... for another port)
	@$(BIN)/python -c '$(LISTEN)' $(PORT) 2>/dev/null || { \
		echo "error: port $(PORT) cannot be used, most likely another program has it;" \
			"end that or choose another port: PORT=8600 make run" >&2; \
		exit 2; \
	}
	@echo "cnnviz starts at http://127.0.0.1:$(PORT) (Ctrl-C ends it)."
	@$(BIN)/streamlit run app.py --server.port $(PORT) --logger.hideWelcomeMessage true

test: lint ## check everything (ARGS="tests/runs -k resume" for some of the tests)
	@$(call npm,test)
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

coverage: $(VENV)/test.stamp ## say which lines no test runs, in half as much time again (ARGS as for test)
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS) --cov

lint: $(VENV)/test.stamp $(NODE_STAMP) ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(call npm,lint)

format: $(VENV)/test.stamp $(NODE_STAMP) ## put the code into the common format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(call npm,format)

screenshots: $(VENV)/test.stamp ## make the README's pictures again
	@$(BIN)/python scripts/screenshots.py

clean: ## remove what make made; runs and data sets stay
	@rm -rf $(VENV) node_modules build dist *.egg-info .coverage .coverage.* htmlcov
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The stamps are as new as the last installation: nothing is installed twice, and a half-made .venv heals.
$(VENV)/run.stamp: requirements.txt pyproject.toml
	@for python in $(PYTHONS); do \
		if $$python -c '$(SUITABLE)' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "error: none of '$(PYTHONS)' is Python 3.11 to 3.13 with its venv module;" \
			"install one (on Debian: python3 and python3-venv) or name it: make PYTHON=/path/to/python run" >&2; \
		exit 2; \
	fi; \
	echo "Making $(VENV) with $$($$found --version): installs TensorFlow, Streamlit and others into it," \
		"once, in a minute or two."; \
	$$found -m venv $(VENV)
	@$(PIP) -r requirements.txt -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp requirements-dev.txt
	@$(PIP) -r requirements-dev.txt
	@touch $@

node_modules/install.stamp: package.json package-lock.json
	@$(NPM) ci --loglevel=error >/dev/null
	@touch $@
