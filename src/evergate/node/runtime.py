"""HAProxy's runtime API, over its socket (management guide, section 9.3)."""

from __future__ import annotations

import csv
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .touch import VERSION, Command, Touch

TIMEOUT = 5.0  # s, for one answer or a part of it
_PAUSE = 0.1  # s, between two tries to delete a server that is not idle
_BUSY = "Server still has connections attached to it"
_PREPARED = re.compile(r"New version created: ([0-9]+)")
# What HAProxy 2.6 and 3.0 answer when they have done it, by how the command begins; to others nothing.
_DONE = (
    ("show ", r"(?!Unknown command|Permission denied).*"),
    ("add server ", r"(?:.*\n)?New server registered\."),
    ("del server ", r"Server deleted\."),
    ("prepare ", _PREPARED.pattern),
    ("set ssl cert ", r"Transaction (?:created|updated) for certificate .*!"),
    ("commit ssl cert ", r".*Success!"),
    ("abort ssl cert ", r"Transaction aborted for certificate .*!"),
)
_MOVED = r"nothing changed|.*(?:changed from|no need to change).*"


class RuntimeRefused(Exception):
    """HAProxy did not do it; `command` is the first line of what it was asked, `words` are its answer."""

    def __init__(self, command: str, words: str) -> None:
        self.command = command
        self.words = words
        super().__init__(f"HAProxy does not do '{command}': {words or 'it does not answer'}")


class NotIdle(Exception):
    """A server, BACKEND/SERVER, still had connections at the deadline; it is in maintenance now."""

    def __init__(self, server: str) -> None:
        self.server = server
        super().__init__(f"server {server} still has connections")


@dataclass(frozen=True, slots=True)
class ServerState:
    """What HAProxy says of a server: its status, such as `UP` or `MAINT`, and how its last check ended.

    `check` is empty without checks, `INI` before the first, and begins with `*` while one runs. `weight` is
    the one in effect: lower while the server starts slowly. `detail` is what the last check found, in words.
    """

    status: str
    check: str
    sessions: int
    weight: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A running HAProxy, asked over its socket; every method raises OSError if none answers in time."""

    path: Path = Path("/run/haproxy/admin.sock")

    def ask(self, command: str) -> str:
        """Return HAProxy's answer to a command, which may have a payload; raise RuntimeRefused.

        The answer is without the newlines around it. What only shows something is refused if it is unknown
        or forbidden; what changes something, unless HAProxy says that it has done it.
        """
        answer = self._answer(command if command.endswith("\n") else f"{command}\n")
        first = command.split("\n", 1)[0].removesuffix(" <<")
        words = answer.strip("\n")
        # No byte at all is no answer: 2.6 hangs up on a payload that is too long.
        if not answer or not _is_done(first, words):
            raise RuntimeRefused(first, words)
        return words

    def run(self, touch: Touch, deadline: float) -> None:
        """Do what a touch asks for, all but a reload; raise RuntimeRefused or NotIdle, and undo nothing.

        `deadline` is how many seconds may be spent waiting for servers to be idle, in all.
        """
        self._run(touch.commands, time.monotonic() + deadline)

    def prepare_reload(self, touch: Touch) -> None:
        """Send what is worth sending before a reload; what HAProxy refuses of it does not matter."""
        for command in touch.before_reload:
            try:
                self.ask(command.text)
            except RuntimeRefused:
                continue

    def servers(self) -> dict[tuple[str, str], ServerState]:
        """Return the states of all servers by backend and name.

        See the management guide, section 9.1 for the table, and section 9.3, "show stat": asked for one
        backend, HAProxy would show a frontend of the same name instead.
        """
        rows = csv.DictReader(self.ask("show stat -1 4 -1").removeprefix("# ").splitlines())
        return {
            (row["pxname"], row["svname"]): ServerState(
                row["status"],
                row["check_status"],
                int(row["scur"] or 0),
                int(row["weight"] or 0),
                row.get("last_chk") or "",
            )
            for row in rows
        }

    def info(self) -> dict[str, str]:
        """Return what HAProxy says of itself, by name, such as `Version` and `Uptime_sec`."""
        pairs = (line.partition(": ") for line in self.ask("show info").splitlines())
        return {name: value for name, _, value in pairs}

    def _run(self, commands: Iterable[Command], end: float) -> None:
        version = ""
        for command in commands:
            text = command.text.replace(VERSION, f"@{version}", 1)
            answer = self._when_idle(text, command.when_idle, end) if command.when_idle else self.ask(text)
            if prepared := _PREPARED.fullmatch(answer):
                version = prepared[1]

    def _when_idle(self, text: str, server: str, end: float) -> str:
        """Return the answer as soon as HAProxy finds the server idle; it alone knows of all connections."""
        while True:
            try:
                return self.ask(text)
            except RuntimeRefused as refused:
                if _BUSY not in refused.words:
                    raise
            if time.monotonic() >= end:
                raise NotIdle(server)
            self._close_idle(server)
            time.sleep(_PAUSE)

    def _close_idle(self, server: str) -> None:
        """Close a server's connections that no session uses, once none has one.

        Entering maintenance closes them. Those that are idle only later, HAProxy 2.6 keeps for up to minutes
        ("pool-purge-delay", and half of them each time): so it leaves maintenance, for drain, and enters it.
        """
        backend, _, name = server.partition("/")
        state = self.servers().get((backend, name))
        if state is not None and state.sessions == 0:
            self.ask(f"set server {server} state drain")
            self.ask(f"set server {server} state maint")

    def _answer(self, text: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect(str(self.path))
            connection.sendall(text.encode())
            answer = bytearray()
            while data := connection.recv(65536):
                answer += data
        return answer.decode(errors="replace")


def _is_done(command: str, answer: str) -> bool:
    """Return whether this answer says that the command was carried out."""
    if re.match(r"set server \S+ addr ", command):
        return re.fullmatch(_MOVED, answer) is not None
    form = next((form for start, form in _DONE if command.startswith(start)), "")
    return re.fullmatch(form, answer, re.DOTALL) is not None
