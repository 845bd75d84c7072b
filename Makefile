# `make help` lists what there is. Everything runs from a clone, as root on Debian 12 or 13.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_HOME := $(CURDIR)/.cache/ansible
export XDG_CACHE_HOME := $(CURDIR)/.cache
PLAYBOOK := ansible-playbook
comma := ,
SCRIPTS := $(addprefix molecule/resources/,podman cable freeze power image/customize image/build) .ci/run .ci/molecule \
	molecule/failover/files/break_off molecule/operations/files/make_archive molecule/second_chance/files/hand_over

.PHONY: help setup lint unit molecule test lab lab-down drill drill-compare chaos demo bench bench-converge bench-growth bench-second-chance budget reference requirements

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: .venv/ready ## make the Python environment in .venv

.venv/ready: requirements.txt pyproject.toml
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo 'python3-venv is missing: installing it with apt-get'; \
	    [ "$$(id -u)" = 0 ] || { echo 'Run it as root, or install python3-venv yourself.' >&2; exit 1; }; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    apt-get update --quiet=2 && apt-get install --quiet=2 --yes python3-venv >/dev/null; }
	@echo 'Installing the Python environment into .venv'
	@python3 -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lint: setup ## ansible-lint, yamllint, ruff, mypy, shellcheck
	yamllint --strict .
	ansible-lint --offline
	ruff check .
	ruff format --check .
	mypy
	shellcheck $(SCRIPTS)

unit: setup ## the tests that need no lab
	python -m pytest --quiet

molecule: setup ## every scenario on Debian 13, then the core of most on Debian 12
	LAB_DEBIAN=13 .ci/molecule
	LAB_DEBIAN=12 .ci/molecule bare change failover operations

test: setup ## everything
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint unit
	@$(MAKE) --no-print-directory molecule

lab: setup ## start the lab's hosts, bare (LAB_DEBIAN=12 for Debian 12)
	$(PLAYBOOK) molecule/default/create.yml

lab-down: setup ## remove the lab and everything it made
	$(PLAYBOOK) molecule/default/destroy.yml

drill: setup ## make faults under load, and measure (REPEAT=5 FAULTS=switchover,... INVENTORY=...)
	$(PLAYBOOK) $(if $(INVENTORY),--inventory $(INVENTORY)) playbooks/drill.yml \
	    $(if $(REPEAT),--extra-vars drill_repeat=$(REPEAT)) \
	    $(if $(FAULTS),--extra-vars '{"drill_faults": ["$(subst $(comma),"$(comma)",$(FAULTS))"]}')

drill-compare: setup ## what became of the figures since the drill before
	python -m evergate.drill compare --history build/drill-history

chaos: setup ## faults at random under load, every promise held all along (MINUTES=10 SEED=... INVENTORY=...)
	$(PLAYBOOK) $(if $(INVENTORY),--inventory $(INVENTORY)) playbooks/chaos.yml \
	    $(if $(MINUTES),--extra-vars drill_chaos_minutes=$(MINUTES)) $(if $(SEED),--extra-vars drill_chaos_seed=$(SEED))

demo: lab ## the lab, site.yml, and a failover that is seen and measured
	$(PLAYBOOK) site.yml
	$(MAKE) --no-print-directory drill FAULTS=haproxy_killed,haproxy_hung,node_frozen,switchover,app_server_killed
	@echo
	@echo 'The report:      $(CURDIR)/build/drill/report.html'
	@echo 'The shop:        http://198.51.100.200/   http://[2001:db8:1::200]/'
	@echo 'The stats page:  http://198.51.100.11:8404/   http://198.51.100.12:8404/'
	@echo 'A host:          ssh -F /run/evergate-lab/ssh_config lb1'
	@echo 'The lab stays up; make lab-down removes it.'

reference: setup ## write the argument specs and docs/reference from the models
	python -m evergate.reference

budget: setup ## how long each failure lasts, computed (INVENTORY=inventories/...)
	$(PLAYBOOK) $(if $(INVENTORY),--inventory $(INVENTORY)) playbooks/compute_budget.yml

bench: setup ## seconds and memory to render sites of 10 to 10,000 servers
	python tests/bench/render.py

bench-converge: setup ## how long site.yml takes on bare hosts, unchanged, and for one server (REPEAT=3)
	python tests/bench/converge.py $(REPEAT)

bench-growth: setup ## how long site.yml takes for 2, 4, 8 and 16 hosts of a kind, on a lab of that size (REPEAT=3)
	python tests/bench/growth.py $(REPEAT)

bench-second-chance: setup ## what the second chance costs, on the lab
	python tests/bench/second_chance.py

requirements: ## pin the newest versions that pyproject.toml allows (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev \
	    --annotation-style line --custom-compile-command 'make requirements' pyproject.toml -o requirements.txt
