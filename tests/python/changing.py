"""A node with a daemon that only remembers what it was told, for the tests of changes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evergate.node.files import File
from evergate.node.outcome import Outcome, Reason
from evergate.node.revisions import Revisions
from evergate.node.transaction import change

NOW = datetime(2026, 3, 1, 14, 2, 11, tzinfo=UTC)
CONFIG, MAP = "/etc/daemon/daemon.cfg", "/etc/daemon/maps/paths.map"


def config(text: str, mode: int = 0o640) -> File:
    """Return the daemon's configuration as a file with one line."""
    return File(CONFIG, f"{text}\n", mode, False)


@dataclass
class Daemon:
    """What it uses is what it read last; it fails where a test says so."""

    place: Path
    running: bool = True
    uses: str = "one\n"
    done: list[str] = field(default_factory=list)
    hooks: dict[str, Callable[[], None]] = field(default_factory=dict)
    name: str = "daemon"

    def _do(self, what: str) -> None:
        self.done.append(what)
        if what in self.hooks:
            self.hooks[what]()

    def runs(self) -> bool:
        return self.running

    def validate(self, wanted: Sequence[File], root: Path) -> None:
        found = [(root / each.path.lstrip("/")).read_text() for each in wanted]
        assert found == [each.content for each in wanted]
        self._do("validate")

    def plan(self, before: Sequence[File], after: Sequence[File]) -> tuple[str, tuple[str, ...]]:
        return "reload", (f"{len(before)} files became {len(after)}",)

    def state(self) -> str:
        self._do("state")
        return self.uses

    def apply(self, before: Sequence[File], after: Sequence[File]) -> str:
        self.uses = self.place.read_text()
        self._do(f"apply {self.uses.strip()}")
        return "reload"

    def prove(self, before: str, deadline: float) -> None:
        self._do(f"prove {self.uses.strip()}")


@dataclass(frozen=True)
class Node:
    """A node with a daemon whose files are below a directory of their own."""

    root: Path
    daemon: Daemon

    @property
    def revisions(self) -> Revisions:
        return Revisions(self.root / "var/lib/evergate/revisions/daemon")

    def change(self, *wanted: File, seconds: float = 0, deadline: float = 1) -> Outcome:
        reason = Reason("anna@admin1", "site.yml", NOW + timedelta(seconds=seconds))
        return change(self.daemon, wanted, self.revisions, reason, deadline, self.root)

    def text(self, path: str = CONFIG) -> str | None:
        place = self.root / path.lstrip("/")
        return place.read_text().strip() if place.exists() else None

    def names(self) -> list[str]:
        return sorted(each.name for each in (self.root / "etc/daemon").iterdir())

    def good(self) -> list[str]:
        return [each.files[-1].content.strip() for each in self.revisions.all()]

    def fail(self, step: str, failure: BaseException) -> None:
        def raising() -> None:
            raise failure

        self.daemon.hooks[step] = raising


def killed(node: Node, step: str, *wanted: File) -> None:
    """Have a process of its own change the node, and die at a step as if its power were cut."""
    child = os.fork()
    if not child:
        node.daemon.hooks[step] = lambda: os.kill(os.getpid(), signal.SIGKILL)
        node.change(*wanted)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
