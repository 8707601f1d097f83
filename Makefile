# Everything a newcomer or a machine does here has a target; `make` alone lists them.

PYTHON_IN_VENV := .venv/bin/python
TESTS ?=
HTTPS ?=
LOCK_FLAGS ?=
# Tests that start nothing: documents, decisions, language and pictures.
PURE := $(addprefix tests/experience/,steps progress language_models imaging test_ids.py test_pages.py test_parts.py)

# One lock for what is deployed, one for the laptop and CI that agrees with it.
COMPILE := $(PYTHON_IN_VENV) -m piptools compile --quiet --no-header --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --generate-hashes $(LOCK_FLAGS)

# A run starts a hundred short-lived Pythons: each may use what the one before has compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo chaos rehearse up test exhaustive newer lint format cost scale bench snapshot styles screenshots lock licences client runtime reference
# Folders are no targets. Make would find them up to date, so a mistyped `make tests` would pass.
FOLDERS := docs emulator functions operations tests tools web
.PHONY: $(FOLDERS)

$(FOLDERS):
	@echo "make: $@ is a folder, not a target. \`make\` lists the targets, such as test." >&2; exit 2

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what the project needs into .venv (the other targets do it by themselves)
	@sh tools/setup/setup

demo: setup ## Play a guest's whole visit on the local emulators; ARGS=--journey plays an event's
	@$(PYTHON_IN_VENV) -m emulator demo $(ARGS)

chaos: setup ## Play fifty guests at once while things go wrong, and check the data afterwards
	@$(PYTHON_IN_VENV) -m emulator demo --guests 50

rehearse: setup ## Play an evening with 200 guests and faults, and report how it went; ARGS="--guests 50"
	@$(PYTHON_IN_VENV) -m emulator rehearse $(ARGS)

up: setup ## Start the local emulators and the guest page with demo data, until Ctrl-C; HTTPS=1 for phones
	@$(PYTHON_IN_VENV) -m emulator up $(ARGS) $(if $(HTTPS),--https $(filter-out 1,$(HTTPS)))

test: setup ## Run the tests; TESTS=tests/repository runs a part of them
	@$(PYTHON_IN_VENV) -m pytest -n auto $(TESTS)

exhaustive: setup ## Run the tests that leave nothing out, such as a kill at every commit
	@$(PYTHON_IN_VENV) -m pytest -n auto -m exhaustive $(TESTS)

newer: setup ## Run all imports and the tests of pure code on Python 3.13, where there is one
	@sh tools/setup/newer $(PURE)

lint: setup ## Check style, formatting, spelling and types
	@$(PYTHON_IN_VENV) -m ruff check
	@$(PYTHON_IN_VENV) -m ruff format --check
	@$(PYTHON_IN_VENV) -m codespell_lib
	@$(PYTHON_IN_VENV) -m mypy

format: setup ## Format the code and fix what can be fixed by itself
	@$(PYTHON_IN_VENV) -m ruff check --fix-only --quiet
	@$(PYTHON_IN_VENV) -m ruff format

cost: setup ## Measure what each function and a whole visit cost, and write docs/cost.md
	@$(PYTHON_IN_VENV) -m tools.cost

scale: setup ## Compute at how many visits a minute each limit is met, and write docs/scale.md
	@$(PYTHON_IN_VENV) -m tools.scale

bench: setup ## Measure callables, concurrent guests, events and imports, and write docs/performance.md
	@$(PYTHON_IN_VENV) -m tools.benchmarks

snapshot: setup ## Accept the functions' present names and options as the deployed ones
	@$(PYTHON_IN_VENV) -m tools.manifest

styles: setup ## Draw every style of one photo into docs/pictures/styles.jpg
	@$(PYTHON_IN_VENV) -m tools.styles

licences: setup ## List the licence of each package that is deployed
	@$(PYTHON_IN_VENV) -m tools.licences

client: setup ## Write the typed web client anew from the functions' models (needs Node 22, or 20.19)
	@$(PYTHON_IN_VENV) -m tools.contract client

runtime: setup ## Build the campaigns' demo from web/play into the functions (needs Node 22, or 20.19)
	@$(PYTHON_IN_VENV) -m tools.campaign_runtime

screenshots: setup ## Take the docs' pictures of the pages anew
	@$(PYTHON_IN_VENV) -m tools.screenshots

reference: setup ## Write docs/reference anew from the models and a run of the functions
	@$(PYTHON_IN_VENV) -m tools.contract reference

lock: setup ## Write both lock files from pyproject.toml; LOCK_FLAGS=--upgrade takes newer versions
	@$(COMPILE) -o functions/requirements.txt pyproject.toml
	@$(COMPILE) --allow-unsafe --extra dev -c functions/requirements.txt -o requirements-dev.txt pyproject.toml
