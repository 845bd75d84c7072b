"""What Evergate leaves on a node, and how it goes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import apt
from .commands import run, words
from .service import Refused

_SETTINGS = ("etc/sysctl.conf", "etc/sysctl.d/*.conf", "run/sysctl.d/*.conf", "usr/lib/sysctl.d/*.conf")


@dataclass(frozen=True, slots=True)
class Remnants:
    """What is to go: units (in the order in which they are stopped), packages, paths with all below them.

    `directories` go if nothing of anybody else's is left in them. `settings` are names of the kernel's with
    the values that it has by itself; one that another file wants as well stays as it is.
    """

    units: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    root: Path = Path("/")

    def found(self) -> list[str]:
        """Return what is there, in words, in the order in which it goes."""
        return [
            *(f"unit {each}" for each in self._units()),
            *(f"package {name} {version}" for name, version in self._packages()),
            *(str(Path("/", each)) for each in self.paths if _is_there(self._place(each))),
            *(f"{each}/" for each in self.directories if self._is_own(each)),
            *(f"user {each}" for each in self._users()),
            *(f"{name} = {now}" for name, now in self._settings()),
        ]

    def remove(self) -> None:
        """Let it go; raise Refused with the words of what fails, after which the rest is still there."""
        for unit in self._units():
            _do("systemctl", "disable", "--quiet", "--now", unit)
        if packages := [name for name, _ in self._packages()]:
            apt.purge(*packages)
        for path in map(self._place, self.paths):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        for directory in map(self._place, self.directories):
            if directory.is_dir() and not any(directory.iterdir()):
                directory.rmdir()
        _do("systemctl", "daemon-reload")
        for user in self._users():
            _do("userdel", user)
        for name, _ in self._settings():
            _do("sysctl", "--quiet", "--write", f"{name}={self.settings[name]}")

    def _place(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def _is_own(self, directory: str) -> bool:
        place, own = self._place(directory), {self._place(each) for each in self.paths}
        return place.is_dir() and own.issuperset(place.iterdir())

    def _units(self) -> list[str]:
        return [each for each in self.units if run("systemctl", "cat", each).returncode == 0]

    def _packages(self) -> list[tuple[str, str]]:
        """Return the packages of which anything is left, with their versions."""
        form = "--showformat=${db:Status-Status} ${Version}"
        told = [(each, run("dpkg-query", "--show", form, each).stdout.split()) for each in self.packages]
        return [(name, told[1]) for name, told in told if told and told[0] != "not-installed"]

    def _users(self) -> list[str]:
        return [each for each in self.users if run("id", each).returncode == 0]

    def _settings(self) -> Iterator[tuple[str, str]]:
        """Yield the settings that are not the kernel's own, and are nobody else's either."""
        for name, own in self.settings.items():
            place = self._place("proc/sys/" + name.replace(".", "/"))
            now = place.read_text().strip() if place.exists() else own
            if now != own and not self._is_wanted_elsewhere(name):
                yield name, now

    def _is_wanted_elsewhere(self, name: str) -> bool:
        line = re.compile(rf"^\s*-?{re.escape(name)}\s*=", re.MULTILINE)
        ours = {self._place(each) for each in self.paths}
        files = {path for each in _SETTINGS for path in self.root.glob(each)} - ours
        return any(line.search(path.read_text(errors="replace")) for path in files if path.is_file())


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _do(*command: str) -> None:
    done = run(*command)
    if done.returncode:
        raise Refused(f"{' '.join(command)}: {words(done)}")
