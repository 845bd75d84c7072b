"""A listen: a frontend and its only backend in one section, with the keys of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evergate.errors import Problem
from evergate.model.haproxy.backend import Backend
from evergate.model.haproxy.frontend import Frontend


@dataclass(frozen=True, kw_only=True)
class Listen(Backend, Frontend):
    """What clients connect to and the servers that answer, as is usual for TCP services.

    `port` is what clients connect to, and the servers' port where they have none of their own.
    """

    def rules(self) -> Iterator[Problem]:
        """Yield what is wrong with it as a frontend, then as a backend."""
        yield from Frontend.rules(self)
        yield from Backend.rules(self)

    def _answers(self) -> bool:
        return True
