"""`make bench-second-chance`: what the second chance costs the node that holds the VIP, on the lab.

A client makes new connections to the VIP, which HAProxy answers itself: first as many as it can, then 5,000 a
second. Both are done with the second chance and without it, in turn, as one run of this machine is not like
the next. Told are medians, and of the kernel's connection table the most entries that were seen.
The load ends by itself; the lab has to be up and configured.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

VIP = "198.51.100.200"
PATH = "/alive"
SECONDS = 10
REPEATS = 3
NODES = ("lb1", "lb2")
ENTRIES = "entries in the table, at most"
UNIT = "evergate-second-chance"
# While the load runs: the most entries of the connection table, and how busy the machine was.
WATCH = f"""\
set -eu
busy() {{ awk '/^cpu / {{ print $2 + $3 + $4 + $7 + $8 }}' /proc/stat; }}
before=$(busy) most=0
for _ in $(seq {SECONDS * 4}); do
    now=$(cat /proc/sys/net/netfilter/nf_conntrack_count)
    test "$now" -le "$most" || most=$now
    sleep 0.25
done
echo "$most $(($(busy) - before))"
"""
# wrk waits before each question: 120 connections that wait 19 ms ask 5,000 times a second, if all goes well.
PREPARE = """\
command -v wrk >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes wrk >/dev/null
echo 'function delay() return 19 end' > /run/bench-delay.lua
"""
ASK = f"wrk -t 1 -d {SECONDS}s --latency -H 'Connection: close' http://{VIP}{PATH}"
AS_MANY_AS_CAN_BE, AT_A_RATE = f"{ASK} -c 64", f"{ASK} -c 120 -s /run/bench-delay.lua"


def on(host: str, command: str) -> str:
    """Return what the command printed on the lab's host; raise CalledProcessError if it failed."""
    return begun(host, command).communicate_checked()


class Remote(subprocess.Popen[str]):
    """A command on a host of the lab."""

    def communicate_checked(self) -> str:
        """Return what it printed; raise CalledProcessError if it failed."""
        output, _ = self.communicate(timeout=SECONDS + 60)
        if self.returncode:
            raise subprocess.CalledProcessError(self.returncode, self.args, output)
        return output


def begun(host: str, command: str) -> Remote:
    """Return the command, which runs now."""
    ssh = ["ssh", "-n", "-F", "/run/evergate-lab/ssh_config", host, command]
    return Remote(ssh, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


@contextmanager
def without_it() -> Iterator[None]:
    """Switch the second chance off, and on again."""
    try:
        for node in NODES:
            on(node, f"systemctl stop {UNIT}")
        yield
    finally:
        for node in NODES:
            on(node, f"systemctl start {UNIT}")


def measured() -> dict[str, float]:
    """Return the figures of one run."""
    holder = next(node for node in NODES if on(node, f"ip -o address show to {VIP}"))
    most = _found(r"Requests/sec: +([0-9.]+)", on("client", AS_MANY_AS_CAN_BE))
    watch = begun(holder, WATCH)
    told = on("client", AT_A_RATE)
    entries, busy = watch.communicate_checked().split()
    return {
        "new connections a second, at most": most,
        "at about 5,000 a second: were made": _found(r"Requests/sec: +([0-9.]+)", told),
        "answer after, median ms": _found(r"50% +([0-9.]+)ms", told),
        "answer after, 99 % within ms": _found(r"99% +([0-9.]+)ms", told),
        "machine busy, % of one core": int(busy) / SECONDS,
        ENTRIES: int(entries),
    }


def _found(pattern: str, text: str) -> float:
    match = re.search(pattern, text)
    if match is None:
        raise ValueError(f"{pattern!r} is not in what was printed: {text}")
    return float(match[1])


def main() -> int:
    """Measure in turn; print the medians."""
    on("client", PREPARE)
    runs: dict[str, list[dict[str, float]]] = {"with": [], "without": []}
    for number in range(1, REPEATS + 1):
        print(f"round {number} of {REPEATS}", file=sys.stderr)
        runs["with"].append(measured())
        with without_it():
            runs["without"].append(measured())
    print(f"{'':36}{'with':>12}{'without':>12}")
    for name in (name for name in runs["with"][0] if name != ENTRIES):
        typical = [statistics.median(run[name] for run in done) for done in runs.values()]
        print(f"{name:36}" + "".join(f"{each:12,.1f}" for each in typical))
    # Without it no connection is tracked; what is counted then is what the kernel has not cleared away yet.
    print(f"{ENTRIES:36}{max(run[ENTRIES] for run in runs['with']):12,.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
