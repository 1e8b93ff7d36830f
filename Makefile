# Two commands are all you need: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check

run:
	@$(PYTHON) packaging/set_up.py run
	@$(BIN)/vlm-desk --sample

test:
	@$(PYTHON) packaging/set_up.py check
	@$(MAKE) --no-print-directory check

# Everything that CI runs, in the environment that `make test` has made.
check:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/pytest -n logical --maxprocesses 4 --dist worksteal
