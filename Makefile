# Needs GNU make 3.81 (what macOS ships) or later. Paths are relative, so that the checkout may live under a path with
# spaces. Every target that needs the virtual environment asks scripts/bootstrap for it, which answers at once when
# nothing changed.

.DEFAULT_GOAL := help

# The environment to act on. Not `?=`: shells use $ENV for something else, so only `make up ENV=...` counts.
ENV = local
# Which revision a change is compared with, which image is meant, and where what was deployed is reached.
BASE = origin/main
IMAGE =
URL =
NAME =
FOLLOW =
ARGS =
# Test files at once: most of them wait for servers. Each more has stacks of its own, half a gigabyte each.
JOBS = 2

BIN = .venv/bin
PYTHON_RUN = $(BIN)/python -m
SCALEWRIGHT = $(PYTHON_RUN) scalewright
CACHES = .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist

.PHONY: help up preview down status logs test test-kube schema lint lint-code lint-format lint-types lint-imports lint-whitespace lint-workflows lint-tools \
	format bench \
	ci-report comment check kubeconfig deploy smoke released rollback drift image image-scan image-push image-sign \
	image-digest lock clean bootstrap

##@ Run the backend

up: bootstrap ## Bring up the declared backend (ENV=local)
	@$(SCALEWRIGHT) up $(ARGS) "$(ENV)"

preview: bootstrap ## Show what `make up` would change, and change nothing (ENV=local; ARGS=--json)
	@$(SCALEWRIGHT) preview $(ARGS) "$(ENV)"

down: bootstrap ## Stop it and keep its data (ENV=local; ARGS=--delete-data forgets the data too)
	@$(SCALEWRIGHT) down $(ARGS) "$(ENV)"

status: bootstrap ## Show processes, ports, memory, replication lag, queue length (ENV=local; ARGS=--json)
	@$(SCALEWRIGHT) status $(ARGS) "$(ENV)"

logs: bootstrap ## Show logs (ENV=local; NAME=orders-1 of one process; FOLLOW=1 goes on)
	@$(SCALEWRIGHT) logs $(ARGS) $(if $(FOLLOW),--follow) --env "$(ENV)" $(if $(NAME),"$(NAME)")

##@ Work on it

test: bootstrap ## Run the tests (ARGS="tests/plan -k diff" chooses, ARGS=--cov measures coverage; JOBS=2)
	@$(PYTHON_RUN) pytest --numprocesses $(JOBS) --dist loadfile $(ARGS)

test-kube: bootstrap ## Run the tests on a real API server: that of KUBECONFIG, else one built here (ARGS chooses)
	@sh scripts/control-plane
	@$(PYTHON_RUN) pytest tests/kube $(ARGS)

schema: bootstrap ## Write anew what is made from components and rules: schemas, docs/components.md, docs/policies.md
	@$(BIN)/python scripts/components.py
	@$(BIN)/python scripts/policies.py

lint: lint-code lint-format lint-types lint-imports lint-whitespace lint-workflows ## Check style, types, architecture, whitespace

lint-code: bootstrap
	@echo "ruff check" && $(BIN)/ruff check .

lint-format: bootstrap
	@echo "ruff format --check" && $(BIN)/ruff format --check .

lint-types: bootstrap
	@echo "mypy" && $(BIN)/mypy

lint-imports: bootstrap
	@echo "lint-imports" && $(BIN)/lint-imports

# Against the tree that holds nothing, so that every tracked line counts. A download without history has no git to ask.
lint-whitespace:
	@if [ -e .git ]; then \
		echo "git diff --check" && git --no-pager diff --check "$$(git hash-object -t tree /dev/null)"; \
	else echo "git diff --check: skipped outside a git work tree"; fi

# Both judge more than tests/foundation/test_workflows.py does, and neither is in the lock; `make lint-tools` brings them.
lint-workflows:
	@PATH="$$PWD/$(BIN):$$PATH"; for tool in actionlint "zizmor --offline --quiet .github"; do \
		if command -v "$${tool%% *}" >/dev/null; then echo "$$tool" && $$tool || exit 1; \
		else echo "$${tool%% *}: skipped, it is not installed"; fi; \
	done

