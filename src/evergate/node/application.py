"""Whether an app server is as it should be; nothing is changed."""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import files, units
from .commands import run
from .files import ROOT, File, NotWritten

_TIMEOUT = 5.0  # s, for its health
_INSTALLED = "installed"


@dataclass(frozen=True, slots=True)
class Application:
    """What is wanted: name, release, unit and environment as files, packages, and where it is asked."""

    name: str
    version: str
    files: Sequence[File] = field(repr=False)
    packages: Sequence[str]
    port: int
    health_path: str

    @property
    def unit(self) -> str:
        """Return the name of its unit."""
        return f"{self.name}.service"


@dataclass(frozen=True, slots=True)
class Node:
    """What reaches into the system."""

    root: Path = ROOT
    units: units.Node = field(default_factory=units.Node)

    def missing(self, packages: Sequence[str]) -> list[str]:
        """Return which packages are not installed."""
        asked = ("dpkg-query", "--show", "--showformat=${db:Status-Status}")
        return [name for name in packages if run(*asked, name).stdout != _INSTALLED]

    def release(self, name: str) -> str:
        """Return the release that its link names, if it is there; else an empty text."""
        link = self.root / "opt" / name / "current"
        return os.readlink(link).rpartition("/")[2] if link.is_symlink() and link.is_dir() else ""

    def health(self, port: int, path: str) -> str:
        """Return `200`, or what came instead."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
        try:
            connection.request("GET", path)
            return str(connection.getresponse().status)
        except (OSError, http.client.HTTPException) as error:
            return str(error) or type(error).__name__
        finally:
            connection.close()


def differences(wanted: Application, node: Node | None = None) -> list[str]:
    """Return what is not as wanted, a few words each; empty if nothing is to be done."""
    return list(_differences(wanted, node or Node()))


def serves(name: str, node: Node | None = None) -> bool:
    """Return whether a release of the application is in its place."""
    return (node or Node()).release(name) != ""


def _differences(wanted: Application, node: Node) -> Iterator[str]:
    if missing := node.missing(wanted.packages):
        yield f"{', '.join(missing)} not installed"
    if (release := node.release(wanted.name)) != wanted.version:
        yield f"runs {release or 'no release'} instead of {wanted.version}"
    yield from _files(wanted, node)
    if units.sleeping([wanted.unit], node.units):
        yield f"{wanted.unit} does not run, or would not at boot"
    elif (health := node.health(wanted.port, wanted.health_path)) != "200":
        yield f"{wanted.health_path} on port {wanted.port} is answered with {health}"


def _files(wanted: Application, node: Node) -> Iterator[str]:
    try:
        found = files.differences(wanted.files, [], node.root)
    except NotWritten as error:
        yield str(error)
    else:
        yield from (f"{each.path} differs" for each in found)
