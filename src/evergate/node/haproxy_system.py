"""All that reaches from the HAProxy of a transaction into the system, a call each."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from . import haproxy_check, haproxy_sockets
from .commands import run
from .files import File
from .haproxy_master import Master, Processes
from .haproxy_sockets import Endpoint
from .runtime import Runtime, RuntimeRefused

_PATIENCE = 2.0  # s, for the answer of a probe
_CONNECT = 1.0  # s
_QUESTION = b"GET / HTTP/1.1\r\nHost: evergate\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class System:
    """A node with its HAProxy."""

    config: str = "/etc/haproxy/haproxy.cfg"
    unit: str = "haproxy.service"
    runtime: Runtime = field(default_factory=Runtime)
    master: Master = field(default_factory=Master)

    def runs(self) -> bool:
        """Return whether the unit is active."""
        return run("systemctl", "is-active", "--quiet", self.unit).returncode == 0

    def systemctl(self, verb: str) -> str | None:
        """Do it to the unit; return None, or what systemctl says if it cannot."""
        done = run("systemctl", verb, self.unit)
        return (done.stderr.strip() or f"systemctl cannot {verb} it") if done.returncode else None

    def journal(self, since: float) -> str:
        """Return what the unit's processes have said since then."""
        span = f"--since=@{since:.3f}"
        return run("journalctl", "--unit", self.unit, span, "--output=cat", "--no-pager").stdout

    def check(self, wanted: Sequence[File], root: Path) -> list[str]:
        """Have HAProxy check files as its unit does; return its warnings, or raise Refused."""
        return haproxy_check.check(wanted, root, self.config)

    def configuration(self) -> str:
        """Return the configuration that is on disk now. Raises OSError."""
        return Path(self.config).read_text(encoding="utf-8", errors="surrogateescape")

    def is_directory(self, path: str) -> bool:
        """Return whether a path leads to a directory."""
        return Path(path).is_dir()

    def processes(self) -> Processes | None:
        """Return what the master says of its processes, or None if it does not answer."""
        with suppress(OSError):
            return self.master.processes()
        return None

    def worker(self) -> int | None:
        """Return the number of the process that answers on the socket, or None if none does."""
        with suppress(OSError, RuntimeRefused, KeyError, ValueError):
            return int(self.runtime.info()["Pid"])
        return None

    def listening(self) -> set[Endpoint]:
        """Return where the worker listens. Raises OSError."""
        worker = self.worker()
        if worker is None:
            raise OSError("no worker answers on its socket")
        return haproxy_sockets.listening(worker)

    def in_the_way(self, endpoints: Iterable[Endpoint]) -> dict[Endpoint, OSError]:
        """Return where HAProxy could not listen, and why."""
        return haproxy_sockets.in_the_way(endpoints)

    def holder(self, endpoint: Endpoint) -> str:
        """Return who listens there, or nothing."""
        return haproxy_sockets.holder(endpoint)

    def answers(self, endpoint: Endpoint) -> bool:
        """Return whether HTTP there is answered with 200."""
        place = endpoint.address, endpoint.port
        with suppress(OSError), socket.create_connection(place, _PATIENCE) as connection:
            connection.sendall(_QUESTION)
            return connection.recv(64).startswith(b"HTTP/1.1 200 ")
        return False

    def refusal(self, address: str, port: int) -> str:
        """Return why nobody can be connected to there, or nothing."""
        try:
            socket.create_connection((address, port), _CONNECT).close()
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def now(self) -> float:
        """Return the time of day, in seconds, that the journal has."""
        return time.time()

    def clock(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