lint-tools: bootstrap
	@GOBIN="$$PWD/$(BIN)" go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
	@$(PYTHON_RUN) pip install --quiet zizmor==1.32.0 "check-jsonschema>=0.33,<1"

format: bootstrap ## Format the code and mend what ruff can mend
	@$(BIN)/ruff check --fix-only . && $(BIN)/ruff format .

bench: bootstrap ## Measure every figure (ARGS="recovery scaling" chooses, ARGS=--quick takes half)
	@command -v wrk >/dev/null || $(PYTHON_RUN) pip install --quiet "locust>=2.40,<3"
	@$(PYTHON_RUN) bench $(ARGS)

##@ Deliver it: what .github/workflows and ci/gitlab.yml run

check: bootstrap ## Judge an environment by the rules (ENV=local; ARGS=--json)
	@$(SCALEWRIGHT) check $(ARGS) "$(ENV)"

ci-report: bootstrap ## Tell what the change since BASE does to every environment (BASE=origin/main), in build/
	@sh scripts/report "$(BASE)"

# Without .venv: who may write comments runs as little as can be.
comment: ## Put that report under the pull request or merge request that this run is about
	@python3 scripts/comment.py build/report.md

kubeconfig: ## Write the kubeconfig in KUBECONFIG_CONTENT to where it is looked for
	@sh scripts/kubeconfig

deploy: bootstrap ## Bring an environment to its declaration, and ask nobody (ENV=local)
	@$(SCALEWRIGHT) up --yes $(ARGS) "$(ENV)"

smoke: bootstrap ## Use what was deployed as a client does (ENV=local; URL=https://...; ARGS=--read-only)
	@$(BIN)/python scripts/smoke.py $(ARGS) "$(ENV)" $(if $(URL),"$(URL)")

released: ## Remember in the stack that the commit here works (ENV=dev)
	@sh scripts/released mark "$(ENV)"

rollback: ## Deploy again the commit that last worked; data stays as it is (ENV=dev)
	@sh scripts/released back "$(ENV)"

drift: bootstrap ## Tell how what runs differs from what was applied; fails where it does (ENV=local)
	@$(SCALEWRIGHT) drift --exit-code $(ARGS) "$(ENV)"

image: ## Build the shop's image (IMAGE=ghcr.io/acme/shop:main)
	@sh scripts/image build "$(IMAGE)"

image-scan: ## Write its bill of materials, and fail where it has vulnerabilities that are mended (IMAGE=)
	@sh scripts/image scan "$(IMAGE)"

image-push: ## Push it, and write its digest to build/image.digest (IMAGE=)
	@sh scripts/image push "$(IMAGE)"

image-sign: ## Sign the digest that was pushed, and attest the bill of materials
	@sh scripts/image sign

image-digest: bootstrap ## Write a digest into the overlay (ENV=prod; IMAGE=name@sha256:..., else what was pushed)
	@$(BIN)/python scripts/image_digest.py "$(ENV)" "$(or $(IMAGE),$(shell cat build/image.digest))"

##@ Look after the checkout

lock: bootstrap ## Compile both requirements.lock anew from the manifests (ARGS=--upgrade takes newer versions)
	@$(PYTHON_RUN) pip install --quiet "uv>=0.9,<1"
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra local --extra kubernetes --extra pulumi --extra policies --extra dev $(ARGS) -o requirements.lock pyproject.toml app/pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		-c requirements.lock -o app/requirements.lock app/pyproject.toml

clean: ## Remove the virtual environment and all caches; never the state folder
	@for pid in .scalewright/*/run/supervisor.pid; do \
		if [ -f "$$pid" ] && kill -0 "$$(cat "$$pid")" 2>/dev/null; then \
			environment=$${pid%/run/*}; \
			echo "make clean: the programs of .venv are running; first: make down ENV=$${environment##*/}" >&2; exit 1; \
		fi; \
	done
	@echo "removing .venv, __pycache__ folders, $(CACHES)"
	@rm -rf .venv components/.venv $(CACHES)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@if [ -d .scalewright ]; then \
		echo "keeping .scalewright (data, secrets, logs); make down ARGS=--delete-data deletes them"; \
	fi

help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

bootstrap:
	@sh scripts/bootstrap
