"""Look at a load balancer's duty, or relieve it: what switch_active and maintain_node do on a node.

`look` prints JSON: `unfit`, why this node could not be active, in sentences; `holds`, the VIPs it has;
`maintenance`; `servers`, what HAProxy thinks of each, and their `traffic`, requests and failures so far.
`holds` prints only the VIPs, of a node that is in no order, too.
`relieve` puts the node into maintenance and waits
until it has no VIP; with `--then-return` it is fit again at once, as the standby. `return` ends the
maintenance and waits until the node is fit. Both say `already` where it is so. `wait-idle` waits until nobody
uses some servers, `wait-up` until they take requests. Standard library only.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

DEADLINE = 10.0  # s
PAUSE = 0.01  # s between two looks
UNITS = ("haproxy", "keepalived")
# What each health file says when it is not 0; keepalived tracks them all.
REASONS = {
    "maintenance": "it is in maintenance",
    "haproxy_process": "HAProxy does not run",
    "haproxy_answers": "HAProxy does not answer",
}

# What HAProxy counts when a request has failed at a server (its management guide, "show stat"): an answer of
# 500 and above, a broken one, no connection; and what was tried again, which counts as none of these.
FAILED = ("hrsp_5xx", "eresp", "econ", "wretr")


class Refused(Exception):
    """It cannot be done; the message is one sentence for the operator."""


class Node:
    """This node; the paths are those of a node unless a test has others."""

    def __init__(self, root: Path = Path("/"), run: Callable[..., Any] = subprocess.run) -> None:
        self._health = root / "run/evergate"
        self._maintenance = root / "var/lib/evergate/maintenance"
        self._watched = root / "etc/evergate/vrrp_watch.json"
        self._socket = root / "run/haproxy/admin.sock"
        self._run = run

    def look(self) -> dict[str, Any]:
        """Return all that `look` prints."""
        if not self._watched.exists():
            return {"unfit": ["it is not set up"], "holds": [], "maintenance": False, "servers": {}}
        return {
            "unfit": self.unfit(),
            "holds": self.holds(),
            "maintenance": self.is_out,
            "servers": self.servers(),
            "traffic": self.traffic(),
        }

    def unfit(self) -> list[str]:
        """Return why keepalived keeps this node from being active, or would."""
        if not self._health.is_dir():
            return [f"{self._health} is missing"]
        files = [path for path in sorted(self._health.iterdir()) if path.is_file()]
        found = [
            REASONS.get(path.name, f"{path} is not 0") for path in files if path.read_text().strip() != "0"
        ]
        return found + [f"{unit} does not run" for unit in UNITS if not self._is_active(unit)]

    def holds(self) -> list[str]:
        """Return the VIPs that are on this node; on `lo` they only let it answer what comes to it anyway."""
        if not self._watched.exists():
            return []
        told = self._run(["ip", "-json", "address"], check=True, capture_output=True, text=True).stdout
        here = {
            each["local"]
            for link in json.loads(told)
            if link.get("ifname") != "lo"
            for each in link.get("addr_info", ())
            if "local" in each
        }
        instances = json.loads(self._watched.read_text())["instances"]
        return [vip for instance in instances for vip in instance["vips"] if vip in here]

    def servers(self) -> dict[str, str]:
        """Return what HAProxy thinks of each server (its management guide, "show stat"), if it tells."""
        try:
            return {f"{row['pxname']}/{row['svname']}": row["status"] for row in self._rows()}
        except OSError:
            return {}

    def traffic(self) -> dict[str, tuple[int, int]]:
        """Return of each server the requests it was given, and how many failed, retried elsewhere or not."""
        try:
            rows = self._rows()
        except OSError:
            return {}
        return {
            f"{row['pxname']}/{row['svname']}": (
                _number(row, "stot"),
                sum(_number(row, key) for key in FAILED),
            )
            for row in rows
        }

    def wait_idle(self, servers: Sequence[str], patience: float) -> int:
        """Return how many sessions the servers have left in all backends: some only if patience is over."""
        give_up = time.monotonic() + patience
        while left := sum(int(row["scur"]) for row in self._rows() if row["svname"] in servers):
            if time.monotonic() > give_up:
                break
            time.sleep(0.1)
        return left

    def wait_up(self, servers: Sequence[str], patience: float) -> None:
        """Return when HAProxy gives requests to the servers in all backends; Refused if patience is over."""
        give_up = time.monotonic() + patience
        while True:
            rows = [row for row in self._rows() if row["svname"] in servers]
            if rows and all(row["status"] in ("UP", "no check") for row in rows):
                return
            if time.monotonic() > give_up:
                states = ", ".join(f"{row['pxname']}/{row['svname']} is {row['status']}" for row in rows)
                raise Refused(f"after {patience:g} s {states or 'HAProxy has none of them'}")
            time.sleep(0.1)

    @property
    def is_out(self) -> bool:
        """Return whether the node is in maintenance, or is no load balancer yet or any more."""
        return not self._maintenance.exists() or self._maintenance.read_text().strip() == "1"

    def relieve(self, *, then_return: bool) -> float:
        """Hand every VIP over; return the seconds until the last one had left. If one stays, all does."""
        began, done = time.monotonic(), False
        self._maintain("1")
        try:
            self._wait(
                lambda: not self.holds(), lambda: "it still has a VIP: see journalctl --unit keepalived"
            )
            done = True
            return time.monotonic() - began
        finally:
            if then_return or not done:
                self._maintain("0")

    def resume(self) -> None:
        """End the maintenance, if it has not ended; return when the node is fit."""
        if self.is_out:
            self._maintain("0")
        self._wait(lambda: not self.unfit(), lambda: f"it is not fit: {'; '.join(self.unfit())}")

    def _maintain(self, text: str) -> None:
        # In place: the file is never empty, and keepalived is told.
        with open(self._maintenance, "r+") as file:
            file.write(text)

    def _wait(self, done: Callable[[], bool], otherwise: Callable[[], str]) -> None:
        give_up = time.monotonic() + DEADLINE
        while not done():
            if time.monotonic() > give_up:
                raise Refused(f"after {DEADLINE:g} s {otherwise()}")
            time.sleep(PAUSE)

    def _is_active(self, unit: str) -> bool:
        return bool(self._run(["systemctl", "is-active", "--quiet", unit]).returncode == 0)

    def _rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self._told("show stat -1 4 -1").lstrip("# "))))

    def _told(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self._socket))
            connection.sendall(f"{command}\n".encode())
            answer = bytearray()
            while data := connection.recv(65536):
                answer += data
        return answer.decode(errors="replace")


def _number(row: dict[str, str], key: str) -> int:
    return int(row.get(key) or 0)


def main(words: list[str] | None = None, node: Node | None = None) -> int:
    """Do it; return 0, or 1 after one sentence on the standard error."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("look", help="is the node fit, and what does it hold")
    commands.add_parser("holds", help="which VIPs does it hold")
    relieving = commands.add_parser("relieve", help="hand the VIPs over and stay out")
    relieving.add_argument("--then-return", action="store_true", help="and be the standby")
    commands.add_parser("return", help="be fit again")
    for name, text in (
        ("wait-idle", "wait until servers have no sessions; print how many are left"),
        ("wait-up", "wait until servers take requests"),
    ):
        waiting = commands.add_parser(name, help=text)
        waiting.add_argument("servers", nargs="+")
        waiting.add_argument("patience", type=float, help="seconds")
    arguments = parser.parse_args(words)
    # Who loses the connection to the node has not changed his mind.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    node = node or Node()
    try:
        if arguments.command == "look":
            print(json.dumps(node.look()))
        elif arguments.command == "holds":
            print(json.dumps(node.holds()))
        elif arguments.command == "relieve" and node.is_out:
            print("already")
        elif arguments.command == "relieve":
            print(f"{node.relieve(then_return=arguments.then_return):.3f}")
        elif arguments.command == "wait-idle":
            print(node.wait_idle(arguments.servers, arguments.patience))
        elif arguments.command == "wait-up":
            node.wait_up(arguments.servers, arguments.patience)
        else:
            was_out = node.is_out
            node.resume()
            print("fit" if was_out else "already")
    except (Refused, OSError, subprocess.CalledProcessError) as error:
        print(f"node_duty: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
