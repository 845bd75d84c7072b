"""What a load balancer tells those who help its operator: texts by their names, without secrets.

Left out are requests and sessions, which tell of clients. What a secret file holds is hidden wherever it
stands, and so is what follows words such as `password`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .checkup import DAEMONS, PACKAGES, UNITS
from .checkup import Node as Checkup
from .commands import run
from .revisions import DIRECTORY, Revisions
from .runtime import Runtime, RuntimeRefused
from .secrecy import HIDDEN, veiled

FILES = ("etc/haproxy/haproxy.cfg", "etc/keepalived/keepalived.conf", "etc/evergate/vrrp_watch.json")
ASKED = {"haproxy_info": "show info", "haproxy_stat": "show stat", "haproxy_servers": "show servers state"}
# HAProxy tells requests with the priority info, and what befalls itself with a higher one.
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "packages": ("dpkg-query", "--show", *PACKAGES, "nftables"),
    "kernel": ("uname", "--all"),
    "units": ("systemctl", "status", "--no-pager", "--full", "--lines=0", *UNITS),
    "journal": (
        *("journalctl", "--no-pager", "--quiet", "--lines=2000", "--priority=notice"),
        *(f"--unit={unit}" for unit in UNITS),
    ),
    "journal_keepalived": ("journalctl", "--no-pager", "--quiet", "--lines=2000", "--unit=keepalived"),
    "addresses": ("ip", "address"),
    "routes": ("ip", "route", "show", "table", "all"),
    "rules": ("ip", "rule"),
    "neighbours": ("ip", "neighbour"),
    "firewall": ("nft", "list", "ruleset"),
    "sockets": ("ss", "--listening", "--tcp", "--udp", "--numeric", "--processes"),
}
_SHORTEST = 8  # letters: what is shorter stands elsewhere by chance
_COOKIES = re.compile(r"(\bcookie\b\W).+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Node:
    """This node; the paths are those of a node unless a test has others."""

    root: Path = Path("/")
    runtime: Runtime = field(default_factory=Runtime)
    revisions: Path = DIRECTORY

    def texts(self) -> dict[str, str]:
        """Return the texts, each whole or with the words in which it was refused."""
        secrets = sorted(self._secrets(), key=len, reverse=True)
        return {name: redacted(text, secrets) for name, text in self._texts()}

    def _texts(self) -> Iterator[tuple[str, str]]:
        told = Checkup(self.root, self.runtime, self.revisions).told()
        yield "checkup.json", json.dumps(told, indent=2, sort_keys=True) + "\n"
        for name, command in COMMANDS.items():
            done = run(*command)
            yield f"{name}.txt", done.stdout + done.stderr
        for name, question in ASKED.items():
            yield f"{name}.txt", self._asked(question)
        for path in FILES:
            yield path.rpartition("/")[2], self._read(self.root / path)

    def _asked(self, question: str) -> str:
        try:
            return self.runtime.ask(question)
        except (OSError, RuntimeRefused) as error:
            return f"{error}\n"

    def _read(self, place: Path) -> str:
        try:
            return place.read_text(errors="replace")
        except OSError as error:
            return f"{error}\n"

    def _secrets(self) -> Iterator[str]:
        """Yield the lines of all secret files that are in use."""
        for daemon in DAEMONS:
            newest = Revisions(self.revisions / daemon).newest()
            # Not of a configuration with a password: all of its lines would go.
            for file in newest.files if newest else ():
                if file.secret and not any(file.path.endswith(path) for path in FILES):
                    yield from (line for line in file.content.splitlines() if len(line) >= _SHORTEST)


def redacted(text: str, secrets: list[str]) -> str:
    """Return the text without secrets: the longest of them come first."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _COOKIES.sub(rf"\1{HIDDEN}", veiled(text))
