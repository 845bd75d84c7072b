"""`make bench-converge`: how long site.yml takes, on the lab: bare hosts, nothing to change, one server more.

Each kind is timed as many times as is asked, the first on hosts made anew each time. Told are the median and
the longest in seconds, how many tasks were run, and for the median run the three that took longest.

usage: converge.py [REPEATS]
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

REPEATS = 1
SLOWEST = 3
MAKE = ["ansible-playbook", "molecule/default/create.yml"]
REMOVE = ["ansible-playbook", "molecule/default/destroy.yml"]
SITE = ["ansible-playbook", "site.yml"]
SERVERS = [{"name": f"app{n}", "address": f"198.51.100.16{n}", "port": 8000} for n in (1, 2, 3)]
FEWER: dict[str, Any] = {
    "haproxy_backends": [{"name": "shop", "servers": SERVERS[:2], "timeout_server": "400ms"}]
}
TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(.*?)\] \**", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """A run of a playbook: seconds, and its tasks with theirs."""

    seconds: float
    tasks: tuple[tuple[str, float], ...]

    def slowest(self) -> str:
        """Return the tasks that took longest."""
        found = sorted(self.tasks, key=lambda task: -task[1])[:SLOWEST]
        return ", ".join(f"{name} {seconds:.1f}" for name, seconds in found)


def run(command: list[str]) -> Run:
    """Run it; raise CalledProcessError with what it said if it fails."""
    started, told = time.monotonic(), list[tuple[str, float]]()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_plain(),
    ) as playbook:
        assert playbook.stdout is not None
        said = []
        for line in playbook.stdout:
            said.append(line)
            if (task := TASK.match(line)) is not None:
                told.append((task[1], time.monotonic()))
    ended = time.monotonic()
    if playbook.returncode:
        raise subprocess.CalledProcessError(playbook.returncode, command, "".join(said))
    ends = [at for _, at in told[1:]] + [ended]
    return Run(ended - started, tuple((name, end - at) for (name, at), end in zip(told, ends, strict=True)))


def _plain() -> dict[str, str]:
    # Else a banner is printed only when its task has ended.
    banners = {"ANSIBLE_DISPLAY_SKIPPED_HOSTS": "1"}
    return {**os.environ, **banners, "ANSIBLE_FORCE_COLOR": "0", "PYTHONUNBUFFERED": "1"}


def cold() -> Run:
    """Time it on bare hosts."""
    run(REMOVE)
    run(MAKE)
    return run(SITE)


def unchanged() -> Run:
    """Time it where nothing is to be done."""
    return run(SITE)


def one_server() -> Run:
    """Time it where a server is to come back that was taken out before."""
    run([*SITE, "--extra-vars", json.dumps(FEWER)])
    return run(SITE)


def main(repeats: int) -> None:
    """Time all three, and print a table."""
    kinds: dict[str, Callable[[], Run]] = {
        "bare hosts": cold,
        "nothing to change": unchanged,
        "one server more": one_server,
    }
    print(f"{'':20}{'median s':>10}{'longest s':>11}{'tasks':>7}  slowest tasks, s")
    for name, kind in kinds.items():
        runs = sorted((kind() for _ in range(repeats)), key=lambda each: each.seconds)
        middle = statistics.median_low([each.seconds for each in runs])
        median = next(each for each in runs if each.seconds == middle)
        print(
            f"{name:20}{middle:10.1f}{runs[-1].seconds:11.1f}{len(median.tasks):7}  {median.slowest()}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS)
