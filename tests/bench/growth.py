"""`make bench-growth`: how long site.yml takes where nothing is to be done, for 2, 4, 8 and 16 hosts each.

The lab's hosts are made in that number: pairs of load balancers, each with a VIP of its own, and as many app
servers, which all pairs use. Told are the seconds of the first run on the hosts that are new, and of the
runs after it that change nothing: median and longest.

usage: growth.py [REPEATS]
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from converge import run

PROJECT = Path(__file__).parents[2]
LAB = PROJECT / "inventories" / "lab"
PLACE = PROJECT / "build" / "growth"  # as deep in the project as the lab's inventory
SIZES = (2, 4, 8, 16)
REPEATS = 3


def inventory(hosts: int) -> dict[str, Any]:
    """Return an inventory of so many load balancers, as pairs, and so many app servers."""
    balancers = {f"lb{n}": _balancer(n) for n in range(1, hosts + 1)}
    servers = {f"app{n}": _host(40 + n, 180 + n) for n in range(1, hosts + 1)}
    return {"load_balancers": {"hosts": balancers}, "app_servers": {"hosts": servers}}


def _balancer(number: int) -> dict[str, Any]:
    pair = (number + 1) // 2
    instance = {"name": "shop", "interface": "svc0", "vips": [f"198.51.100.{210 + pair}/25"]}
    own = {"evergate_pair": f"pair{pair}", "keepalived_instances": [instance]}
    return _host(10 + number, 150 + number) | own


def _host(managed: int, serving: int) -> dict[str, Any]:
    return {
        "ansible_host": f"198.51.100.{managed}",
        "evergate_address": f"198.51.100.{serving}",
        "lab_address6": f"2001:db8:1::{serving}",
    }


def lay_out(hosts: int) -> list[str]:
    """Write that inventory, with the lab's variables; return the words that name it."""
    shutil.rmtree(PLACE, ignore_errors=True)
    for group in ("all", "app_servers"):
        shutil.copytree(LAB / "group_vars" / group, PLACE / "group_vars" / group)
    balancing = PLACE / "group_vars" / "load_balancers"
    balancing.mkdir()
    shutil.copy(LAB / "group_vars" / "load_balancers" / "haproxy.yml", balancing)
    (PLACE / "hosts.yml").write_text(json.dumps(inventory(hosts)))
    return ["--inventory", str(PLACE)]


def main(repeats: int) -> None:
    """Time each size, and print a table."""
    remove = ["ansible-playbook", "molecule/default/destroy.yml"]
    run(remove)
    try:
        print(
            f"{'load balancers':>14}{'app servers':>13}{'first s':>9}{'no-op median s':>16}{'longest s':>11}"
        )
        for hosts in SIZES:
            where = lay_out(hosts)
            run(["ansible-playbook", *where, "molecule/default/create.yml"])
            site = ["ansible-playbook", *where, "site.yml"]
            first = run(site).seconds
            seconds = [run(site).seconds for _ in range(repeats)]
            middle, longest = statistics.median(seconds), max(seconds)
            print(f"{hosts:15}{first:9.1f}{middle:16.1f}{longest:11.1f}", flush=True)
    finally:
        run(remove)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS)
