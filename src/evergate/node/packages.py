"""The packages of a load balancer: what an upgrade would change, the upgrade with its proof, the way back.

HAProxy and keepalived may be restarted by it: the node has handed its VIPs over, and nobody is connected.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import apt
from .apt import Change
from .commands import run
from .haproxy import HAProxy
from .keepalived import Keepalived
from .service import Refused

DAEMONS = ("haproxy", "keepalived")
_FIT = 10.0  # s, for keepalived to leave FAULT after the maintenance
_PROOF = 30.0  # s, for it to serve what it served before
_POLL = 0.2  # s


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be upgraded: `NAME` or `NAME=VERSION`; from which release, if not from the usual one.

    A version that is named is the one to have, also if it is older than the one that is there.
    Everything else is as well if `everything` is. What an operator holds stays as it is, unless `held` is.
    """

    packages: tuple[str, ...]
    release: str = ""
    everything: bool = False
    held: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the packages' names."""
        return tuple(each.partition("=")[0] for each in self.packages)


@dataclass(frozen=True, slots=True)
class Place:
    """Where things lie; as on a node unless a test has others."""

    kept: Path = Path("/var/lib/evergate/packages")
    cache: Path = Path("/var/cache/apt/archives")
    boot: Path = Path("/boot")
    run: Path = Path("/run")


