"""The lab's pair, and playbooks that are run on it as an operator runs them."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from lab import LOAD_BALANCERS, PROJECT, VIPS, debian, holders, host

SCENARIO = PROJECT / "molecule" / "change"
CERTIFICATES = PROJECT / "build" / "change"
TIMEOUT = 300  # s
Variables = dict[str, Any]

_INVENTORIES = [PROJECT / "inventories/lab", SCENARIO / "inventory"]
_VARIABLES = [
    SCENARIO / "inventory/group_vars/load_balancers.yml",
    PROJECT / "inventories/lab/group_vars/load_balancers/keepalived.yml",
]
INVENTORY: Variables = {
    key: value for path in _VARIABLES for key, value in yaml.safe_load(path.read_text()).items()
}

same_on_every_release = pytest.mark.skipif(debian() < 13, reason="tested on Debian 13")

_FILES = "find /etc/haproxy /etc/keepalived /etc/evergate -type f -exec sha256sum {} + | sort | sha256sum"
_MAIN = "systemctl show --property=MainPID --value"


@dataclass(frozen=True)
class Run:
    """How a playbook ended, and what it said, on one line and without YAML's doubled quotes."""

    ok: bool
    said: str


@dataclass(frozen=True)
class Node:
    """What a change that is taken back leaves as it was."""

    files: str
    processes: str
    holds: tuple[str, ...]


def line(book: str, *words: str, **variables: Any) -> list[str]:
    """Return the command that runs a playbook with some variables in place of the inventory's."""
    given = ["--extra-vars", json.dumps(variables)] if variables else []
    return ["ansible-playbook", *(f"--inventory={each}" for each in _INVENTORIES), book, *given, *words]


def how() -> dict[str, Any]:
    """Return how commands are run here."""
    plain = {"ANSIBLE_FORCE_COLOR": "0", "ANSIBLE_NOCOLOR": "1"}  # colours would part words
    environment = {**os.environ, **plain, "ANSIBLE_CONFIG": str(PROJECT / "ansible.cfg")}
    return {"cwd": PROJECT, "env": environment, "text": True, "stdin": subprocess.DEVNULL}


def play(book: str, *words: str, **variables: Any) -> Run:
    """Run a playbook."""
    done = subprocess.run(
        line(book, *words, **variables), **how(), capture_output=True, timeout=TIMEOUT, check=False
    )
    return Run(done.returncode == 0, " ".join((done.stdout + done.stderr).replace("''", "'").split()))


def apply(*words: str, **variables: Any) -> Run:
    """Apply the inventory."""
    return play("molecule/change/apply.yml", *words, **variables)


def changed(what: str, number: int, **values: Any) -> Variables:
    """Return one of the inventory's lists with other values in one of its items."""
    items = copy.deepcopy(INVENTORY[what])
    items[number] |= values
    return {what: [{key: value for key, value in item.items() if value is not None} for item in items]}


def pair() -> dict[str, Node]:
    """Return how both nodes are."""
    return {name: _node(name) for name in LOAD_BALANCERS}


def _node(name: str) -> Node:
    here = tuple(vip for vip in VIPS if name in holders(vip))
    processes = host(name).check_output(f"{_MAIN} haproxy keepalived evergate-vrrp-watch")
    return Node(host(name).check_output(_FILES), processes, here)


def worker(name: str) -> str:
    """Return the process that takes HAProxy's connections: another one after a reload."""
    return host(name).check_output(f"pgrep --newest --parent $({_MAIN} haproxy)")


def active() -> str:
    """Return the node with the VIPs."""
    (found,) = holders(VIPS[0])
    return found


def standby() -> str:
    """Return the other one."""
    (found,) = set(LOAD_BALANCERS) - {active()}
    return found
