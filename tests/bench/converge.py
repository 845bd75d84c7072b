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
from collections.abc import Callable, Sequence
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
CHANGED = re.compile(r"\bchanged=[1-9]")


@dataclass(frozen=True)
class Run:
    """A run of a playbook: seconds, its tasks with theirs, and whether it changed anything."""

    seconds: float
    tasks: tuple[tuple[str, float], ...]
    changed: bool

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
    tasks = tuple((name, end - at) for (name, at), end in zip(told, ends, strict=True))
    return Run(ended - started, tasks, any(CHANGED.search(line) for line in said))


def median(runs: Sequence[Run]) -> Run:
    """Return the run of the median time, the lower one of two."""
    middle = statistics.median_low([each.seconds for each in runs])
    return next(each for each in runs if each.seconds == middle)


def _plain() -> dict[str, str]:
    # Else a banner is printed only when its task has ended.
    banners = {"ANSIBLE_DISPLAY_SKIPPED_HOSTS": "1"}
    return {**os.environ, **banners, "ANSIBLE_FORCE_COLOR": "0", "PYTHONUNBUFFERED": "1"}


def cold() -> Run:
    """Time it on bare hosts."""
    run(REMOVE)
    run(MAKE)
    return run(SITE)


def unchanged(site: list[str] = SITE) -> Run:
    """Time it where nothing is to be done; raise RuntimeError if something was."""
    found = run(site)
    if found.changed:
        raise RuntimeError("a run that should have found nothing to do has changed something")
    return found


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
        runs = [kind() for _ in range(repeats)]
        middle, longest = median(runs), max(each.seconds for each in runs)
        print(
            f"{name:20}{middle.seconds:10.1f}{longest:11.1f}{len(middle.tasks):7}  {middle.slowest()}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS)
