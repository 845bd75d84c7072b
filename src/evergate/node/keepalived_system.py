"""All that reaches from the keepalived of a transaction into the system, a call each."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from . import keepalived_check, keepalived_plan, keepalived_told
from .commands import run, words
from .files import File
from .keepalived_told import Place, Told
from .service import Refused

_PATIENCE = 5.0  # s, for keepalived to write what it is asked for
_POLL = 0.02  # s
_REMEMBERED = "--lines=2000"
_PIDS = ("run/vrrp.pid", "run/keepalived/vrrp.pid")


@dataclass(frozen=True, slots=True)
class System:
    """A node with its keepalived."""

    config: str = keepalived_plan.CONFIG
    unit: str = "keepalived.service"

    def runs(self) -> bool:
        """Return whether the unit is active."""
        return run("systemctl", "is-active", "--quiet", self.unit).returncode == 0

    def systemctl(self, verb: str) -> str | None:
        """Do it to the unit; return None, or what systemctl says if it cannot."""
        done = run("systemctl", verb, self.unit)
        return words(done) if done.returncode else None

    def check(self, wanted: Sequence[File], root: Path) -> list[str]:
        """Have the wanted files checked; return what is worth telling, or raise Refused."""
        return keepalived_check.check(wanted, root)

    def configuration(self) -> str:
        """Return the configuration that is on disk now. Raises OSError."""
        return Path(self.config).read_text(encoding="utf-8", errors="surrogateescape")

    def release(self) -> tuple[int, ...]:
        """Return keepalived's release, such as (2, 2, 7), empty if it does not tell."""
        found = re.search(r"Keepalived v([\d.]+)", run("keepalived", "--version").stderr)
        return tuple(map(int, found[1].strip(".").split("."))) if found else ()

    def main(self) -> int:
        """Return the number of its first process, 0 if there is none."""
        told = run("systemctl", "show", "--property=MainPID", "--value", self.unit).stdout.strip()
        return int(told) if told.isdigit() else 0

    def vrrp(self) -> int:
        """Return the number of the process that speaks VRRP, 0 if there is none."""
        for place in _PIDS:
            with suppress(OSError, ValueError):
                return int(self._place(place).read_text())
        return 0

    def told(self) -> dict[str, Told]:
        """Return what keepalived says of its instances; raise Refused if it says nothing.

        It writes a file when it is sent a signal, in /tmp, which may be one of its own.
        """
        number = run("keepalived", "--signum=JSON")
        if number.returncode or not number.stdout.strip().isdigit():
            raise Refused(f"keepalived cannot tell its state, it is built without JSON: {words(number)}")
        main, place = self.main(), self._place("tmp/keepalived.json")
        if not main:
            raise Refused("keepalived does not run")
        try:
            place.unlink(missing_ok=True)
            os.kill(main, int(number.stdout))
        except OSError as error:
            raise Refused(f"keepalived cannot be asked for its state: {error.strerror}") from error
        return self._written(place)

    def addresses(self) -> frozenset[Place]:
        """Return the addresses of keepalived's network namespace; raise Refused."""
        main = self.main()
        inside = ("nsenter", f"--target={main}", "--net") if main else ()
        done = run(*inside, "ip", "-json", "address")
        try:
            return keepalived_told.addresses(done.stdout)
        except ValueError as error:
            raise Refused(f"the addresses of this node cannot be told: {words(done)}") from error

    def journal(self, since: float | None = None) -> list[str]:
        """Return what the unit's processes have said since then, or the last that is remembered of them."""
        span = _REMEMBERED if since is None else f"--since=@{since:.3f}"
        done = run("journalctl", "--unit", self.unit, span, "--output=cat", "--no-pager", "--quiet")
        return done.stdout.splitlines()

    def now(self) -> float:
        """Return the time of day, in seconds, that the journal has."""
        return time.time()

    def clock(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def _place(self, path: str) -> Path:
        """Return where a path lies as keepalived sees it: its unit may give it a /tmp of its own."""
        return Path("/proc", str(self.main() or "self"), "root", path)

    def _written(self, place: Path) -> dict[str, Told]:
        until = self.clock() + _PATIENCE
        while self.clock() < until:
            self.sleep(_POLL)
            with suppress(OSError, ValueError):  # it is not there yet, or not to its end
                return keepalived_told.told(_own(place))
        raise Refused(
            f"keepalived does not tell its state within {_PATIENCE:g} s: it hangs, has no instance, or "
            "writes elsewhere (json_file_location, data_use_instance)"
        )


def _own(place: Path) -> str:
    """Return what root wrote there; anyone may write to /tmp. Raises OSError."""
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, encoding="utf-8", errors="replace") as file:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise PermissionError(f"{place} is another user's")
        return file.read()
