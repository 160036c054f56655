# Each target is one or two commands that a reader could type; `.venv/ready` is the set-up, done again only when needed.
PYTHON ?= python3
PARAMS ?= demo
START ?= 2022-02-01
END ?= 2022-02-28

# Where `make stack` left its `.env`, its database is the one written to, unless DATABASE_URL says otherwise.
ifeq ($(origin DATABASE_URL)$(EMBEDDED)$(filter demo test bench notebooks,$(MAKECMDGOALS)),undefined)
-include .env
endif
export DATABASE_URL

help:            ## show these targets
	@grep -E '^[a-z-]+: .*##' Makefile | sed -E 's/:[^#]*## +/\t/' | expand -t 12

# Whatever environment is active or configured, only `.venv` is installed into; without a home to write to nothing is cached.
OTHERS = VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV PYTHONPATH PYTHONHOME PYTHONUSERBASE \
    PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_REQUIRE_VIRTUALENV \
    UV_SYSTEM_PYTHON UV_PYTHON UV_TARGET UV_PREFIX UV_PROJECT_ENVIRONMENT UV_BREAK_SYSTEM_PACKAGES
HERE = env $(addprefix -u ,$(OTHERS))
UV = $(HERE) .venv/bin/uv $(shell c="$${UV_CACHE_DIR:-$${XDG_CACHE_HOME:-$$HOME/.cache}/uv}"; \
    mkdir -p "$$c" 2>/dev/null && test -w "$$c" || echo --no-cache) pip install --python .venv/bin/python --quiet --compile-bytecode

# Its programs name its place: in a checkout that was moved or copied they are those of the other one.
ifneq ($(or $(shell cat .venv/ready 2>/dev/null),$(CURDIR)),$(CURDIR))
.venv/ready: moved
endif
moved:
	rm -rf .venv

.venv/ready: requirements.txt pyproject.toml
	$(HERE) $(PYTHON) -m venv .venv
	$(HERE) .venv/bin/python -m pip install --no-user --quiet --disable-pip-version-check "$$(grep -o '^uv==[^ ]*' requirements.txt)"
	$(UV) -r requirements.txt
	pwd -P >.venv/ready

demo: .venv/ready ## train, monitor a simulated month with planted incidents, archive it; needs no data and no Docker
	.venv/bin/driftbook db during $(MAKE) run PARAMS=demo START=2022-02-01 END=2022-02-28 EMBEDDED=yes

run: .venv/ready ## the same for other data: make run PARAMS=green_taxi START=2022-02-01 END=2022-02-28
	cd notebooks && ../.venv/bin/papermill train.ipynb /dev/null -p params $(PARAMS)
	cd notebooks && ../.venv/bin/papermill backfill.ipynb /dev/null --log-output -p params $(PARAMS) -p start $(START) -p end $(END)
	.venv/bin/driftbook summary $(PARAMS) $(START) $(END)

test: .venv/ready ## lint, all tests, and the committed notebooks against their stored outputs
	.venv/bin/ruff check . && .venv/bin/ruff format --check .
	.venv/bin/pytest

.venv/lab: .venv/ready requirements-lab.txt
	$(UV) -r requirements-lab.txt
	touch .venv/lab

lab: .venv/lab   ## open the notebooks in JupyterLab, installed at its first use
	.venv/bin/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks

.venv-prefect/ready: requirements-prefect.txt .venv/ready
	$(PYTHON) -m venv .venv-prefect
	.venv/bin/uv pip install --quiet --compile-bytecode --python .venv-prefect/bin/python -r requirements-prefect.txt
	touch .venv-prefect/ready

notebooks: .venv/ready ## execute and store the committed notebooks on the demo data
	.venv/bin/python -m tools.notebooks

dashboards: .venv/ready ## write dashboards/*.json anew; RANGE="--from now-90d --to now" for live data
	.venv/bin/python -m tools.dashboards $(RANGE)

stack: .venv/ready ## start PostgreSQL, Adminer, Grafana and the archive's web server in Docker, print the addresses
	.venv/bin/driftbook stack

stack-down: ## stop them; the data stays
	docker compose down

bench: .venv/ready ## measure; bench/README.md holds the figures; alarms and speed need months in DRIFTBOOK_DATA_DIR
	.venv/bin/python -m bench.dashboards
	.venv/bin/python bench/alarms.py
	.venv/bin/python bench/speed.py
	.venv/bin/python bench/performance.py
	.venv/bin/python bench/overhead.py

COMPILE = UV_CUSTOM_COMPILE_COMMAND='make lock' .venv/bin/uv pip compile --quiet --universal --python-version 3.11
lock: ## compile requirements*.txt from pyproject.toml, versions kept; UPGRADE=--upgrade takes the newest
	echo '-e .[dev]' | $(COMPILE) $(UPGRADE) - -o requirements.txt
	printf -- "-e .[lab]\n-r requirements.txt\n" | $(COMPILE) $(UPGRADE) --no-annotate - -o requirements-lab.txt
	cp requirements.txt requirements-prefect.txt && echo '-e .[prefect]' | $(COMPILE) --no-annotate - -o requirements-prefect.txt

stop: .venv/ready ## end the embedded PostgreSQL
	.venv/bin/driftbook db stop

.PHONY: moved help demo run test lab notebooks dashboards stack stack-down bench lock stop
