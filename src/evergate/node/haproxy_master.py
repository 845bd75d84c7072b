"""HAProxy's master process, which alone knows whether a reload has brought a new worker."""

from __future__ import annotations

import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_TIMEOUT = 5.0  # s; during a reload it answers only when the new configuration is read


@dataclass(frozen=True, slots=True)
class Processes:
    """What the master says of itself (management guide, section 9.4, "show proc").

    How often it was told to reload, how often of late without success, and the process number of the worker
    that takes new connections, None without one.
    """

    reloads: int
    failed: int
    worker: int | None


@dataclass(frozen=True, slots=True)
class Master:
    """The master, asked over its socket; every method raises OSError if it does not answer."""

    path: Path = Path("/run/haproxy-master.sock")

    def processes(self) -> Processes:
        """Return what it says of its processes."""
        return parsed(self._ask("show proc"))

    def startup_logs(self) -> str:
        """Return what the last reload said, of which HAProxy 2.6 knows nothing: then it is empty."""
        answer = self._ask("show startup-logs")
        return "" if answer.startswith("Unknown command") else answer

    def leaving(self) -> int:
        """Return how many former workers still serve the connections that they have."""
        former = self._ask("show proc").partition("# old workers")[2].partition("# programs")[0]
        return len(re.findall(r"^\d+\s+worker\b", former, re.MULTILINE))

    def _ask(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_TIMEOUT)
            connection.connect(str(self.path))
            connection.sendall(f"{command}\n".encode())
            connection.shutdown(socket.SHUT_WR)  # else it waits for further commands
            answer = bytearray()
            while data := connection.recv(65536):
                answer += data
        return answer.decode(errors="replace")


def parsed(table: str) -> Processes:
    """Return what a table of processes says; raise OSError if it is none."""
    master = re.search(r"^\d+\s+master\s+(\d+)(?:\s+\[failed: (\d+)\])?", table, re.MULTILINE)
    if not master:
        raise OSError(f"the master does not tell its processes: {table.strip()[:200]!r}")
    current = table.partition("# workers")[2].partition("# old workers")[0]
    workers = re.findall(r"^(\d+)\s+worker\b", current, re.MULTILINE)
    return Processes(int(master[1]), int(master[2] or 0), int(workers[-1]) if workers else None)


def verdict(before: Processes, now: Processes, others: Collection[int] = ()) -> bool | None:
    """Return whether a reload since `before` has brought a new worker; None if it is not over yet."""
    if now.reloads == before.reloads:
        return None
    return now.failed == 0 and now.worker not in (None, before.worker, *others)
