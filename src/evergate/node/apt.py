"""apt on this node: what a command of its would change, and the command."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .commands import run, words
from .service import Refused

_PATIENCE = 1800.0  # s, for archives that are slow and many packages
# Nobody is there to answer questions; a configuration that was changed stays; another apt ends first.
_ALONE = ("env", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_MODE=l", "apt-get")
_OPTIONS = (
    *("--yes", "--quiet=2", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"),
    *("-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"),
)
_LINE = re.compile(r"^(Inst|Remv|Purg) (\S+)(?: \[([^\]]*)\])?(?: \((\S+))?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Change:
    """A package and its versions before and after; one of them is empty if it comes or goes."""

    name: str
    old: str
    new: str


def would(*command: str) -> tuple[Change, ...]:
    """Return what an apt-get command would change, without doing it; raise Refused with apt's words."""
    told = _apt("--simulate", *command)
    found = {name: (old, "" if word != "Inst" else new) for word, name, old, new in _LINE.findall(told)}
    return tuple(Change(name, old, new) for name, (old, new) in found.items() if old != new)


def do(*command: str) -> None:
    """Have apt-get do it; raise Refused with its words."""
    _apt(*command)


def change(*command: str) -> None:
    """Have apt-get do it, and hold what was held, which a change ends; raise Refused with its words."""
    before = held()
    try:
        do(*command)
    finally:
        if freed := before - held():
            run("apt-mark", "hold", *sorted(freed))


def purge(*names: str) -> None:
    """Remove packages and what came only with them, and their configuration; raise Refused.

    What was left over before stays: it is not for us to say that nobody needs it.
    """
    before = {each.name for each in would("autoremove")}
    gone = {each.name for each in would("--allow-change-held-packages", "--autoremove", "purge", *names)}
    do("--allow-change-held-packages", "purge", *names, *sorted(gone - before - {*names}))


def version(name: str) -> str:
    """Return the version of a package that is installed, empty if it is not, whatever is left of it."""
    told = run("dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", name).stdout
    status, _, found = told.partition(" ")
    return "" if status in ("not-installed", "config-files") else found


def held() -> frozenset[str]:
    """Return the packages that nobody but their holder changes (apt-mark hold)."""
    return frozenset(run("apt-mark", "showhold").stdout.split())


def offered(name: str) -> frozenset[str]:
    """Return the versions of a package that the archives have."""
    rows = (line.split("|") for line in run("apt-cache", "madison", name).stdout.splitlines())
    return frozenset(row[1].strip() for row in rows if len(row) > 2 and "Packages" in row[2])


def download(package: str, place: Path) -> None:
    """Fetch `NAME=VERSION` into a directory; raise Refused with apt's words."""
    sandbox = ("-o", "APT::Sandbox::User=root")  # its own user may not write there
    done = run("env", f"--chdir={place}", "apt-get", "--quiet=2", *sandbox, "download", package)
    if done.returncode:
        raise Refused(f"apt-get download {package}: {words(done)}")


def is_later(one: str, other: str) -> bool:
    """Return whether a version is later than another, as Debian orders them."""
    return run("dpkg", "--compare-versions", one, "gt", other).returncode == 0


def file_name(name: str, version: str) -> str:
    """Return how apt calls the file of a package: `haproxy_3.0.11-1_amd64.deb`."""
    architecture = run("dpkg-query", "--show", "--showformat=${Architecture}", name).stdout
    return f"{name}_{version.replace(':', '%3a')}_{architecture}.deb"


def _apt(*command: str) -> str:
    done = run(*_ALONE, *_OPTIONS, *command, timeout=_PATIENCE)
    if done.returncode:
        raise Refused(f"apt-get {' '.join(command)}: {words(done)}")
    return done.stdout
