"""What a transaction needs of the daemon whose configuration it changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from .files import File

State = TypeVar("State")


class Refused(Exception):
    """The daemon does not accept a configuration; `words` are its own, or tell what could not be shown."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Service(Protocol[State]):
    """A daemon on this node. Every method may raise `Refused`; none undoes anything, the transaction does."""

    name: str  # `haproxy`, for messages
    notes: list[str]  # what is worth telling of a change that went well

    def runs(self) -> bool:
        """Return whether it runs; what is written for one that does not is validated and nothing more."""
        ...

    def validate(self, wanted: Sequence[File], root: Path) -> None:
        """Let the daemon's own check read the wanted files at their own paths, while the old ones stay there.

        `root` is a directory in which each of them lies below its path.
        """
        ...

    def plan(self, before: Sequence[File], after: Sequence[File]) -> tuple[str, tuple[str, ...]]:
        """Return how the change would be applied (`nothing`, `runtime`, `reload` or `restart`), and why."""
        ...

    def state(self) -> State:
        """Return what a proof compares with: taken before the change, and again after it."""
        ...

    def apply(self, before: Sequence[File], after: Sequence[File]) -> str:
        """Make the daemon use `after`, which is on disk now; return how, as `plan` says it.

        It may use `before`, or something between the two: a change that failed or was cut off is taken back
        so. It may even have died of it.
        """
        ...

    def prove(self, before: State, deadline: float) -> None:
        """Return when the daemon serves no less than `before`; give up after `deadline` seconds."""
        ...
