"""What a change of HAProxy's files asks for: nothing, commands to the running HAProxy, or a reload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

VERSION = "@<version>"  # stands for the number that the last `prepare` answered with


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the runtime API (management guide, section 9.3).

    `payload` is what follows its first line, and may be secret. `when_idle` is BACKEND/SERVER if HAProxy
    obeys only when that server has no connection left.
    """

    words: str
    payload: str = field(default="", repr=False)
    when_idle: str | None = None

    @property
    def text(self) -> str:
        """Return what is written to the socket, its last newline too; an empty line ends a payload."""
        return f"{self.words} <<\n{self.payload}\n\n" if self.payload else f"{self.words}\n"


@dataclass(frozen=True, slots=True)
class Touch:
    """The least that makes the running HAProxy what the new files say, and why.

    `commands` are empty unless the kind is `runtime`; those with `when_idle` are the last. `before_reload`
    are worth sending before HAProxy's servers' states are saved for a reload, also for one that takes the
    commands' place: the file of the states would bring back what earlier commands have set. They may fail.
    """

    kind: Literal["none", "runtime", "reload"]
    commands: tuple[Command, ...] = ()
    reasons: tuple[str, ...] = ()
    before_reload: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what it is, and the commands that make it, unless only a reload does."""

    reason: str
    commands: tuple[Command, ...] = ()
    reload: bool = False
    before_reload: tuple[Command, ...] = ()


def taking_reload(reason: str, *before_reload: Command) -> Change:
    """Return a difference that only a reload makes."""
    return Change(f"{reason}, which takes a reload", reload=True, before_reload=before_reload)


def touch(changes: Sequence[Change]) -> Touch:
    """Return what the differences ask for together: one that takes a reload takes the others along.

    What waits for a server to be idle comes last, so that nothing waits for it.
    """
    first = tuple(command for each in changes for command in each.before_reload)
    if any(each.reload for each in changes):
        reasons = tuple(each.reason for each in changes if each.reload)
        return Touch("reload", reasons=reasons, before_reload=first)
    commands = [command for each in changes for command in each.commands]
    ordered = sorted(commands, key=lambda command: command.when_idle is not None)
    reasons = tuple(each.reason for each in changes)
    return Touch("runtime" if commands else "none", tuple(ordered), reasons, first)
