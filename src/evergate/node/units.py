"""What is written for a node beside a daemon's configuration, and what follows from its change.

The rules say what follows from which path, as data that Ansible can hand over: `sysusers` (the users of the
file are made), `sysctl` (the kernel takes it), `tmpfiles` (what it lists is made), `unit` (systemd reads its
units again) and `restart UNIT` (the unit is restarted, and starts at boot; if its own file goes, it stops
instead). What has rules is none of the daemon's own files, but for additions to its unit.

A bare host needs nothing else: carried out after the files are there, the effects start the helpers too. In a
dry run nothing is carried out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic

from .commands import run, words
from .files import Difference, File
from .service import Refused, Service, State

Rules = Mapping[str, Sequence[str]]

_UNITS = Path("/etc/systemd/system")
_DAEMONS = ("haproxy", "haproxy.service", "keepalived", "keepalived.service")
# In this order. A unit whose file is gone can be stopped until systemd reads its units again.
_COMMANDS = {
    "sysusers": ("systemd-sysusers", "{}"),
    "sysctl": ("sysctl", "--quiet", "--load={}"),
    "tmpfiles": ("systemd-tmpfiles", "--create", "{}"),
    "stop": ("systemctl", "stop", "{}"),
    "unit": ("systemctl", "daemon-reload"),
    "enable": ("systemctl", "enable", "--quiet", "{}"),
    "restart": ("systemctl", "restart", "{}"),
}
_UNIT_ONLY = ["unit"]
_NOT_THERE = "not loaded"  # systemd's words for a unit whose file it has not, or not yet, read
_OF_FILES = ("sysusers", "sysctl", "tmpfiles")


@dataclass(frozen=True, slots=True)
class Effect:
    """Something to do, by its word above, and to what: a path, a unit, or nothing."""

    verb: str
    subject: str = ""

    def command(self) -> tuple[str, ...]:
        """Return the program that does it, with its arguments."""
        return tuple(word.format(self.subject) for word in _COMMANDS[self.verb])


@dataclass(frozen=True, slots=True)
class Node:
    """What reaches into the system."""

    def run(self, *command: str) -> str | None:
        """Run a program; return None, or what it says if it fails."""
        done = run(*command)
        return words(done) if done.returncode else None

    def forget(self, unit: str) -> None:
        """Remove the links by which a unit starts at boot; systemctl does so only while its file is there."""
        for wants in _UNITS.glob("*.wants"):
            with suppress(OSError):
                (wants / unit).unlink(missing_ok=True)


def check(rules: Rules) -> None:
    """Raise ValueError if a rule is none, or would restart HAProxy or keepalived."""
    for path, follows in rules.items():
        for rule in follows:
            verb, _, unit = rule.partition(" ")
            if verb not in (*_OF_FILES, "unit", "restart") or (verb == "restart") != bool(unit):
                raise ValueError(f"'{rule}' of {path} is no rule")
            if unit in _DAEMONS:
                raise ValueError(f"'{rule}' of {path}: {unit} is restarted by nothing but its own change")


def effects(changes: Sequence[Difference], rules: Rules) -> tuple[Effect, ...]:
    """Return what follows from the changes, in order, each once; a change of mode or owner has none."""
    check(rules)
    changed = {each.path: each.after for each in changes if each.before != each.after}
    gone = {Path(path).name for path, after in changed.items() if after is None}
    found = [
        effect
        for path in rules
        if path in changed
        for rule in rules[path]
        for effect in _effects(rule, path, changed[path] is None, gone)
    ]
    order = list(_COMMANDS)
    return tuple(sorted(dict.fromkeys(found), key=lambda effect: order.index(effect.verb)))


def _effects(rule: str, path: str, is_gone: bool, gone: set[str]) -> list[Effect]:
    verb, _, unit = rule.partition(" ")
    if verb in _OF_FILES:
        return [] if is_gone else [Effect(verb, path)]
    if verb == "unit":
        return [Effect("unit")]
    return [Effect("stop", unit)] if unit in gone else [Effect("enable", unit), Effect("restart", unit)]


def carry_out(todo: Sequence[Effect], node: Node | None = None) -> None:
    """Do it in order; raise Refused with the words of the first command that fails."""
    node = node or Node()
    for effect in todo:
        problem = node.run(*effect.command())
        if problem and not (effect.verb == "stop" and _NOT_THERE in problem):
            raise Refused(f"{' '.join(effect.command())}: {problem}")
        if effect.verb == "stop":
            node.forget(effect.subject)


def sleeping(units: Sequence[str], node: Node | None = None) -> tuple[str, ...]:
    """Return which of the units do not run, or would not at boot."""
    node = node or Node()
    questions = ("is-active", "is-enabled")
    return tuple(unit for unit in units if any(node.run("systemctl", each, unit) for each in questions))


def awaken(units: Sequence[str], node: Node | None = None) -> None:
    """Have the units run now and at boot, in this order; raise Refused with the words of one that fails."""
    node = node or Node()
    for unit in units:
        if problem := node.run("systemctl", "enable", "--quiet", "--now", unit):
            raise Refused(f"{unit} does not start ({problem}): see journalctl --unit {unit}")


def failing(done: Sequence[Effect], node: Node | None = None) -> list[str]:
    """Return which of the restarted units do not run, a sentence each without a full stop."""
    node = node or Node()
    units = [effect.subject for effect in done if effect.verb == "restart"]
    return [
        f"{unit} does not run ({problem}): see journalctl --unit {unit}"
        for unit in units
        if (problem := node.run("systemctl", "is-active", unit))
    ]


@dataclass
class WithUnits(Generic[State]):
    """A service whose change has effects besides: they come before it is applied, and are proved after it.

    Taken back they are the same, of the files before; one that fails then does not keep the service from it.
    """

    service: Service[State]
    rules: Rules
    node: Node = field(default_factory=Node)
    name: str = ""
    notes: list[str] = field(default_factory=list)
    _done: tuple[Effect, ...] = ()
    _is_applied: bool = False

    def __post_init__(self) -> None:
        check(self.rules)
        self.name, self.notes = self.service.name, self.service.notes

    def runs(self) -> bool:
        """Return whether the service runs."""
        return self.service.runs()

    def validate(self, wanted: Sequence[File], root: Path) -> None:
        """Let the service check the files; raise Refused."""
        self.service.validate(wanted, root)

    def plan(self, before: Sequence[File], after: Sequence[File]) -> tuple[str, tuple[str, ...]]:
        """Return how the service takes the change, and why, and what else follows."""
        kind, reasons = self.service.plan(*self._own(before, after))
        besides = (" ".join(each.command()) for each in effects(_changes(before, after), self.rules))
        return kind, (*reasons, *besides)

    def state(self) -> State:
        """Return the state of the service."""
        return self.service.state()

    def apply(self, before: Sequence[File], after: Sequence[File]) -> str:
        """Carry out what follows, and let the service use the files; return how it does."""
        self._done = effects(_changes(before, after), self.rules)
        problem = None
        try:
            carry_out(self._done, self.node)
        except Refused as refused:
            if not self._is_applied:
                raise
            problem = refused
        self._is_applied = True
        kind = self.service.apply(*self._own(before, after))
        if problem is not None:
            raise problem
        return kind

    def _own(self, *states: Sequence[File]) -> Iterator[list[File]]:
        """Yield of each state what the service itself reads."""
        for files in states:
            yield [file for file in files if self.rules.get(file.path, _UNIT_ONLY) == _UNIT_ONLY]

    def prove(self, before: State, deadline: float) -> None:
        """Return when the service is proved and what was restarted runs; raise Refused."""
        self.service.prove(before, deadline)
        if found := failing(self._done, self.node):
            raise Refused("; ".join(found))


def _changes(before: Sequence[File], after: Sequence[File]) -> list[Difference]:
    old, new = ({file.path: file for file in files} for files in (before, after))
    return [
        Difference(
            path,
            old[path].content if path in old else None,
            new[path].content if path in new else None,
            old[path].mode if path in old else None,
            new[path].mode if path in new else None,
            False,
        )
        for path in dict.fromkeys((*new, *old))
    ]
