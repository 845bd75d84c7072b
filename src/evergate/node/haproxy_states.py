"""What operators want of HAProxy's servers, kept over a change that is taken back.

A reload forgets the servers that its configuration lacks. Comes the configuration before it back, they would
be ready, though one was in maintenance: so what HAProxy knew before the change is put back into the file from
which its unit saves and HAProxy reads them (configuration manual, section 3.1, "server-state-file").
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import durable
from .haproxy_text import Section
from .touch import Touch

_FORCED = 1 | 8  # maintenance and drain (management guide, "show servers state", srv_admin_state)
_BACKEND, _SERVER, _ADMIN = 1, 3, 6


def keep(sections: Sequence[Section], states: str) -> None:
    """Keep the states, as HAProxy shows them, beside its file of states. Raises OSError."""
    for place in _before(sections):
        new = place.with_name(f"{place.name}.new")
        new.unlink(missing_ok=True)
        durable.create(new, f"{states.strip()}\n".encode(), 0o644)
        durable.replace(new, place)


def put_back(sections: Sequence[Section]) -> None:
    """Make what was kept the file of states, which needs no room on the disk. Raises OSError."""
    for place in _before(sections):
        new = place.with_name(f"{place.name}.back")
        new.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.link(place, new)
            durable.replace(new, place.with_name(place.name.removesuffix(".before")))


def returning(sections: Sequence[Section], touch: Touch) -> str:
    """Return a server, BACKEND/SERVER, that a touch adds and an operator had taken out, or nothing."""
    out = set()
    for place in _before(sections):
        with contextlib.suppress(FileNotFoundError):
            out |= {*_taken_out(place.read_text(encoding="utf-8", errors="replace"))}
    added = [
        command.words.split()[2] for command in touch.commands if command.words.startswith("add server ")
    ]
    return next((names for names in added if names in out), "")


def _before(sections: Sequence[Section]) -> Iterator[Path]:
    """Yield where they are kept, if the configuration has a file of states."""
    lines = [each.last("server-state-file") for each in sections if each.kind == "global"]
    for line in (line for line in lines[-1:] if line):
        place = Path(line.split()[1])
        if place.is_absolute():
            yield place.with_name(f"{place.name}.before")


def _taken_out(states: str) -> Iterator[str]:
    for line in states.splitlines():
        fields = line.split()
        if len(fields) > _ADMIN and fields[_ADMIN].isdigit() and int(fields[_ADMIN]) & _FORCED:
            yield f"{fields[_BACKEND]}/{fields[_SERVER]}"
