"""Look at a load balancer's duty, or relieve it: what switch_active and maintain_node do on a node.

`look` prints JSON: `unfit`, why this node could not be active, in sentences; `holds`, the VIPs it has;
`maintenance`; `servers`, what HAProxy thinks of each. `relieve` puts the node into maintenance and waits
until it has no VIP; with `--then-return` it is fit again at once, as the standby. `return` ends the
maintenance and waits until the node is fit. Both say `already` where it is so. `wait-idle` waits until nobody
uses a server. Standard library only.
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
from collections.abc import Callable
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
        return {
            "unfit": self.unfit(),
            "holds": self.holds(),
            "maintenance": self.is_out,
            "servers": self.servers(),
        }

    def unfit(self) -> list[str]:
        """Return why keepalived keeps this node from being active, or would."""
        files = [path for path in sorted(self._health.iterdir()) if path.is_file()]
        found = [
            REASONS.get(path.name, f"{path} is not 0") for path in files if path.read_text().strip() != "0"
        ]
        return found + [f"{unit} does not run" for unit in UNITS if not self._is_active(unit)]

    def holds(self) -> list[str]:
        """Return the VIPs that are on this node; on `lo` they only let it answer what comes to it anyway."""
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

    def wait_idle(self, server: str, patience: float) -> int:
        """Return how many sessions a server has left in all backends: none, or some when patience is over."""
        give_up = time.monotonic() + patience
        while left := sum(int(row["scur"]) for row in self._rows() if row["svname"] == server):
            if time.monotonic() > give_up:
                break
            time.sleep(0.1)
        return left

    @property
    def is_out(self) -> bool:
        """Return whether the node is in maintenance."""
        return self._maintenance.read_text().strip() == "1"

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
        """End the maintenance; return when the node is fit."""
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


def main(words: list[str] | None = None, node: Node | None = None) -> int:
    """Do it; return 0, or 1 after one sentence on the standard error."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("look", help="is the node fit, and what does it hold")
    relieving = commands.add_parser("relieve", help="hand the VIPs over and stay out")
    relieving.add_argument("--then-return", action="store_true", help="and be the standby")
    commands.add_parser("return", help="be fit again")
    waiting = commands.add_parser(
        "wait-idle", help="wait until a server has no sessions; print how many are left"
    )
    waiting.add_argument("server")
    waiting.add_argument("patience", type=float, help="seconds")
    arguments = parser.parse_args(words)
    # Who loses the connection to the node has not changed his mind.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    node = node or Node()
    try:
        if arguments.command == "look":
            print(json.dumps(node.look()))
        elif (arguments.command, node.is_out) in (("relieve", True), ("return", False)):
            print("already")
        elif arguments.command == "relieve":
            print(f"{node.relieve(then_return=arguments.then_return):.3f}")
        elif arguments.command == "wait-idle":
            print(node.wait_idle(arguments.server, arguments.patience))
        else:
            node.resume()
    except (Refused, OSError, subprocess.CalledProcessError) as error:
        print(f"node_duty: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
