#!/usr/bin/env python3
"""Look at this node, and write down what is seen: a JSON object in FILE.

usage: node.py FILE ADDRESS

{"holds": whether the address is here, "passed_on": packets that were, "connections": of the frontend, so far,
"ports": of its clients, "tables": as nft lists them}
"""

from __future__ import annotations

import csv
import json
import re
import socket
import subprocess
import sys

FRONTEND = "shop"
TABLE = "evergate_second_chance"


def said(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout


def passed_on() -> int | None:
    """Return how many packets have been passed on since the rules were loaded; None if there are none."""
    if f"table inet {TABLE}" not in said("nft", "list", "tables"):
        return None
    (packets,) = re.findall(
        r"counter packets (\d+)", said("nft", "list", "chain", "inet", TABLE, "unknown_1")
    )
    return int(packets)


def connections() -> int | None:
    """Return how many connections the frontend has had since HAProxy was started; None if HAProxy hangs."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(0.2)
        link.connect("/run/haproxy/admin.sock")
        link.sendall(b"show stat\n")
        try:
            with link.makefile(encoding="ascii") as answer:
                rows = csv.DictReader(answer)
                (own,) = (row for row in rows if (row["# pxname"], row["svname"]) == (FRONTEND, "FRONTEND"))
        except TimeoutError:
            return None
    return int(own["conn_tot"])


def ports() -> list[int]:
    """Return the ports of the clients whose connections this node has."""
    lines = said("ss", "--no-header", "--tcp", "--numeric", "state", "established", "sport = :80")
    return sorted(int(line.split()[3].rpartition(":")[2]) for line in lines.splitlines())


if __name__ == "__main__":
    seen = {
        "holds": said("ip", "-oneline", "address", "show", "to", sys.argv[2]) != "",
        "passed_on": passed_on(),
        "connections": connections(),
        "ports": ports(),
        "tables": said("nft", "list", "tables").splitlines(),
    }
    with open(sys.argv[1], "w", encoding="ascii") as file:
        json.dump(seen, file)