@dataclass
class Packages:
    """The packages of this node. Every method raises Refused, in words."""

    wanted: Wanted
    place: Place = field(default_factory=Place)
    daemons: Callable[[], tuple[Any, Any]] = lambda: (HAProxy(), Keepalived())

    def look(self) -> dict[str, Any]:
        """Return what would change, and what is in the way, as data that JSON can carry.

        `changes`: name, old and new of each package. `held`: the versions of those that an operator holds.
        `missing`: those that are not installed. `no_way_back`: `NAME VERSION` of those that are to be
        upgraded and could not be had again. `reboot`: why the node should be rebooted, or nothing.
        """
        apt.do("update")
        changes = self.changes()
        held = apt.held().intersection(self.wanted.names)
        return {
            "changes": [{"name": each.name, "old": each.old, "new": each.new} for each in changes],
            "held": {} if self.wanted.held else {name: apt.version(name) for name in sorted(held)},
            "missing": [name for name in self.wanted.names if not apt.version(name)],
            "no_way_back": [
                f"{each.name} {each.old}" for each in self._back(changes) if not self._source(each)
            ],
            "reboot": self.reboot(),
        }

    def changes(self) -> tuple[Change, ...]:
        """Return what the upgrade would change now."""
        command = self._command()
        found = apt.would(*command) if command else ()
        if gone := [each.name for each in found if not each.new]:
            raise Refused(f"the upgrade would remove {' and '.join(gone)}")
        return found

    def fetch(self) -> list[str]:
        """Have on disk what the upgrade takes, and the way back; return the files of that."""
        changes = self.changes()
        coming = self.place.kept.with_suffix(".coming")
        shutil.rmtree(coming, ignore_errors=True)
        coming.mkdir(mode=0o755, parents=True)
        for each in self._back(changes):
            self._keep(each, coming)
        if changes:
            apt.do("--download-only", *self._command())
        shutil.rmtree(self.place.kept, ignore_errors=True)
        coming.rename(self.place.kept)
        return sorted(path.name for path in self.place.kept.iterdir())

    def upgrade(self) -> list[Change]:
        """Upgrade, and return what has changed when the daemons serve no less than before."""
        changes = self.changes()
        if changes:
            self._prove_over(lambda: apt.change(*self._command()))
        return list(changes)

    def restore(self) -> list[Change]:
        """Return to the packages that were kept; return which have changed, when the daemons run again."""
        found = [Change(name, apt.version(name), old) for name, old in self._kept()]
        back = [each for each in found if each.old != each.new]
        if back:
            files = [str(self.place.kept / apt.file_name(each.name, each.new)) for each in back]
            apt.change("--allow-downgrades", "--allow-change-held-packages", "install", *files)
        self._start_anew(stop=bool(back))
        return back

    def fit(self) -> None:
        """Return when keepalived could be active in all instances."""
        give_up = time.monotonic() + _FIT
        while unfit := _faults(self.daemons()[1]):
            if time.monotonic() > give_up:
                raise Refused(f"keepalived is in FAULT: {' and '.join(unfit)}")
            time.sleep(_POLL)

    def reboot(self) -> str:
        """Return why the node should be rebooted, or nothing."""
        if (self.place.run / "reboot-required").exists():
            return "a package asks for it"
        runs = run("uname", "--kernel-release").stdout.strip()
        kernels = [path.name.removeprefix("vmlinuz-") for path in self.place.boot.glob("vmlinuz-*")]
        later = [each for each in sorted(kernels) if apt.is_later(each, runs)]
        return f"it runs Linux {runs} and has {later[-1]}" if later else ""

    def _command(self) -> tuple[str, ...]:
        """Return what apt-get is told, nothing if nothing is left to upgrade."""
        release = ("--target-release", self.wanted.release) if self.wanted.release else ()
        if self.wanted.everything:
            # What is named is upgraded although it is held; what else is held stays.
            named = ("--allow-change-held-packages", *self.wanted.packages) if self.wanted.held else ()
            return (*release, "--with-new-pkgs", "upgrade", *named)
        held = frozenset[str]() if self.wanted.held else apt.held()
        packages = [each for each in self.wanted.packages if each.partition("=")[0] not in held]
        over = ("--allow-change-held-packages",) if self.wanted.held else ()
        older = ("--allow-downgrades",) if any("=" in each for each in packages) else ()
        return (*release, *over, *older, "--only-upgrade", "install", *packages) if packages else ()

    def _back(self, changes: Sequence[Change]) -> list[Change]:
        """Return those that a failed proof takes back: what was named, not what came with it."""
        return [each for each in changes if each.name in self.wanted.names and each.old]

    def _source(self, change: Change) -> str:
        """Return where the old version can be had: a path, `archive`, or nowhere."""
        name = apt.file_name(change.name, change.old)
        for place in (self.place.kept, self.place.cache):
            if (place / name).exists():
                return str(place / name)
        return "archive" if change.old in apt.offered(change.name) else ""

    def _keep(self, change: Change, place: Path) -> None:
        """Copy the old version of a package to a place, or fetch it."""
        source = self._source(change)
        if source not in ("", "archive"):
            shutil.copy(source, place)
        elif source:
            apt.download(f"{change.name}={change.old}", place)

    def _kept(self) -> Iterator[tuple[str, str]]:
        """Yield name and version of what was kept."""
        for path in sorted(self.place.kept.glob("*_*_*.deb")):
            name, version, _ = path.name.split("_")
            yield name, version.replace("%3a", ":")

    def _prove_over(self, change: Callable[[], None]) -> None:
        """Do it; return when the daemons run and serve what they did before."""
        haproxy, keepalived = self.daemons()
        since, before = time.time(), (haproxy.state(), keepalived.state())
        change()
        self._start_anew()
        haproxy.prove(before[0], _PROOF)
        keepalived.was_restarted(since)
        keepalived.prove(before[1], _PROOF)

    def _start_anew(self, *, stop: bool = True) -> None:
        """Have the daemons run what is installed now; raise Refused with their last words.

        Debian's haproxy leaves its old process running, and no package restarts who uses its libraries.
        """
        for daemon in DAEMONS:
            if stop:
                run("systemctl", "stop", daemon)
            since = f"--since=@{time.time():.3f}"
            if run("systemctl", "start", daemon).returncode:
                unit = f"_SYSTEMD_UNIT={daemon}.service"  # what it says itself, not what systemd says of it
                told = run("journalctl", unit, since, "--lines=3", "--output=cat", "--no-pager").stdout
                said = "; ".join(told.splitlines()) or f"see journalctl --unit {daemon} there"
                raise Refused(f"{daemon} does not start: {said}")


def _faults(keepalived: Any) -> list[str]:
    """Return the instances that cannot be active."""
    told = keepalived.state().standing.told
    return [name for name, each in told.items() if each.state not in ("MASTER", "BACKUP")]
