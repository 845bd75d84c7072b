"""`make bench-growth`: how long site.yml takes where nothing is to be done, by the number of hosts.

The lab's hosts are made in several numbers: pairs of load balancers, each with a VIP of its own, and as many
app servers, which all pairs use. Told are the seconds of the first run on the hosts that are new, and of the
runs after it that change nothing: median and longest, and for the median run what came before its first task
and the tasks that took longest. Hosts and controller share this machine's processors: told is also how much
of them the hosts take while nothing is run.

usage: growth.py [REPEATS [SIZE ...]]
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from converge import median, run, unchanged

PROJECT = Path(__file__).parents[2]
LAB = PROJECT / "inventories" / "lab"
PLACE = PROJECT / "build" / "growth"  # as deep in the project as the lab's inventory
SIZES = (2, 4, 8, 16)
REPEATS = 3
FORKS = "4"  # at a time where much is to be done: hosts and controller share the processors
REST = 10.0  # s
STAT = Path("/proc/stat")
INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")  # each systemd takes five of them


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


def busy() -> float:
    """Return how much of the processors is in use over a while, in percent (proc_stat(5))."""
    before = _ticks()
    time.sleep(REST)
    idle, all_of_them = (after - sooner for sooner, after in zip(before, _ticks(), strict=True))
    return 100.0 * (1 - idle / all_of_them)


def _ticks() -> tuple[int, int]:
    """Return what the processors were idle since the boot, and all together."""
    spent = [int(word) for word in STAT.read_text().splitlines()[0].split()[1:9]]
    return spent[3] + spent[4], sum(spent)


def main(repeats: int = REPEATS, *sizes: int) -> None:
    """Time each size, and print a table."""
    remove = ["ansible-playbook", "molecule/default/destroy.yml"]
    run(remove)
    instances = INOTIFY.read_text()
    INOTIFY.write_text("1024")
    try:
        columns = f"{'first s':>9}{'no-op median s':>16}{'longest s':>11}{'hosts alone %':>15}"
        print(f"{'hosts of a kind':15}{columns}  of these, s")
        for hosts in sizes or SIZES:
            where = lay_out(hosts)
            run(["ansible-playbook", *where, "molecule/default/create.yml"])
            site = ["ansible-playbook", *where, "site.yml"]
            first = run([*site, "--forks", FORKS]).seconds
            alone = busy()
            runs = [unchanged(site) for _ in range(repeats)]
            middle, longest = median(runs), max(each.seconds for each in runs)
            before = middle.seconds - sum(seconds for _, seconds in middle.tasks)
            print(
                f"{hosts:15}{first:9.1f}{middle.seconds:16.1f}{longest:11.1f}{alone:15.0f}"
                f"  before the first task {before:.1f}, {middle.slowest()}",
                flush=True,
            )
    finally:
        run(remove)
        INOTIFY.write_text(instances)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
