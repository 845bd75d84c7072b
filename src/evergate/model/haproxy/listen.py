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
        if self.default_backend is not None and any(map(self.has, ("group", "servers", "template"))):
            hint = "delete it, or make a frontend of this listen"
            yield self.wrong("default_backend", "would leave nothing to the servers listed here", hint)

    def _answers(self) -> bool:
        return True
